"""The adaptive probability of the augmentation, by hand."""

import pytest
import tensorflow as tf

from gan_keras.augment import adaptive


@pytest.mark.parametrize(
    "probability, sign, expected",
    [
        (0.5, 0.7, 0.500128),  # 64 / 500 000 up
        (0.5, 0.5, 0.499872),
        (0.5, -1.0, 0.499872),  # The step does not depend on the distance from the target.
        (0.0001, 0.5, 0.0),
        (0.9999, 0.7, 1.0),
    ],
)
def test_one_batch(probability, sign, expected):
    updated = adaptive.updated(tf.constant(probability), tf.constant(sign), tf.constant(64))
    assert float(updated) == pytest.approx(expected, abs=1e-7)


def test_500_000_images_lead_from_0_to_1():
    half_way = adaptive.updated(tf.constant(0.0), tf.constant(1.0), tf.constant(250_000))
    assert float(half_way) == pytest.approx(0.5, abs=5e-7)
    probability = tf.constant(0.0)
    for _ in range(99):
        probability = adaptive.updated(probability, tf.constant(1.0), tf.constant(5_000))
    assert float(probability) == pytest.approx(0.99, abs=1e-5)


def test_the_sign_is_taken_about_the_threshold_of_the_loss():
    logits = tf.constant([[0.6], [0.4], [0.7], [0.9]])
    assert adaptive.sign(logits, 0.5).numpy().ravel().tolist() == [1.0, -1.0, 1.0, 1.0]
    assert adaptive.sign(logits, 0.0).numpy().ravel().tolist() == [1.0, 1.0, 1.0, 1.0]
