"""DiffAugment's transforms by hand."""

import numpy as np
import tensorflow as tf

from gan_keras.augment import diffaugment
from gan_keras.runtime import randomness


def numbers(*values):
    """Returns each number as the draw of a batch of one image."""
    return [tf.constant(value, tf.float32, shape=(1,)) for value in values]


def test_brightness_saturation_and_contrast():
    images = tf.constant([[0.3, 0.0, 0.0], [-0.5, 0.1, 0.4]], shape=(1, 1, 2, 3))  # Means 0.1 and 0; 0.05 together.

    def colored(*values):
        return diffaugment.color(images, *numbers(*values))[0, 0]

    np.testing.assert_allclose(colored(0.75, 0.5, 0.5), images[0, 0] + 0.25, atol=1e-6)
    np.testing.assert_allclose(colored(0.5, 0.0, 0.5), [3 * [0.1], 3 * [0.0]], atol=1e-6)
    np.testing.assert_allclose(colored(0.5, 0.75, 0.5), [[0.4, -0.05, -0.05], [-0.75, 0.15, 0.6]], atol=1e-6)
    np.testing.assert_allclose(colored(0.5, 0.5, 0.0), 0.05 + (images[0, 0] - 0.05) / 2, atol=1e-6)


def test_translation_of_a_picture_of_four_by_four():
    image = np.arange(1.0, 17).reshape(4, 4)  # Moved by at most 4 / 8, rounded up to 1.

    def moved(down, right):
        shifts = [diffaugment._shift(number, 4) for number in numbers(down, right)]
        return diffaugment.translation(tf.constant(image.reshape(1, 4, 4, 1), tf.float32), *shifts)[0, ..., 0].numpy()

    assert moved(0.5, 0.5).tolist() == image.tolist()
    assert moved(0.9, 0.5).tolist() == [[0, 0, 0, 0], [1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]
    assert moved(0.0, 0.0).tolist() == [[6, 7, 8, 0], [10, 11, 12, 0], [14, 15, 16, 0], [0, 0, 0, 0]]


def test_all_translations_are_equally_likely():
    draws = randomness.uniform([30_000], randomness.key(0, "shift", 0))
    shifts, counts = np.unique(diffaugment._shift(draws, 16), return_counts=True)
    assert shifts.tolist() == [-2, -1, 0, 1, 2]
    np.testing.assert_allclose(counts / 30_000, 0.2, atol=0.01)


def test_the_area_of_a_cutout():
    ones, yes = tf.ones([1, 8, 8, 3]), tf.constant([True])
    middle = diffaugment.cutout(ones, *numbers(0.5, 0.5), yes)[0, ..., 0].numpy()
    assert middle.sum() == 64 - 16 and middle[2:6, 2:6].sum() == 0
    corner = diffaugment.cutout(ones, *numbers(0.0, 0.999), yes)[0, ..., 0].numpy()
    assert corner.sum() == 64 - 4 and corner[:2, 6:].sum() == 0
    # A hole of 4 rows about one of 9 lines covers 2, 3, 4, 4, 4, 4, 4, 3, 2 rows: 30/9 on average, and as many columns.
    down, right = tf.unstack(randomness.uniform([5_000, 2], randomness.key(0, "cutout", 0)), axis=1)
    hidden = 64 - tf.reduce_sum(
        diffaugment.cutout(tf.ones([5_000, 8, 8, 1]), down, right, tf.fill([5_000], True)), axis=(1, 2, 3)
    )
    np.testing.assert_allclose(tf.reduce_mean(hidden), (30 / 9) ** 2, atol=0.2)


def test_each_group_has_a_gate_of_its_own():
    image = tf.reshape(tf.linspace(-1.0, 1.0, 48), (1, 4, 4, 3))
    color, translation, cutout = numbers(0.9, 0.2, 0.3), numbers(0.9, 0.1), numbers(0.2, 0.7)
    alone = [
        diffaugment.color(image, *color),
        diffaugment.translation(image, *(diffaugment._shift(number, 4) for number in translation)),
        diffaugment.cutout(image, *cutout, tf.constant([True])),
    ]
    parameters = [number.numpy().item() for number in color + translation + cutout]
    for index, expected in enumerate(alone):
        gates = [0.4 if gate == index else 0.5 for gate in range(3)]
        np.testing.assert_array_equal(diffaugment.augment(image, tf.constant([gates + parameters]), 0.45), expected)
        assert not np.array_equal(expected, image)
