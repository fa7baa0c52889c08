"""Monge Inception Distance: a shift, explicit loops, symmetry, subsets and seeds."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.metrics import mind
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side

RANDOM = np.random.default_rng(4)
REAL = RANDOM.standard_normal((30, 6)).astype(np.float32)
FAKE = (RANDOM.standard_normal((30, 6)) * 2 + 1).astype(np.float32)


def measure(real, fake, seed=0):
    return mind.measure(Evidence(Side(features=real), Side(features=fake), seed=seed))


def value(real, fake, seed=0):
    return measure(real, fake, seed).values["distance"]


def test_one_dimension_by_hand():
    """Each direction is 1 or −1: 3 · 1 · ((0 − 1)² + (2 − 5)²) / 2, whatever the order of the samples."""
    assert value(np.float32([[2], [0]]), np.float32([[1], [5]])) == pytest.approx(15, rel=1e-12)


def test_it_agrees_with_explicit_loops():
    total = 0.0
    for direction in mind.directions(6, seed=0):
        pairs = zip(sorted(REAL @ direction), sorted(FAKE @ direction), strict=True)
        total += sum((x - y) ** 2 for x, y in pairs)
    assert value(REAL, FAKE) == pytest.approx(3 * 6 * total / (30 * 1000), rel=1e-10)


def test_directions_are_unit_vectors_without_a_preferred_axis():
    found = mind.directions(6, seed=0)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)
    np.testing.assert_allclose(found.T @ found / 1000, np.eye(6) / 6, atol=4 * 0.16 / np.sqrt(1000))


def test_a_shift_of_every_coordinate_tends_to_three_times_its_square_for_each_dimension():
    real, fake = np.random.default_rng(5).standard_normal((2, 4000, 64), np.float32)
    assert value(real, fake + np.float32(0.5)) == pytest.approx(3 * 64 * 0.5**2, rel=0.1)


def test_the_distance_of_a_set_to_itself_is_exactly_zero_and_that_of_two_sets_symmetric():
    assert value(REAL, REAL) == 0
    assert value(REAL, RANDOM.permutation(REAL)) < 1e-25
    assert value(REAL, FAKE) == value(FAKE, REAL) > 1
    assert value(REAL, FAKE[:20]) == value(FAKE[:20], REAL)


def test_of_the_larger_side_a_random_subset_is_compared_and_said():
    """The smaller side is all zeros: what remains is 3 times the mean squared norm of the subset, ones or tens."""
    mixed = np.repeat([[1.0], [10.0]], 500, axis=0)
    finding = measure(mixed, np.zeros((100, 1)))
    tens = (finding.values["distance"] / 3 * 100 - 100) / 99
    assert tens == pytest.approx(round(tens)) and 30 < tens < 70
    assert finding.notes == ("100 of 1000 real samples were compared, a random subset",)
    assert measure(REAL, np.tile(FAKE, (2, 1))).notes == ("30 of 60 generated samples were compared, a random subset",)
    assert measure(REAL, FAKE).notes == ()


def test_the_seed_decides():
    assert value(REAL, FAKE, seed=1) == value(REAL, FAKE, seed=1) != value(REAL, FAKE, seed=2)
    assert value(REAL, FAKE, seed=1) == pytest.approx(value(REAL, FAKE, seed=2), rel=0.2)


def test_the_size_of_blocks_does_not_matter(monkeypatch):
    whole = value(REAL, FAKE[:20])
    monkeypatch.setattr(rows.blocks, "__defaults__", (7,))
    monkeypatch.setattr(mind, "_DIRECTIONS_AT_ONCE", 333)
    assert value(REAL, FAKE[:20]) == pytest.approx(whole, rel=1e-12)


def test_rows_in_a_file_are_the_array(tmp_path):
    REAL.tofile(tmp_path / "real")
    assert value(rows.Rows(tmp_path / "real", 6), FAKE[:20]) == value(REAL, FAKE[:20])


def test_features_that_are_no_matrix_are_refused():
    with pytest.raises(errors.UserError, match="features of real samples of shape"):
        measure(REAL.ravel(), FAKE)
