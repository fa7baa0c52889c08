"""Monge Inception Distance: sliced Wasserstein distance of the features (Berthet et al. 2026, arXiv 2605.06797)."""

from typing import Any

import numpy as np

from gan_keras.metrics import checks
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding

DIRECTIONS = 1000
_DIRECTIONS_AT_ONCE = 100
_SUBSET, _DIRECTION = 1, 2  # Second halves of the keys of random numbers.


def measure(evidence: Evidence) -> Finding:
    """Returns `distance`, a squared distance in three times the units of the features: 0 or more.

    Both sides need the same number of samples: of the larger one, a random subset is compared.

    Raises:
        UserError: there are no features, or they are not finite matrices of the same width.
    """
    real, fake = checks.features(evidence, at_least=1)
    notes = []
    if len(real) != len(fake):
        larger, side = max((len(real), "real"), (len(fake), "generated"))
        notes.append(f"{min(len(real), len(fake))} of {larger} {side} samples were compared, a random subset")
    return Finding({"distance": distance(real, fake, evidence.seed)}, tuple(notes))


def distance(real: Any, fake: Any, seed: int) -> float:
    """Returns 3 d / (n M) Σ_i Σ_j |sort(X u_i)_j − sort(Y u_i)_j|², with M = 1 000 random unit vectors u_i.

    Args:
        real, fake: `Rows` or arrays (N, d); of the larger one, a random subset of n rows is taken.
        seed: seed of the subset and of the directions, 0 or more.
    """
    width, count, total = real.shape[1], min(len(real), len(fake)), 0.0
    real_subset, fake_subset = _subset(len(real), count, seed), _subset(len(fake), count, seed)
    for some in rows.blocks(directions(width, seed), _DIRECTIONS_AT_ONCE):
        total += np.square(_sorted(real, real_subset, some) - _sorted(fake, fake_subset, some)).sum()
    return float(3 * width * total / (count * DIRECTIONS))


def directions(width: int, seed: int) -> np.ndarray:
    """Returns random unit vectors, uniform on the sphere: float64 (1 000, width)."""
    normal = _generator(seed, _DIRECTION).standard_normal((DIRECTIONS, width))
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)


def _sorted(features: Any, subset: np.ndarray, some: np.ndarray) -> np.ndarray:
    """Returns the sorted projections of the rows in a subset on some directions: float64 (directions, n)."""
    projected = [some @ features[part].T.astype(np.float64) for part in rows.blocks(subset)]
    return np.sort(np.concatenate(projected, axis=1), axis=1)


def _subset(count: int, size: int, seed: int) -> np.ndarray:
    """Returns which rows of `count` are compared, ascending: int64 (size,), all of them if `size` is `count`."""
    return np.sort(_generator(seed, _SUBSET).permutation(count)[:size])


def _generator(seed: int, purpose: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=[seed, purpose]))
