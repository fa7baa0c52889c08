"""One convolution for each group gives the outputs and gradients of the grouped convolution."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras.layers.grouped_convolution import GroupedConv2D


@pytest.mark.parametrize("groups", [1, 4])
def test_outputs_and_gradients_are_those_of_keras(groups):
    inputs = tf.constant(np.random.default_rng(0).normal(size=(2, 5, 5, 8)), "float32")
    results = []
    for kind in (keras.layers.Conv2D, GroupedConv2D):
        layer = kind(8, 3, padding="same", groups=groups, kernel_initializer=keras.initializers.RandomNormal(seed=0))
        layer.build(inputs.shape)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
            loss = tf.reduce_sum(tf.sin(outputs))
        results.append([outputs, *tape.gradient(loss, [inputs, layer.kernel.value])])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_there_is_one_convolution_for_each_group(groups):
    layer = GroupedConv2D(8, 3, groups=groups)
    layer.build((2, 5, 5, 8))
    graph = tf.function(layer).get_concrete_function(tf.TensorSpec((2, 5, 5, 8))).graph
    kinds = [operation.type for operation in graph.get_operations()]
    assert kinds.count("Conv2D") == groups and not any("Call" in kind for kind in kinds)


def test_second_order_gradients_are_those_of_keras_and_pad_nothing():
    inputs = tf.constant(np.random.default_rng(0).normal(size=(2, 5, 5, 8)), "float32")
    results = []
    for kind in (keras.layers.Conv2D, GroupedConv2D):
        layer = kind(8, 3, padding="same", groups=4, kernel_initializer=keras.initializers.RandomNormal(seed=0))
        layer.build(inputs.shape)

        @tf.function(autograph=False)
        def seconds(inputs, layer=layer):
            with tf.GradientTape() as outer:
                outer.watch(inputs)
                with tf.GradientTape() as inner:
                    inner.watch(inputs)
                    loss = tf.reduce_sum(tf.sin(layer(inputs)))
                penalty = tf.reduce_sum(inner.gradient(loss, inputs) ** 2)
            return outer.gradient(penalty, [inputs, layer.kernel.value])

        results.append(seconds(inputs))
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)
    kinds = {operation.type for operation in seconds.get_concrete_function(inputs).graph.get_operations()}
    assert "ConcatV2" in kinds and not kinds & {"Pad", "Slice"}


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_config_and_half_precision(dtype):
    layer = GroupedConv2D(8, 3, groups=2, dtype=dtype, name="grouped")
    assert GroupedConv2D.from_config(layer.get_config()).get_config() == layer.get_config()
    with tf.GradientTape() as tape:
        outputs = layer(np.ones((2, 5, 5, 4), "float32"))
    assert outputs.dtype == dtype.removeprefix("mixed_") and layer.kernel.dtype == "float32"
    assert np.isfinite(tape.gradient(outputs, layer.kernel.value)).all()
