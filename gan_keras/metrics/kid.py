"""Kernel distance: unbiased squared MMD with a cubic kernel (Bińkowski et al. 2018, arXiv 1801.01401)."""

from typing import Any

import numpy as np

from gan_keras.metrics import checks
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding


def measure(evidence: Evidence) -> Finding:
    """Returns `distance`, which is 0 on average, and as often negative as positive, if both distributions are equal.

    Raises:
        UserError: there are no features, or they are not finite matrices of the same width and of two rows or more.
    """
    return Finding({"distance": distance(*checks.features(evidence))})


def distance(real: Any, fake: Any) -> float:
    """Returns E k(x, x') + E k(y, y') − 2 E k(x, y) over all pairs of different samples.

    Unlike the authors' code, which averages over random subsets, it takes all samples at once: nothing is random.

    Args:
        real, fake: `Rows` or arrays (N, d) and (M, d), N and M at least 2.
    """
    across = sum(kernel(x, y).sum() for x in rows.blocks(real) for y in rows.blocks(fake))
    return float(_mean_within(real) + _mean_within(fake) - 2 * across / (len(real) * len(fake)))


def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Returns (x·y / d + 1)³ of each pair: float64 (n, m).

    Args:
        x, y: (n, d) and (m, d).
    """
    base = x.astype(np.float64) @ y.T.astype(np.float64) / x.shape[1] + 1
    return base * base * base


def _mean_within(features: Any) -> float:
    """Returns the mean of the kernel over all pairs of different rows."""
    total, done = 0.0, 0
    for x in rows.blocks(features):
        among = kernel(x, x)
        total += among.sum() - np.trace(among)
        done += len(x)
        for part in rows.blocks(range(done, len(features))):  # The kernel is symmetric: later rows count twice.
            total += 2 * kernel(x, features[part.start : part.stop]).sum()
    return total / (done * (done - 1))
