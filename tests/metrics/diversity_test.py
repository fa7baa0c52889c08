"""How much images differ, by hand."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.data import conditions
from gan_keras.metrics import diversity
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side

TWO = conditions.of_classes(["a", "b"])


def side(values, classes=None):
    """Images of one grey pixel each."""
    return Side(
        np.array(values, np.uint8).reshape(-1, 1, 1, 1), conditions=None if classes is None else np.array(classes)
    )


def values(real, fake, condition=None):
    return diversity.measure(Evidence(real, fake, condition=condition)).values


def test_the_mean_distance_by_hand():
    assert diversity.spread(side([0, 51, 255]).samples) == pytest.approx((51 + 204 + 255) / 3 / 127.5)
    assert diversity.spread(np.array([0, 255], np.uint8).repeat(12).reshape(2, 2, 2, 3)) == pytest.approx(2 * 12**0.5)


def test_copies_are_at_distance_0():
    image = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3), np.uint8)
    assert diversity.spread(image.repeat(50, 0)) == 0


def test_the_ratio_over_all_samples():
    assert values(side([0, 100]), side([7, 32])) == {"ratio": 0.25}
    assert values(side([0, 100]), side([9, 9, 9])) == {"ratio": 0}


def test_classes_are_compared_with_themselves():
    real, fake = side([0, 100, 200, 210], [0, 0, 1, 1]), side([0, 200, 50, 205], [0, 1, 0, 1])
    assert values(real, fake, TWO) == {"ratio": 0.5, "worst_class": 0.5}  # 50 of 100, 5 of 10
    assert values(real, side([0, 1, 0, 11], [0, 1, 0, 1]), TWO) == {"ratio": 0.5, "worst_class": 0}


def test_a_class_with_one_sample_or_equal_real_ones_is_left_out():
    real = side([0, 100, 200, 210], [0, 0, 1, 1])
    assert values(real, side([0, 50, 99], [0, 0, 1]), TWO)["ratio"] == 0.5
    assert values(side([0, 100, 7, 7], [0, 0, 1, 1]), side([0, 50, 1, 2], [0, 0, 1, 1]), TWO)["ratio"] == 0.5
    assert values(side([0, 100]), side([0, 50], [0, 1]), TWO) == {"ratio": 0.5}  # No class has two: all are compared.


def test_a_subset_is_random_in_order_and_repeatable(monkeypatch):
    assert diversity.subset(5, 5, 0).tolist() == [0, 1, 2, 3, 4]
    chosen = diversity.subset(1000, 10, 3)
    assert len(set(chosen)) == 10 and chosen.tolist() == sorted(chosen) and chosen[-1] > 500
    assert chosen.tolist() == diversity.subset(1000, 10, 3).tolist() != diversity.subset(1000, 10, 4).tolist()
    monkeypatch.setattr(diversity, "MOST", 2)
    assert values(side([0, 100]), side([5, 5, 5, 5, 5])) == {"ratio": 0}


def test_equal_real_images_are_refused_in_one_line():
    with pytest.raises(errors.UserError, match="^diversity: all real images are equal[^\n]*$"):
        values(side([3, 3]), side([1, 2]))
