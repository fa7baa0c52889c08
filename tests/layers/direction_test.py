"""SAN's last layer: one number, of which the features and the direction see a gradient each."""

import keras
import numpy as np
import tensorflow as tf

from gan_keras.layers.direction import Direction

FEATURES = tf.constant([[1.0, 2.0], [0.0, -1.0]])


def layer():
    """A layer with w = (3, 4): ω = (0.6, 0.8), and a scale of 5 at first."""
    made = Direction(keras.initializers.Constant(0.0))
    made.initializer = lambda shape, dtype=None: tf.constant([[3.0], [4.0]])
    made.build(FEATURES.shape)
    return made


def test_both_results_are_the_scaled_projection():
    made = layer()
    np.testing.assert_allclose(made.scale, 5.0)
    logits, direction_logits = made(FEATURES)
    np.testing.assert_allclose(logits, [[11.0], [-4.0]], rtol=1e-6)  # 5 (0.6·1 + 0.8·2), 5 (−0.8)
    np.testing.assert_allclose(direction_logits, logits)
    made.kernel.assign(7.0 * made.kernel)
    np.testing.assert_allclose(made(FEATURES)[0], logits, rtol=1e-6)  # The length of w means nothing.


def test_features_and_scale_learn_from_one_and_the_direction_from_the_other():
    made = layer()
    sources = [FEATURES, made.scale.value, made.kernel.value]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(FEATURES)
        logits, direction_logits = made(FEATURES)
    features, scale, kernel = tape.gradient(logits, sources)
    np.testing.assert_allclose(features, [[3.0, 4.0]] * 2, rtol=1e-6)  # s·ω
    np.testing.assert_allclose(scale, 2.2 - 0.8, rtol=1e-6)  # Σ h·ω
    assert kernel is None
    features, scale, kernel = tape.gradient(direction_logits, sources)
    assert features is None and scale is None
    # s Σ (h − (h·ω) ω) / ‖w‖, at a right angle to w: Σ h = (1, 1), (h·ω) = 1.4.
    np.testing.assert_allclose(kernel[:, 0], [1 - 1.4 * 0.6, 1 - 1.4 * 0.8], rtol=1e-5)


def test_it_keeps_its_config():
    assert Direction.from_config(Direction("zeros", name="d").get_config()).initializer.get_config() == {}
