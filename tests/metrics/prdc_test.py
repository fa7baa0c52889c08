"""Precision, recall, density and coverage: by hand, brute force, scikit-learn's neighbours, and ties."""

import numpy as np
import pytest
import sklearn.neighbors

from gan_keras import errors
from gan_keras.metrics import prdc
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side

RANDOM = np.random.default_rng(7)
REAL = RANDOM.standard_normal((60, 4)).astype(np.float32)
FAKE = (RANDOM.standard_normal((45, 4)) * 0.8 + 1).astype(np.float32)


def measure(real, fake):
    return prdc.measure(Evidence(Side(features=real), Side(features=fake))).values


def brute_force(real, fake):
    """The definition, from differences of all pairs."""

    def distances(x, y):
        return np.sqrt(np.square(x[:, None].astype(np.float64) - y[None].astype(np.float64)).sum(axis=2))

    def radii(side, k):
        return np.array([sorted(np.delete(row, i))[k - 1] for i, row in enumerate(distances(side, side))])

    across = distances(real, fake)
    in_ball = across <= radii(real, 5)[:, None]
    return {
        "precision": (across <= radii(real, 3)[:, None]).any(axis=0).mean(),
        "recall": (across <= radii(fake, 3)[None]).any(axis=1).mean(),
        "density": in_ball.sum() / (5 * len(fake)),
        "coverage": in_ball.any(axis=1).mean(),
    }


def test_values_by_hand():
    """Radii of the real samples: 30, 20, 20, 20, 20, 30 (k = 3) and 50, 40, 30, 30, 40, 50 (k = 5); of the generated
    ones 3, 2, 2, 3, 89, 188 (k = 3). The first four generated ones are near real ones; all real ones but the first are
    near generated ones: 10 exactly at one, 20 to 50 within 89 of 100. All six balls hold four generated samples, the
    last one 100 as well, which is exactly at its radius.
    """
    real = np.float32([[0], [10], [20], [30], [40], [50]])
    fake = np.float32([[10], [11], [12], [13], [100], [200]])
    assert measure(real, fake) == {
        "precision": pytest.approx(4 / 6),
        "recall": pytest.approx(5 / 6),
        "density": pytest.approx((6 * 4 + 1) / (5 * 6)),
        "coverage": 1,
    }


def test_generated_samples_of_one_mode_have_precision_and_generated_samples_everywhere_have_recall():
    grid = np.stack(np.meshgrid(np.arange(10), np.arange(10)), axis=-1).reshape(-1, 2).astype(np.float32)
    one_mode = (RANDOM.random((40, 2)) + 4).astype(np.float32)
    narrow, wide = measure(grid, one_mode), measure(one_mode, grid)
    assert (narrow["precision"], wide["recall"]) == (1, 1)
    assert narrow["recall"] == wide["precision"] < 0.1
    assert narrow["coverage"] < 0.5 and wide["density"] < 0.5


def test_it_agrees_with_brute_force_for_any_size_of_blocks(monkeypatch):
    for size in (1024, 60, 7, 1):
        monkeypatch.setattr(rows.blocks, "__defaults__", (size,))
        found = measure(REAL, FAKE)
        assert found == pytest.approx(brute_force(REAL, FAKE), rel=1e-12)
    assert len(set(found.values())) == 4 and all(0 < value < 1 for value in found.values())


def test_radii_agree_with_the_neighbours_of_scikit_learn(monkeypatch):
    monkeypatch.setattr(rows.blocks, "__defaults__", (7,))
    neighbours = sklearn.neighbors.NearestNeighbors(n_neighbors=6).fit(REAL.astype(np.float64))
    expected = neighbours.kneighbors()[0]  # Of each sample, without itself.
    found = prdc.squared_radii(REAL, REAL.mean(axis=0), (1, 3, 5))
    np.testing.assert_allclose(found, np.square(expected[:, [0, 2, 4]]).T, rtol=1e-9)


def test_ties_at_the_radius_are_inside_for_any_size_of_blocks(monkeypatch):
    """Points of a grid with step 0.1: most distances occur many times, and none of them is exact in binary."""
    grid = (RANDOM.integers(0, 5, (80, 3)) / 10 + 1000 / 3).astype(np.float64)
    for size in (1024, 7):
        monkeypatch.setattr(rows.blocks, "__defaults__", (size,))
        whole = np.round((grid - 1000 / 3) * 10)
        assert measure(grid[:50], grid[50:]) == pytest.approx(brute_force(whole[:50], whole[50:]), rel=1e-12)


def test_the_real_samples_themselves_have_precision_recall_and_coverage_one():
    """Each of the 60 balls holds its centre and its five nearest: density is 6 / 5."""
    same = {"precision": 1, "recall": 1, "density": pytest.approx(6 / 5), "coverage": 1}
    assert measure(REAL, REAL) == same
    assert measure(REAL + np.float32(1000), REAL + np.float32(1000)) == same
    copies = np.repeat(REAL[:4], 6, axis=0)  # All radii are 0, and each ball holds the six copies of its centre.
    assert measure(copies, copies) == same


def test_samples_far_apart_have_nothing_in_common():
    assert measure(REAL, FAKE + np.float32(100)) == {"precision": 0, "recall": 0, "density": 0, "coverage": 0}


def test_a_large_mean_does_not_matter():
    assert measure(REAL.astype(np.float64) + 1e6, FAKE.astype(np.float64) + 1e6) == pytest.approx(measure(REAL, FAKE))


def test_rows_in_a_file_are_the_array(tmp_path):
    REAL.tofile(tmp_path / "real")
    assert measure(rows.Rows(tmp_path / "real", 4), FAKE) == measure(REAL, FAKE)


def test_fewer_samples_than_neighbours_are_refused_in_one_line():
    assert set(measure(REAL[:6], FAKE[:6])) == {"precision", "recall", "density", "coverage"}
    with pytest.raises(errors.UserError, match="features of generated samples: 5, expected at least 6") as caught:
        measure(REAL, FAKE[:5])
    assert "\n" not in str(caught.value)
