"""Self-attention is what a loop over pixels computes, and starts as the identity."""

import numpy as np
import tensorflow as tf

from gan_keras.layers.attention import SelfAttention
from gan_keras.layers.spectral_normalization import SpectralConv2D

INPUTS = np.random.default_rng(0).normal(size=(2, 4, 6, 16)).astype("float32")


def pooled(maps):
    height, width, channels = maps.shape
    return maps.reshape(height // 2, 2, width // 2, 2, channels).max((1, 3)).reshape(-1, channels)


def by_hand(layer, image):
    query, key, value, output = (
        np.asarray(convolution.kernel)[0, 0]
        for convolution in (layer.query, layer.key, layer.value, layer.output_convolution)
    )
    queries, keys, values = (image @ query).reshape(-1, 2), pooled(image @ key), pooled(image @ value)
    weights = np.exp(queries @ keys.T)
    answers = (weights / weights.sum(-1, keepdims=True)) @ values @ output
    return image + float(layer.gate) * answers.reshape(image.shape)


def test_a_loop_over_pixels_computes_the_same():
    layer = SelfAttention()
    layer.build(INPUTS.shape)
    shapes = [layer.query.kernel.shape, layer.key.kernel.shape, layer.value.kernel.shape]
    assert [shape[-1] for shape in shapes] == [2, 2, 8]  # C / 8, C / 8, C / 2 of 16.
    assert len(layer.weights) == 5  # Four kernels without biases, and the gate.
    layer.gate.assign(0.7)
    outputs = layer(INPUTS)
    for row in range(2):
        np.testing.assert_allclose(outputs[row], by_hand(layer, INPUTS[row]), atol=1e-5)


def test_few_channels_have_at_least_one_of_each_kind():
    layer = SelfAttention()
    layer.build((2, 4, 4, 1))
    kernels = (layer.query.kernel, layer.key.kernel, layer.value.kernel, layer.output_convolution.kernel)
    assert [kernel.shape[-2:] for kernel in kernels] == 4 * [(1, 1)]


def test_it_starts_as_the_identity_and_the_gate_learns():
    layer = SelfAttention()
    with tf.GradientTape() as tape:
        outputs = layer(INPUTS)
        loss = tf.reduce_sum(tf.sin(outputs))
    np.testing.assert_array_equal(outputs, INPUTS)
    assert abs(float(tape.gradient(loss, layer.gate.value))) > 1e-3


def test_spectral_normalization_of_its_kernels():
    layer = SelfAttention(spectral_normalization=True)
    layer(INPUTS)
    assert isinstance(layer.query, SpectralConv2D)
    convolutions = (layer.query, layer.key, layer.value, layer.output_convolution)
    for convolution in convolutions:
        convolution.u.assign(np.ones(convolution.u.shape))
    layer.power_iteration()
    for convolution in convolutions:
        assert np.abs(np.asarray(convolution.u) - 1).max() > 0.1
    plain = SelfAttention()
    plain(INPUTS)
    assert len(layer.weights) == len(plain.weights) + 4
    plain.power_iteration()  # Changes nothing.


def test_config_and_half_precision():
    layer = SelfAttention(True, {"query": "zeros"}, dtype="mixed_bfloat16")
    clone = SelfAttention.from_config(layer.get_config())
    assert clone.get_config() == layer.get_config()
    assert clone(INPUTS).dtype == "bfloat16" and layer(INPUTS).shape == INPUTS.shape
    assert not np.asarray(clone.query.raw_kernel).any() and np.asarray(clone.key.raw_kernel).any()
