"""Fréchet distance of Gaussians that have the moments of the features (Heusel et al. 2017, arXiv 1706.08500)."""

from typing import Any

import numpy as np

from gan_keras.metrics import checks
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding


def measure(evidence: Evidence) -> Finding:
    """Returns `distance`, a squared distance in the units of the features: 0 or more, but for rounding.

    Raises:
        UserError: there are no features, or they are not finite matrices of the same width and of two rows or more.
    """
    real, fake = checks.features(evidence)
    (real_mean, real_cov), (fake_mean, fake_cov) = moments(real), moments(fake)
    notes = [*_rank("real", real, real_cov), *_rank("generated", fake, fake_cov)]
    value = distance(real_mean, real_cov, fake_mean, fake_cov)
    if value < 0:
        notes.append("the distance is negative by rounding: it is zero within what float64 can tell")
    return Finding({"distance": value}, tuple(notes))


def moments(features: Any) -> tuple[np.ndarray, np.ndarray]:
    """Returns mean and covariance, with the divisor N − 1: float64 (d,) and (d, d).

    The features are read twice, and centred before they are multiplied: a large mean costs no digits.

    Args:
        features: `Rows` or array (N, d), N at least 2.
    """
    count, width = features.shape
    mean = sum(block.sum(axis=0, dtype=np.float64) for block in rows.blocks(features)) / count
    scatter = np.zeros((width, width))
    for block in rows.blocks(features):
        centred = block - mean
        scatter += centred.T @ centred
    return mean, scatter / (count - 1)


def distance(mean_a: np.ndarray, cov_a: np.ndarray, mean_b: np.ndarray, cov_b: np.ndarray) -> float:
    """Returns |μ_A − μ_B|² + tr(A + B − 2 (A B)^½).

    With any R for which A = R Rᵀ, A B has the eigenvalues of Rᵀ B R, which is symmetric: nothing becomes complex.
    Eigenvalues that rounding made negative are zero; the distance itself is not clipped.

    Args:
        mean_a, mean_b: float64 (d,).
        cov_a, cov_b: float64 (d, d), symmetric and positive semi-definite, of any rank.
    """
    root = _root(cov_a)
    overlap = np.sqrt(np.maximum(np.linalg.eigvalsh(root.T @ cov_b @ root), 0)).sum()
    return float(np.square(mean_a - mean_b).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * overlap)


def _root(cov: np.ndarray) -> np.ndarray:
    """Returns R with R Rᵀ = cov: float64 (d, d), or fewer columns if the rank is less."""
    try:
        return np.linalg.cholesky(cov)  # A tenth of the time of eigenvectors.
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(cov)
        kept = values > len(values) * np.finfo(np.float64).eps * values[-1]  # The others are rounding errors of zero.
        return vectors[:, kept] * np.sqrt(values[kept])


def _rank(name: str, features: Any, cov: np.ndarray) -> list[str]:
    """Returns what there is to say of the rank of a covariance."""
    count, width = features.shape
    if count > width:
        constant = int((np.diagonal(cov) == 0).sum())
        return [f"{constant} of {width} features of the {name} samples are constant"] if constant else []
    return [
        f"{count} {name} samples for {width} features: their covariance is rank-deficient, and the distance is biased "
        "upward"
    ]
