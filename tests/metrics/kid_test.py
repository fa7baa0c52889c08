"""Kernel distance: explicit loops, values by hand, no bias, and blocks."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.metrics import kid
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side

RANDOM = np.random.default_rng(2)
REAL = RANDOM.standard_normal((23, 5)).astype(np.float32)
FAKE = (RANDOM.standard_normal((17, 5)) * 1.5 + 0.3).astype(np.float32)


def measure(real, fake):
    return kid.measure(Evidence(Side(features=real), Side(features=fake))).values["distance"]


def loops(real, fake):
    """The definition, one pair after the other."""

    def kernel(x, y):
        return (sum(float(a) * float(b) for a, b in zip(x, y, strict=True)) / len(x) + 1) ** 3

    def within(side):
        pairs = [(i, j) for i in range(len(side)) for j in range(len(side)) if i != j]
        return sum(kernel(side[i], side[j]) for i, j in pairs) / len(pairs)

    across = sum(kernel(x, y) for x in real for y in fake) / (len(real) * len(fake))
    return within(real) + within(fake) - 2 * across


def test_values_by_hand():
    """d = 1: (1·3 + 1)³ + (0·2 + 1)³ − 2 (1 + 3³ + 1 + 7³) / 4 = 64 + 1 − 186."""
    assert measure(np.float32([[1], [3]]), np.float32([[0], [2]])) == 64 + 1 - 186


def test_it_agrees_with_explicit_loops_for_any_size_of_blocks(monkeypatch):
    expected = loops(REAL, FAKE)
    for size in (1024, 23, 7, 1):
        monkeypatch.setattr(rows.blocks, "__defaults__", (size,))
        assert measure(REAL, FAKE) == pytest.approx(expected, rel=1e-10)


def test_it_is_symmetric():
    assert measure(REAL, FAKE) == pytest.approx(measure(FAKE, REAL), rel=1e-12)


def test_samples_of_one_distribution_have_distance_zero_on_average():
    """The biased estimate, with the pairs of a sample and itself, is 2 · (9.625 − 1.375) / 30 = 0.55 on average."""
    draws = np.random.default_rng(3).standard_normal((400, 2, 30, 8)).astype(np.float32)
    found = np.array([measure(real, fake) for real, fake in draws])
    assert abs(found.mean()) < 4 * found.std() / 20 < 0.05
    assert 0.3 < (found < 0).mean() < 0.8


def test_rows_in_a_file_are_the_array(tmp_path):
    REAL.tofile(tmp_path / "real")
    assert measure(rows.Rows(tmp_path / "real", 5), FAKE) == measure(REAL, FAKE)


def test_one_sample_is_not_enough():
    with pytest.raises(errors.UserError, match="features of real samples: 1, expected at least 2"):
        measure(REAL[:1], FAKE)
