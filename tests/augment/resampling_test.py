"""Values of images at given coordinates, by hand."""

import numpy as np
import tensorflow as tf

from gan_keras.augment import resampling

IMAGES = tf.reshape(tf.range(24.0), (2, 3, 4, 1))  # Rows of [0 1 2 3], [4 5 6 7], [8 9 10 11]; then + 12


def at(y, x):
    """Returns both images' values at one place."""
    values = resampling.bilinear(IMAGES, tf.fill([2, 3, 4], float(y)), tf.fill([2, 3, 4], float(x)))
    return values[:, 0, 0, 0].numpy().tolist()


def test_between_pixels():
    assert at(1, 2) == [6, 18]
    assert at(0.5, 0) == [2, 14]
    assert at(1.25, 2.5) == [4 * 1.25 + 2.5, 12 + 4 * 1.25 + 2.5]


def test_at_the_borders():
    assert at(0, 0) == [0, 12] and at(2, 0) == [8, 20] and at(0, 3) == [3, 15] and at(2, 3) == [11, 23]
    assert at(2, 1.5) == [9.5, 21.5] and at(1.5, 3) == [9, 21]


def test_beyond_the_borders_the_picture_is_mirrored():
    assert at(-1, 0) == at(1, 0)
    assert at(0, -0.25) == at(0, 0.25)
    assert at(0, 4) == at(0, 2) and at(0, 7) == at(0, 1)
    assert at(3, 3) == at(1, 3) == [7, 19]
    assert at(-100, 0) == at(0, 0)  # 25 times there and back


def test_gradients_go_back_to_the_four_pixels():
    images, y, x = tf.identity(IMAGES), tf.fill([2, 3, 4], 0.5), tf.fill([2, 3, 4], 0.25)
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(resampling.bilinear(images, y, x))
    # All 12 places lie between the same four pixels, which weigh ½·¾ and ½·¼.
    expected = np.zeros((3, 4))
    expected[:2, :2] = [[4.5, 1.5], [4.5, 1.5]]
    np.testing.assert_allclose(tape.gradient(total, images)[..., 0], [expected, expected])


def test_all_channels_of_a_pixel_are_taken():
    images = tf.concat([IMAGES, 100.0 + IMAGES, 200.0 + IMAGES], axis=-1)
    values = resampling.bilinear(images, tf.fill([2, 3, 4], 1.25), tf.fill([2, 3, 4], 2.5))[:, 2, 3].numpy()
    assert values.tolist() == [[7.5, 107.5, 207.5], [19.5, 119.5, 219.5]]
