"""The fused layer computes the same as Keras' own layer, up to rounding."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras.layers.batch_normalization import BatchNormalization
from tests import tiny


def plain_and_fused(shape, **arguments):
    """Returns (layer of Keras, fused layer) with the same weights, and inputs of a shape."""
    layers = keras.layers.BatchNormalization(**arguments), BatchNormalization(**arguments)
    rng = np.random.default_rng(0)
    for layer in layers:
        layer.build(shape)
    values = [rng.uniform(0.5, 1.5, weight.shape) for weight in layers[0].weights]
    for layer in layers:
        layer.set_weights(values)
    return layers, rng.normal(2.0, 3.0, shape).astype("float32")


@pytest.mark.parametrize("shape", [(8, 4, 4, 5), (8, 6, 5), (15, 7)])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("scale", [True, False])
def test_outputs_gradients_and_statistics_are_those_of_keras(shape, training, scale):
    (plain, fused), inputs = plain_and_fused(shape, momentum=0.9, epsilon=1e-5, scale=scale)
    results = []
    for layer in (plain, fused):
        with tf.GradientTape() as tape:
            x = tf.constant(inputs)
            tape.watch(x)
            outputs = layer(x, training=training)
            loss = tf.reduce_sum(tf.sin(outputs))
        variables = [variable.value for variable in layer.trainable_variables]
        results.append([outputs, *tape.gradient(loss, [x, *variables]), *layer.weights])
    for ours, theirs in zip(results[1], results[0], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-6, atol=2e-5)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("arguments, mask", [({"axis": 1}, None), ({}, np.arange(12).reshape(4, 3) % 5 > 0)])
def test_other_axes_and_masks_are_those_of_keras(arguments, mask, training):
    (plain, fused), inputs = plain_and_fused((4, 3, 5), momentum=0.9, **arguments)
    outputs = [layer(inputs, training=training, mask=mask) for layer in (plain, fused)]
    np.testing.assert_array_equal(outputs[1], outputs[0])
    for ours, theirs in zip(fused.weights, plain.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert not np.array_equal(fused(inputs, training=not training, mask=mask), outputs[1])


def test_the_moving_variance_has_no_bessel_correction():
    _, layer = plain_and_fused((2, 1, 1, 1), momentum=0.0)[0]
    layer(np.array([0.0, 2.0], "float32").reshape(2, 1, 1, 1), training=True)
    assert layer.moving_variance.numpy() == pytest.approx([1.0])  # With the correction it would be 2.


def test_the_fused_op_is_used_where_it_can_be():
    _, layer = plain_and_fused((8, 4, 4, 5))[0]

    def ops(layer, shape, training=True):
        graph = tf.function(lambda x: layer(x, training=training)).get_concrete_function(tf.TensorSpec(shape)).graph
        return {operation.type for operation in graph.get_operations()}

    assert "FusedBatchNormV3" in ops(layer, (8, 4, 4, 5))
    assert "FusedBatchNormV3" in ops(BatchNormalization(), (8, 5))
    assert "FusedBatchNormV3" in ops(BatchNormalization(), (8, 4, 5))
    assert "FusedBatchNormV3" in ops(BatchNormalization(axis=3), (8, 4, 4, 5))
    assert "FusedBatchNormV3" in ops(BatchNormalization(synchronized=True), (8, 4, 4, 5))  # One replica.
    first_axis = BatchNormalization(axis=1)
    assert "FusedBatchNormV3" not in ops(first_axis, (8, 4, 4, 5))


@pytest.mark.parametrize("synchronized", [True, False])
def test_several_replicas_share_their_statistics_if_synchronized(synchronized):
    strategy = tiny.two_replicas()
    with strategy.scope():
        layer = BatchNormalization(momentum=0.0, synchronized=synchronized)
        layer.build((None, 1))

    @tf.function
    def run():
        rows = tf.constant([[[0.0], [2.0]], [[4.0], [6.0]]])
        return strategy.run(
            lambda: layer(rows[tf.distribute.get_replica_context().replica_id_in_sync_group], training=True)
        )

    outputs = np.ravel(strategy.experimental_local_results(run()))
    # Together the mean is 3 and the variance 5; apart the variances are 1.
    expected = (np.array([0, 2, 4, 6]) - 3) / 5**0.5 if synchronized else [-1, 1, -1, 1]
    np.testing.assert_allclose(outputs, expected, atol=1e-3)


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_two_replicas_have_the_gradients_of_one(precision):
    rng = np.random.default_rng(0)
    inputs = rng.normal(1.0, 2.0, (8, 3, 3, 5)).astype("float32")
    weights = [rng.normal(1.0, 0.5, 5).astype("float32"), rng.normal(0.0, 0.5, 5).astype("float32")]
    strategy = tiny.two_replicas()
    with strategy.scope():
        shared = BatchNormalization(momentum=0.5, synchronized=True, dtype=precision)
        shared.build(inputs.shape)
    alone = BatchNormalization(momentum=0.5, dtype=precision)
    alone.build(inputs.shape)

    def derivatives(layer, inputs):
        """Returns outputs, gradients, and gradients of the square of the input gradient."""
        sources = [inputs, layer.gamma.value, layer.beta.value]
        with tf.GradientTape() as outer:
            outer.watch(inputs)
            with tf.GradientTape() as inner:
                inner.watch(inputs)
                outputs = tf.cast(layer(inputs, training=True), tf.float32)
                loss = tf.reduce_sum(outputs**3)
            firsts = inner.gradient(loss, sources)
            penalty = tf.reduce_sum(firsts[0] ** 2)
        return [outputs, *firsts, *outer.gradient(penalty, sources[:2])]

    def of_replica():
        first = tf.distribute.get_replica_context().replica_id_in_sync_group * 4
        return derivatives(shared, tf.convert_to_tensor(inputs)[first : first + 4])

    for layer in (shared, alone):
        layer.set_weights([*weights, np.zeros(5), np.ones(5)])
    results = [strategy.experimental_local_results(part) for part in tf.function(lambda: strategy.run(of_replica))()]
    sums = [np.concatenate(part) if part[0].shape.rank == 4 else part[0] + part[1] for part in results]
    tolerance = 1e-5 if precision == "float32" else 2e-2
    for ours, theirs in zip(sums, tf.function(derivatives)(alone, tf.constant(inputs)), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=tolerance * np.abs(theirs).max())
    for ours, theirs in zip(shared.weights, alone.weights, strict=True):  # In float32, whatever the precision.
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("mean, deviation", [(20.0, 1e-3), (50.0, 1e-2), (100.0, 1e-2)])
def test_a_mean_far_from_zero_leaves_a_variance(mean, deviation):
    inputs = np.random.default_rng(0).normal(mean, deviation, (2, 16, 4, 4, 32)).astype("float32")
    strategy = tiny.two_replicas()
    with strategy.scope():
        layer = BatchNormalization(momentum=0.0, epsilon=1e-5, synchronized=True)
        layer.build((None, 4, 4, 32))

    @tf.function
    def run():
        return strategy.run(lambda: layer(tf.convert_to_tensor(inputs)[replica()], training=True))

    for _ in range(2):  # The second time, the moving mean is the mean.
        outputs = np.concatenate(strategy.experimental_local_results(run()))
        assert np.isfinite(outputs).all() and (layer.moving_variance.numpy() >= 0).all()
    expected = (inputs - inputs.mean((0, 1, 2, 3))) / np.sqrt(inputs.var((0, 1, 2, 3), dtype=np.float64) + 1e-5)
    np.testing.assert_allclose(outputs, np.concatenate(expected), atol=0.02)


def replica():
    return tf.distribute.get_replica_context().replica_id_in_sync_group


def test_outside_of_replicas_the_statistics_are_those_of_the_batch():
    inputs = np.random.default_rng(0).normal(3.0, 2.0, (8, 2, 2, 3)).astype("float32")
    with tiny.two_replicas().scope():
        layer = BatchNormalization(synchronized=True)
        outputs = layer(inputs, training=True)
    np.testing.assert_allclose(np.mean(outputs, (0, 1, 2)), 0.0, atol=1e-5)


def test_replicas_share_their_statistics_by_one_sum_in_each_direction():
    strategy = tiny.two_replicas()
    with strategy.scope():
        layer = BatchNormalization(synchronized=True)
        layer.build((4, 2, 2, 3))

    def gradient():
        inputs = tf.random.stateless_normal((4, 2, 2, 3), (0, 1))
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(tf.sin(layer(inputs, training=True)))
        return tape.gradient(loss, inputs)

    graph = tf.function(lambda: strategy.run(gradient)).get_concrete_function().graph
    sums = [node.outputs[0].shape for node in graph.get_operations() if node.type == "AddN"]
    assert [(3, 3), (2, 3)] == [shape for shape in sums if shape.rank == 2]


def test_second_order_gradients_agree():
    (plain, fused), inputs = plain_and_fused((6, 2, 2, 3))
    seconds = []
    for layer in (plain, fused):
        x = tf.constant(inputs)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                loss = tf.reduce_sum(tf.sin(layer(x, training=True)))
            penalty = tf.reduce_sum(tf.square(inner.gradient(loss, x)))
        seconds.append(outer.gradient(penalty, x))
    np.testing.assert_allclose(seconds[1], seconds[0], atol=1e-4)
    assert float(tf.reduce_max(abs(seconds[0]))) > 1e-3


def test_config_and_half_precision():
    layer = BatchNormalization(momentum=0.9, epsilon=1e-5, synchronized=True, dtype="mixed_bfloat16", name="bn")
    clone = BatchNormalization.from_config(layer.get_config())
    assert clone.get_config() == layer.get_config()
    outputs = layer(np.random.default_rng(0).normal(size=(8, 4, 4, 2)).astype("float32"), training=True)
    assert outputs.dtype == "bfloat16"
    assert layer.moving_variance.dtype == "float32"
