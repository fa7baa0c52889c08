"""Each class has its own gain and offset; the statistics are shared."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras.layers.batch_normalization import BatchNormalization
from gan_keras.layers.conditional_batch_normalization import ConditionalBatchNormalization

INPUTS = np.random.default_rng(0).normal(2.0, 3.0, (6, 4, 4, 5)).astype("float32")
LABELS = np.array([0, 1, 2, 2, 1, 0], "int32")


@pytest.mark.parametrize("inputs", [INPUTS, INPUTS[:, 0, 0]])
@pytest.mark.parametrize("training", [True, False])
def test_outputs_are_gain_and_offset_of_the_class(inputs, training):
    layer = ConditionalBatchNormalization(3)
    plain = BatchNormalization(momentum=0.9, epsilon=1e-5)
    # Gains start at 1, offsets at 0: plain batch normalization.
    np.testing.assert_allclose(layer(inputs, LABELS, training=training), plain(inputs, training=training), atol=1e-6)

    rng = np.random.default_rng(1)
    gamma, beta = rng.normal(size=(2, 3, 5)).astype("float32")
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    normalized = np.asarray(plain(inputs, training=training))
    outputs = np.asarray(layer(inputs, LABELS, training=training))
    for row, label in enumerate(LABELS):
        np.testing.assert_allclose(outputs[row], normalized[row] * gamma[label] + beta[label], atol=1e-5)
    for ours, theirs in zip(
        (layer.normalization.moving_mean, layer.normalization.moving_variance),
        (plain.moving_mean, plain.moving_variance),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_the_fused_op_is_kept():
    layer = ConditionalBatchNormalization(3)
    layer(INPUTS, LABELS)
    graph = (
        tf.function(lambda x, y: layer(x, y, training=True))
        .get_concrete_function(tf.TensorSpec(INPUTS.shape), tf.TensorSpec([6], tf.int32))
        .graph
    )
    assert "FusedBatchNormV3" in {operation.type for operation in graph.get_operations()}


def test_only_the_classes_of_the_batch_learn():
    layer = ConditionalBatchNormalization(3)
    layer(INPUTS, LABELS)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.sin(layer(INPUTS, np.array([1, 1, 1, 2, 2, 2]), training=True)))
    gradient = tf.convert_to_tensor(tape.gradient(loss, layer.gamma.value)).numpy()
    assert not gradient[0].any() and gradient[1].any() and gradient[2].any()


def test_config_weights_and_half_precision():
    gains = keras.initializers.RandomNormal(1.0, 0.02, seed=0)
    layer = ConditionalBatchNormalization(
        3, gamma_initializer=gains, synchronized=False, dtype="mixed_bfloat16", name="norm"
    )
    clone = ConditionalBatchNormalization.from_config(layer.get_config())
    assert clone.get_config() == layer.get_config()
    assert clone.name == "norm" and clone.compute_dtype == "bfloat16"
    assert not clone.normalization.synchronized and ConditionalBatchNormalization(3).normalization.synchronized
    outputs = layer(INPUTS, LABELS, training=True)
    assert outputs.dtype == "bfloat16" and outputs.shape == INPUTS.shape
    assert layer.normalization.moving_variance.dtype == "float32"
    assert [weight.shape for weight in layer.trainable_weights] == [(3, 5), (3, 5)]
    assert np.asarray(layer.gamma).mean() == pytest.approx(1.0, abs=0.03)
