"""Precision and recall (arXiv 1904.06991), density and coverage (arXiv 2002.09797), from balls around samples.

A ball around a sample reaches to the k-th nearest other sample of its side, k = 3 for precision and recall
(Kynkäänniemi et al. 2019) and k = 5 for density and coverage (Naeem et al. 2020). A sample at exactly the radius is
inside: equation 1 of the first paper says so; the second one leaves it open, and with closed balls, generated samples
that are the real ones have precision and coverage 1 even if every sample occurs many times and all radii are 0.
Distances that differ only by rounding count as equal, so that ties do not depend on how the samples are read.
"""

from typing import Any

import numpy as np

from gan_keras.metrics import checks
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding

PRECISION_K = 3
DENSITY_K = 5
_ROUNDING = 1e-12  # Of |x|² + |y|²; float32 features carry less than |x − y|² to that precision.


def measure(evidence: Evidence) -> Finding:
    """Returns `precision`, `recall` and `coverage` in [0, 1], and `density`, which may exceed 1.

    Raises:
        UserError: there are no features, or they are not finite matrices of the same width and of six rows or more.
    """
    real, fake = checks.features(evidence, at_least=DENSITY_K + 1)
    centre = sum(block.sum(axis=0, dtype=np.float64) for block in rows.blocks(real)) / len(real)
    precision_radii, density_radii = squared_radii(real, centre, (PRECISION_K, DENSITY_K))
    (recall_radii,) = squared_radii(fake, centre, (PRECISION_K,))
    in_real, in_fake, covered = np.zeros(len(fake), bool), np.zeros(len(real), bool), np.zeros(len(real), bool)
    pairs = 0
    for some_real in _parts(real):
        x = _read(real, some_real, centre)
        for some_fake in _parts(fake):
            nearest = squared_distances(x, _read(fake, some_fake, centre), _ROUNDING)
            in_real[some_fake] |= (nearest <= precision_radii[some_real, None]).any(axis=0)
            in_fake[some_real] |= (nearest <= recall_radii[some_fake]).any(axis=1)
            in_ball = nearest <= density_radii[some_real, None]
            covered[some_real] |= in_ball.any(axis=1)
            pairs += int(in_ball.sum())
    return Finding(
        {
            "precision": float(in_real.mean()),
            "recall": float(in_fake.mean()),
            "density": pairs / (DENSITY_K * len(fake)),
            "coverage": float(covered.mean()),
        }
    )


def squared_radii(features: Any, centre: np.ndarray, neighbours: tuple[int, ...]) -> np.ndarray:
    """Returns the squared distances to the k-th nearest other row, for each k: float64 (len(neighbours), N).

    Args:
        features: `Rows` or array (N, d), N more than the largest k.
        centre: float64 (d,), subtracted first, so that a large mean costs no digits.
        neighbours: the k, each at least 1.
    """
    nearest = np.full((len(features), max(neighbours)), np.inf)
    for first in _parts(features):
        x = _read(features, first, centre)
        for second in _parts(features):
            if second.start < first.start:
                continue
            squared = squared_distances(x, _read(features, second, centre))
            if first == second:
                np.fill_diagonal(squared, np.inf)  # A sample is not its own neighbour.
            else:
                nearest[second] = _nearest(nearest[second], squared.T)
            nearest[first] = _nearest(nearest[first], squared)
    return np.sort(nearest, axis=1).T[np.array(neighbours) - 1]


def squared_distances(x: np.ndarray, y: np.ndarray, rounding: float = 0.0) -> np.ndarray:
    """Returns |x − y|² of each pair, less `rounding` times |x|² + |y|², and at least 0: float64 (n, m).

    Args:
        x, y: float64 (n, d) and (m, d), centred.
        rounding: share of the squared norms by which distances may be too large.
    """
    norms = np.square(x).sum(axis=1)[:, None] + np.square(y).sum(axis=1)
    return np.maximum((1 - rounding) * norms - 2 * (x @ y.T), 0)


def _nearest(known: np.ndarray, more: np.ndarray) -> np.ndarray:
    """Returns the smallest numbers of each row of both, as many as are known, in any order."""
    count = known.shape[1]
    return np.partition(np.concatenate([known, more], axis=1), count - 1, axis=1)[:, :count]


def _parts(features: Any) -> list[slice]:
    return [slice(part.start, part.stop) for part in rows.blocks(range(len(features)))]


def _read(features: Any, part: slice, centre: np.ndarray) -> np.ndarray:
    return features[part].astype(np.float64) - centre
