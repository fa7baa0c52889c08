"""Fréchet distance: closed forms, SciPy's square root, rank-deficient covariances, and unsuitable features."""

import numpy as np
import pytest
import scipy.linalg

from gan_keras import errors
from gan_keras.metrics import frechet
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side

RANDOM = np.random.default_rng(1)
MIX_A, MIX_B = RANDOM.standard_normal((2, 16, 16))
REAL = (RANDOM.standard_normal((200, 16)) @ MIX_A).astype(np.float32)
FAKE = (RANDOM.standard_normal((90, 16)) @ MIX_B + 1).astype(np.float32)


def measure(real, fake):
    return frechet.measure(Evidence(Side(features=real), Side(features=fake)))


def test_diagonal_gaussians_by_hand():
    """|μ_A − μ_B|² + Σ (σ_A − σ_B)² = (3² + 4²) + (1 − 2)² + (5 − 3)² + (0 − 2)²."""
    zero, mean = np.zeros(3), np.array([3.0, 0.0, 4.0])
    found = frechet.distance(zero, np.diag([1.0, 25.0, 0.0]), mean, np.diag([4.0, 9.0, 4.0]))
    assert found == pytest.approx(25 + 1 + 4 + 4, rel=1e-12)


def test_rotated_gaussians_by_hand():
    """The same as without the rotation, which no covariance keeps diagonal."""
    turn = np.linalg.qr(RANDOM.standard_normal((4, 4)))[0]
    cov_a, cov_b = (turn @ np.diag(variances) @ turn.T for variances in ([1.0, 4, 9, 16], [16.0, 9, 4, 1]))
    assert frechet.distance(np.zeros(4), cov_a, np.ones(4), cov_b) == pytest.approx(4 + 9 + 1 + 1 + 9, rel=1e-6)


def test_covariances_that_do_not_commute_by_hand():
    """In two dimensions, tr M^½ = √(tr M + 2 √det M). Here tr AB = 2·1 + 2·3 = 8, and det AB = 3·3."""
    cov_a, cov_b = np.array([[2.0, 1.0], [1.0, 2.0]]), np.diag([1.0, 3.0])
    assert frechet.distance(np.zeros(2), cov_a, np.zeros(2), cov_b) == pytest.approx(8 - 2 * np.sqrt(14), rel=1e-12)


def test_it_agrees_with_the_matrix_square_root_of_scipy():
    finding = measure(REAL, FAKE)
    (mean_a, cov_a), (mean_b, cov_b) = (
        (side.mean(axis=0), np.cov(side, rowvar=False)) for side in (REAL.astype(np.float64), FAKE.astype(np.float64))
    )
    root = scipy.linalg.sqrtm(cov_a @ cov_b).real
    expected = np.square(mean_a - mean_b).sum() + np.trace(cov_a + cov_b - 2 * root)
    assert finding.values == {"distance": pytest.approx(expected, rel=1e-6)} and finding.notes == ()


def test_moments_keep_their_digits_when_the_mean_is_large():
    shifted = REAL.astype(np.float64) + 1e6
    mean, cov = frechet.moments(shifted)
    np.testing.assert_allclose(mean, REAL.mean(axis=0, dtype=np.float64) + 1e6, rtol=1e-14)
    np.testing.assert_allclose(cov, np.cov(REAL.astype(np.float64), rowvar=False), rtol=1e-7, atol=1e-7)


def test_a_set_has_distance_zero_to_itself_whether_its_covariance_has_full_rank_or_not():
    two_of_many = REAL[:50].reshape(2, 400)
    for features in (REAL, REAL[:9], np.repeat(REAL[:3], 40, axis=0), two_of_many, np.ones((5, 3), np.float32)):
        trace = np.trace(frechet.moments(features)[1])
        assert abs(measure(features, features).values["distance"]) <= 1e-6 * trace


