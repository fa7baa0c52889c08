"""The transforms of ADA by hand, one at a time."""

import math

import numpy as np
import pytest
import tensorflow as tf

from gan_keras.augment import ada

SIDE = 16
ONE_SIGMA, TWO_SIGMA = 0.8413447, 0.9772499  # The shares of standard normal numbers below 1 and below 2.


def augmented(image, gates, **numbers):
    """Returns one image (H, W, C) after the transforms named by `gates`, with their numbers."""
    draws = [0.0 if name in gates else 0.99 for name in ada.GATES]
    draws += [numbers.pop(name, 0.5) for name in ada.NUMBERS]
    assert not numbers
    return ada.augment(tf.constant(image[None], tf.float32), tf.constant([draws]), 0.5)[0].numpy()


def noise(height=SIDE, width=SIDE):
    return np.random.default_rng(0).uniform(-1, 1, (height, width, 3)).astype("float32")


def coordinates():
    """Returns a picture that shows its own coordinates about the middle: x in red, y (down) in green."""
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    return np.stack([x, y, 0 * x], axis=-1)


def inner(picture):
    """Returns the middle, where nothing comes from beyond the borders."""
    return picture[4:-4, 4:-4]


def test_mirror_and_quarter_turns_are_exact():
    image = noise()
    np.testing.assert_array_equal(augmented(image, ["mirror"], mirror=0.6), image[:, ::-1])
    np.testing.assert_array_equal(augmented(image, ["mirror"], mirror=0.4), image)
    for turns in range(4):
        result = augmented(image, ["quarter_turn"], quarter_turn=turns / 4 + 0.1)
        np.testing.assert_array_equal(result, np.rot90(image, turns))


def test_whole_translation_is_exact_and_mirrors_at_the_border():
    image = noise()  # Moved by at most 16 / 8 = 2 pixels.
    right = augmented(image, ["shift"], shift_x=0.99)
    np.testing.assert_array_equal(right[:, 2:], image[:, :-2])
    np.testing.assert_array_equal(right[:, :2], image[:, 2:0:-1])
    np.testing.assert_array_equal(augmented(image, ["shift"], shift_y=0.0)[:-2], image[2:])


def test_fractional_translation():
    image = noise()
    half = 0.5987063  # A quarter of the standard deviation of 2 pixels.
    result = augmented(image, ["fraction"], fraction_x=half)
    np.testing.assert_allclose(result[:, 1:], (image[:, 1:] + image[:, :-1]) / 2, atol=1e-4)


def test_translations_are_in_proportion_to_each_side():
    image = noise(8, 24)  # Moved by at most 1 pixel down and 3 pixels right.
    right = augmented(image, ["shift"], shift_x=0.99)
    np.testing.assert_array_equal(right[:, 3:], image[:, :-3])
    down = augmented(image, ["shift"], shift_y=0.99)
    np.testing.assert_array_equal(down[1:], image[:-1])
    fraction_x, fraction_y = (ada.FURTHEST_SHIFT * side for side in (24, 8))  # Pixels of one standard deviation.
    right = augmented(image, ["fraction"], fraction_x=ONE_SIGMA)
    np.testing.assert_allclose(right[:, round(fraction_x) :], image[:, : -round(fraction_x)], atol=1e-4)
    down = augmented(image, ["fraction"], fraction_y=ONE_SIGMA)
    np.testing.assert_allclose(down[round(fraction_y) :], image[: -round(fraction_y)], atol=1e-4)


@pytest.mark.parametrize(
    "gate, number, x, y",
    [
        ("scale", ONE_SIGMA, 2**-0.2, 2**-0.2),
        ("scale", TWO_SIGMA, 2**-0.4, 2**-0.4),
        ("stretch", ONE_SIGMA, 2**-0.2, 2**0.2),
        ("stretch", TWO_SIGMA, 2**-0.4, 2**0.4),
    ],
)
def test_scaling(gate, number, x, y):
    result = augmented(coordinates(), [gate], **{gate: number})
    np.testing.assert_allclose(inner(result), inner(coordinates()) * [x, y, 0], atol=1e-4)


@pytest.mark.parametrize("gate", ["rotation_before", "rotation_after"])
def test_rotation(gate):
    angle = math.pi / 6
    result = augmented(coordinates(), [gate], **{gate: 0.5 + angle / (2 * math.pi)})
    x, y, _ = np.moveaxis(coordinates(), -1, 0)
    cos, sin = math.cos(angle), math.sin(angle)
    expected = np.stack([cos * x - sin * y, sin * x + cos * y, 0 * x], axis=-1)
    np.testing.assert_allclose(inner(result), inner(expected), atol=1e-4)


def test_mirroring_comes_before_the_quarter_turn():
    image = noise()
    both = augmented(image, ["mirror", "quarter_turn"], mirror=0.6, quarter_turn=0.3)
    np.testing.assert_array_equal(both, np.rot90(image[:, ::-1]))
    assert not np.array_equal(both, np.rot90(image)[:, ::-1])


