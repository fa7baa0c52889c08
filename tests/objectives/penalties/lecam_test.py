"""LeCam: distances of the logits from their moving averages, and the averages themselves."""

import types

import numpy as np
import tensorflow as tf

from gan_keras.objectives.penalties import lecam

AVERAGES = tf.constant([1.0, -1.0])  # Of real and of generated samples.
REAL, FAKE = tf.constant([[2.0], [-3.0], [0.0]]), tf.constant([[-2.0], [4.0], [1.5]])
EXPECTED = [18, 0, 1]  # (2 + 1)² + (1 + 2)²; nothing for a real far below and a generated far above; (0 + 1)²


def test_values_and_slopes_by_hand():
    with tf.GradientTape() as tape:
        tape.watch([REAL, FAKE, AVERAGES])
        penalty = lecam.lecam(REAL, FAKE, AVERAGES)
        total = tf.reduce_sum(penalty)
    np.testing.assert_allclose(penalty[:, 0], EXPECTED)
    real_slope, fake_slope, none = tape.gradient(total, [REAL, FAKE, AVERAGES])
    assert real_slope.numpy().ravel().tolist() == [6.0, 0.0, 2.0]
    assert fake_slope.numpy().ravel().tolist() == [-6.0, 0.0, 0.0]
    assert none is None


def test_the_penalty_takes_the_logits_of_both_passes():
    real, fake = types.SimpleNamespace(logits=REAL), types.SimpleNamespace(logits=FAKE)
    penalty = lecam.penalty(real, fake, types.SimpleNamespace(lecam_averages=AVERAGES))
    np.testing.assert_allclose(penalty[:, 0], EXPECTED)


def test_moving_averages_by_hand():
    averages = tf.zeros([2])
    for update, expected in enumerate([[4, -2], [3, -1], [10 / 3, -4 / 3]]):  # Plain means of 4, 2, 4 and −2, 0, −2.
        real, fake = ([[5.0], [3.0]], [[-2.0], [-2.0]]) if update % 2 == 0 else ([[2.0], [2.0]], [[1.0], [-1.0]])
        averages = lecam.moving_averages(averages, tf.constant(real), tf.constant(fake), tf.constant(update))
        np.testing.assert_allclose(averages, expected, rtol=1e-6)
    late = lecam.moving_averages(AVERAGES, tf.constant([[3.0]]), tf.constant([[0.0]]), tf.constant(10_000))
    np.testing.assert_allclose(late, [0.99 * 1 + 0.01 * 3, -0.99], rtol=1e-6)


def test_moving_averages_give_no_gradient():
    with tf.GradientTape() as tape:
        tape.watch(REAL)
        averages = lecam.moving_averages(AVERAGES, REAL, FAKE, tf.constant(10_000))
    assert tape.gradient(averages, REAL) is None