def test_a_rank_deficient_covariance_is_measured_and_said():
    """In the subspace that both sides span, it is the distance of the same features without the other coordinates."""
    flat = np.zeros((200, 40), np.float32)
    flat[:, :16] = REAL
    few = np.zeros((30, 40), np.float32)
    few[:, :16] = FAKE[:30]
    assert measure(flat, few).values["distance"] == pytest.approx(measure(REAL, FAKE[:30]).values["distance"], rel=1e-9)
    assert measure(flat, few).notes == (
        "24 of 40 features of the real samples are constant",
        "30 generated samples for 40 features: their covariance is rank-deficient, and the distance is biased upward",
    )
    (note,) = measure(REAL[:16], FAKE[:17]).notes
    assert note.startswith("16 real samples for 16 features")
    swapped = frechet.distance(*frechet.moments(few), *frechet.moments(flat))
    assert swapped == pytest.approx(measure(flat, few).values["distance"], rel=1e-9)


def test_far_fewer_samples_than_features_keep_ten_digits():
    """tr (A B)^½ is the sum of the singular values of X Yᵀ / (n − 1), with X and Y the centred samples."""
    real, fake = RANDOM.standard_normal((2, 30, 200))
    x, y = real - real.mean(axis=0), fake - fake.mean(axis=0)
    overlap = np.linalg.svd(x @ y.T, compute_uv=False).sum() / 29
    total = (np.square(x).sum() + np.square(y).sum()) / 29 + np.square(real.mean(axis=0) - fake.mean(axis=0)).sum()
    assert measure(real, fake).values["distance"] == pytest.approx(total - 2 * overlap, rel=1e-10)


def test_a_distance_that_rounding_made_negative_is_kept_and_said(monkeypatch):
    monkeypatch.setattr(frechet, "distance", lambda *_: -1e-9)
    finding = measure(REAL, REAL)
    assert finding.values == {"distance": -1e-9} and "negative by rounding" in finding.notes[0]


def test_the_size_of_blocks_does_not_matter(monkeypatch):
    whole = measure(REAL, FAKE).values["distance"]
    monkeypatch.setattr(rows.blocks, "__defaults__", (7,))
    assert measure(REAL, FAKE).values["distance"] == pytest.approx(whole, rel=1e-10)


def test_rows_in_a_file_are_the_array(tmp_path):
    REAL.tofile(tmp_path / "real")
    assert measure(rows.Rows(tmp_path / "real", 16), FAKE) == measure(REAL, FAKE)


def test_unsuitable_features_are_refused_in_one_line():
    spoiled = FAKE.copy()
    spoiled[41, 3] = np.nan
    endless = REAL.copy()
    endless[0] = np.inf
    for real, fake, message in (
        (None, FAKE, r"no features of real samples: expected an array"),
        (REAL.ravel(), FAKE, r"features of real samples of shape \(3200,\): expected \(N, d\)"),
        (REAL, FAKE.reshape(-1, 4, 4), r"features of generated samples of shape \(90, 4, 4\): expected \(N, d\)"),
        (REAL[:, :0], FAKE[:, :0], r"features of real samples of shape \(200, 0\)"),
        (REAL, FAKE[:, :8], r"16 features of a real sample and 8 of a generated one"),
        (REAL, FAKE[:1], r"features of generated samples: 1, expected at least 2"),
        (REAL, spoiled, r"features of generated samples: row 41 holds nan or inf"),
        (endless, FAKE, r"features of real samples: row 0 holds nan or inf"),
    ):
        with pytest.raises(errors.UserError, match=message) as caught:
            measure(real, fake)
        assert "\n" not in str(caught.value)


def test_the_row_with_nan_is_counted_across_blocks(monkeypatch):
    monkeypatch.setattr(rows.blocks, "__defaults__", (7,))
    spoiled = FAKE.copy()
    spoiled[41] = np.nan
    with pytest.raises(errors.UserError, match="row 41"):
        measure(REAL, spoiled)