def test_geometric_transforms_come_in_the_order_of_the_paper():
    angles = {"rotation_before": 0.3, "rotation_after": -0.5}
    result = augmented(
        coordinates(),
        ["mirror", "quarter_turn", "shift", "scale", "stretch", "fraction", *angles],
        mirror=0.6,
        quarter_turn=0.3,
        shift_x=0.99,
        shift_y=0.3,
        scale=TWO_SIGMA,
        stretch=ONE_SIGMA,
        fraction_x=0.5987063,
        fraction_y=0.4012937,
        **{name: 0.5 + a / (2 * math.pi) for name, a in angles.items()},
    )
    # The way back from a pixel of the result: the last transform is undone first.
    x, y, _ = np.moveaxis(coordinates(), -1, 0)

    def rotated(x, y, angle):
        return math.cos(angle) * x - math.sin(angle) * y, math.sin(angle) * x + math.cos(angle) * y

    x, y = x - 0.5, y + 0.5  # Fractional translation by a quarter of the standard deviation of 2 pixels.
    x, y = rotated(x, y, -0.5)
    x, y = x * 2**-0.2, y * 2**0.2
    x, y = rotated(x, y, 0.3)
    x, y = x * 2**-0.4, y * 2**-0.4
    x, y = x - 2, y + 1  # 2 · (2 · 0.99 − 1) and 2 · (2 · 0.3 − 1), rounded.
    x, y = -y, x  # A quarter turn.
    x = -x
    expected = np.stack([x, y, 0 * x], axis=-1)
    assert np.abs(inner(expected)).max() < (SIDE - 1) / 2  # Nothing comes from beyond the borders.
    np.testing.assert_allclose(inner(result), inner(expected), atol=1e-4)


def test_color_transforms_come_in_the_order_of_the_paper():
    image = noise()
    gates = ["brightness", "contrast", "luma", "hue", "saturation"]
    result = augmented(
        image, gates, brightness=TWO_SIGMA, contrast=ONE_SIGMA, luma=0.6, hue=0.5 + 1 / 3, saturation=ONE_SIGMA
    )
    expected = (image + 0.4) * math.sqrt(2)
    expected = expected - 2 * expected.mean(-1, keepdims=True)
    expected = np.roll(expected, 1, axis=-1)  # A third of a turn about the gray axis: red becomes green.
    gray = expected.mean(-1, keepdims=True)
    expected = gray + 2 * (expected - gray)
    np.testing.assert_allclose(result, expected, atol=2e-5)


def test_the_probability_is_that_of_a_rotation_before_or_after():
    for rate in (0.29, 0.3):  # 1 − √(1 − 0.5) = 0.2929
        draws = np.full((1, 28), 0.99, np.float32)
        draws[0, ada.GATES.index("rotation_before")] = rate
        changed = ada.augment(noise()[None], draws, 0.5)[0]
        assert np.array_equal(changed, noise()) == (rate == 0.3)


RED, GREEN, GRAY = [1.0, 0, 0], [0, 1.0, 0], [0.3, 0.3, 0.3]


@pytest.mark.parametrize(
    "gate, number, color, expected",
    [
        ("brightness", ONE_SIGMA, RED, [1.2, 0.2, 0.2]),
        ("brightness", TWO_SIGMA, RED, [1.4, 0.4, 0.4]),
        ("brightness", 1 - TWO_SIGMA, RED, [0.6, -0.4, -0.4]),
        ("contrast", ONE_SIGMA, GRAY, 3 * [0.3 * 2**0.5]),
        ("contrast", TWO_SIGMA, GRAY, 3 * [0.6]),
        ("contrast", 1 - TWO_SIGMA, GRAY, 3 * [0.15]),
        ("luma", 0.6, GRAY, 3 * [-0.3]),
        ("luma", 0.6, RED, [1 / 3, -2 / 3, -2 / 3]),  # The gray part 1/3 becomes −1/3.
        ("luma", 0.4, RED, RED),
        ("hue", 0.5 + 1 / 3, RED, GREEN),  # A third of a turn.
        ("hue", 0.5 + 1 / 3, GRAY, GRAY),
        ("saturation", ONE_SIGMA, RED, [5 / 3, -1 / 3, -1 / 3]),  # The distance from gray, (2/3, −1/3, −1/3), doubles.
        ("saturation", 1 - ONE_SIGMA, RED, [2 / 3, 1 / 6, 1 / 6]),  # It halves.
        ("saturation", 1 - TWO_SIGMA, RED, [1 / 2, 1 / 4, 1 / 4]),  # A quarter of it is left.
        ("saturation", ONE_SIGMA, GRAY, GRAY),
    ],
)
def test_colors(gate, number, color, expected):
    image = np.broadcast_to(np.array(color, np.float32), (4, 4, 3))
    np.testing.assert_allclose(augmented(image, [gate], **{gate: number})[1, 2], expected, atol=1e-5)


@pytest.mark.parametrize(
    "gate, number, expected",
    [
        ("brightness", ONE_SIGMA, 0.5),
        ("contrast", ONE_SIGMA, 0.3 * 2**0.5),
        ("luma", 0.6, -0.3),
        ("hue", 0.8, 0.3),
        ("saturation", ONE_SIGMA, 0.3),
    ],
)
def test_a_gray_image_stays_gray(gate, number, expected):
    image = np.full((4, 4, 1), 0.3, np.float32)
    np.testing.assert_allclose(augmented(image, [gate], **{gate: number}), np.full((4, 4, 1), expected), atol=1e-5)


def test_normal_numbers():
    np.testing.assert_allclose(
        ada.normal(tf.constant([0.5, ONE_SIGMA, 1 - ONE_SIGMA, TWO_SIGMA])), [0, 1, -1, 2], atol=1e-4
    )
    ends = ada.normal(tf.constant([0.0, 1 - 2**-23])).numpy()
    assert np.isfinite(ends).all() and -5.4 < ends[0] < -5.2 and 5.0 < ends[1] < 5.4
