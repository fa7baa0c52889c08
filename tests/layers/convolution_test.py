"""The fast convolutions compute the same as Keras' own layers, in all gradients, and are used where they are faster."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras.layers import convolution

IMAGE = {"strides": 2, "padding": "same", "filters": 3}
# Layer, shape of the input, arguments.
CASES = {
    "whole input": ("Conv2D", (3, 4, 4, 6), {"kernel_size": 4}),
    "whole input, oblong": ("Conv2D", (3, 2, 4, 6), {"kernel_size": (2, 4)}),
    "whole input, stride": ("Conv2D", (3, 4, 4, 6), {"kernel_size": 4, "strides": 2}),
    "one pixel": ("Conv2D", (3, 1, 1, 6), {"kernel_size": 1}),
    "1 x 1": ("Conv2D", (3, 5, 4, 6), {"kernel_size": 1}),
    "1 x 1, stride": ("Conv2D", (3, 5, 4, 6), {"kernel_size": 1, "strides": 2, "padding": "same"}),
    "2, stride 2": ("Conv2D", (3, 8, 6, 6), {"kernel_size": 2, "strides": 2, "padding": "same"}),
    "3, stride 2": ("Conv2D", (3, 8, 6, 6), {"kernel_size": 3, "strides": 2, "padding": "same"}),
    "4, stride 2": ("Conv2D", (3, 8, 6, 6), {"kernel_size": 4, "strides": 2, "padding": "same"}),
    "5, stride 2": ("Conv2D", (3, 8, 6, 6), {"kernel_size": 5, "strides": 2, "padding": "same"}),
    "4, stride 2, odd side": ("Conv2D", (3, 7, 8, 6), {"kernel_size": 4, "strides": 2, "padding": "same"}),
    "4, stride 2, image": ("Conv2D", (3, 8, 8, 3), {"kernel_size": 4, "strides": 2, "padding": "same"}),
    "4, stride 2, valid": ("Conv2D", (3, 8, 8, 6), {"kernel_size": 4, "strides": 2, "padding": "valid"}),
    "4 x 2, stride 2": ("Conv2D", (3, 8, 8, 6), {"kernel_size": (4, 2), "strides": 2, "padding": "same"}),
    "stride 2 x 1": ("Conv2D", (3, 8, 8, 6), {"kernel_size": 4, "strides": (2, 1), "padding": "same"}),
    "3": ("Conv2D", (3, 8, 8, 6), {"kernel_size": 3, "padding": "same"}),
    "dilated": ("Conv2D", (3, 8, 8, 6), {"kernel_size": 4, "padding": "valid", "dilation_rate": 2}),
    "from one pixel": ("Conv2DTranspose", (3, 1, 1, 6), {"kernel_size": 4}),
    "from one pixel, oblong": ("Conv2DTranspose", (3, 1, 1, 6), {"kernel_size": (2, 4)}),
    "from one pixel, stride": ("Conv2DTranspose", (3, 1, 1, 6), {"kernel_size": 4, "strides": 2}),
    "from one pixel, long stride": ("Conv2DTranspose", (3, 1, 1, 6), {"kernel_size": 3, "strides": 4}),
    "from one pixel, same": ("Conv2DTranspose", (3, 1, 1, 6), {"kernel_size": 4, "strides": 2, "padding": "same"}),
    "up, 4": ("Conv2DTranspose", (3, 4, 3, 6), {"kernel_size": 4, "strides": 2, "padding": "same"}),
    "up, 3": ("Conv2DTranspose", (3, 4, 3, 6), {"kernel_size": 3, "strides": 2, "padding": "same"}),
    "up, 5": ("Conv2DTranspose", (3, 4, 3, 6), {"kernel_size": 5, "strides": 2, "padding": "same"}),
    "up to an image": ("Conv2DTranspose", (3, 4, 3, 6), IMAGE | {"kernel_size": 4}),
    "up to an image, 5": ("Conv2DTranspose", (3, 4, 4, 6), IMAGE | {"kernel_size": 5}),
    "up to an image, 2": ("Conv2DTranspose", (3, 4, 4, 6), IMAGE | {"kernel_size": 2}),
    "up, valid": ("Conv2DTranspose", (3, 4, 4, 6), {"kernel_size": 4, "strides": 2, "padding": "valid"}),
    "up, output padding": (
        "Conv2DTranspose",
        (3, 4, 4, 6),
        {"kernel_size": 3, "strides": 2, "padding": "same", "output_padding": 0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("case", CASES)
def test_outputs_and_gradients_are_those_of_keras(case, precision):
    kind, shape, arguments = CASES[case]
    activation = "tanh" if precision == "float32" else None  # Of bfloat16, its slope is as coarse as the bound.
    arguments = {"filters": 5, "bias_initializer": "random_normal", "activation": activation} | arguments
    results = []
    for module in (keras.layers, convolution):
        layer = getattr(module, kind)(**arguments, dtype=precision)
        layer.build(shape)
        rng = np.random.default_rng(0)
        layer.set_weights([rng.normal(0, 0.3, weight.shape).astype("float32") for weight in layer.weights])
        inputs = tf.constant(rng.normal(size=shape).astype("float32"))
        results.append(derivatives(layer, inputs))
    results[1].append(layer(inputs, **training_of(layer)))  # Without a graph.
    results[0].append(results[0][0])
    tolerance = 1e-5 if precision == "float32" else 3e-2
    for ours, theirs in zip(results[1], results[0], strict=True):
        assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
        ours, theirs = np.float32(ours), np.float32(theirs)
        np.testing.assert_allclose(ours, theirs, atol=tolerance * max(abs(theirs).max(), 1e-3))


def training_of(layer):
    return {"training": True} if isinstance(layer, convolution.Conv2DTranspose) else {}


@tf.function(autograph=False)
def derivatives(layer, inputs):
    """Returns outputs, their gradients, and the gradients of the norm of the input gradient, as penalties need them."""
    sources = [inputs, *(weight.value for weight in layer.trainable_weights)]
    with tf.GradientTape() as outer:
        outer.watch(sources)
        with tf.GradientTape() as inner:
            inner.watch(sources)
            outputs = layer(inputs, **training_of(layer))
        firsts = inner.gradient(
            outputs, sources, tf.cast(tf.sin(tf.range(5.0))[: outputs.shape[-1]], outputs.dtype) + outputs
        )
        loss = tf.reduce_sum(tf.cast(firsts[0], tf.float32) ** 2)
    return [outputs, *firsts, *outer.gradient(loss, sources[:2])]


def operations(layer, shape):
    """Returns the kinds of the operations in the graph of a layer's gradients."""
    layer.build((None, *shape))
    graph = tf.function(lambda x: derivatives(layer, x)).get_concrete_function(tf.TensorSpec((3, *shape))).graph
    nested = [node.op for function in graph.as_graph_def().library.function for node in function.node_def]
    return [node.type for node in graph.get_operations()] + nested


@pytest.mark.parametrize("side, precision, is_products", [
    (8, "mixed_bfloat16", True), (16, "mixed_bfloat16", True), (32, "mixed_bfloat16", False), (8, "float32", True),
    (16, "float32", False),
])  # fmt: skip
@pytest.mark.parametrize("kind", ["Conv2D", "Conv2DTranspose"])
def test_products_make_the_kernel_gradient_where_they_are_faster(kind, side, precision, is_products):
    layer = getattr(convolution, kind)(5, 4, strides=2, padding="same", dtype=precision)
    names = operations(layer, (side, side, 6) if kind == "Conv2D" else (side // 2, side // 2, 6))
    assert ("Conv2DBackpropFilter" not in names) == is_products
    assert ("MatMul" in names) == is_products


@pytest.mark.parametrize("kind, kernel, shape", [
    ("Conv2D", 4, (4, 4, 6)), ("Conv2DTranspose", 4, (1, 1, 6)), ("Conv2D", 1, (7, 7, 6)),
])  # fmt: skip
def test_one_product_takes_the_place_of_a_convolution(kind, kernel, shape):
    names = operations(getattr(convolution, kind)(5, kernel), shape)
    assert "MatMul" in names and not any(name.startswith("Conv2D") for name in names)


@pytest.mark.parametrize("shape, arguments", [((1, 1, 6), {}), ((4, 4, 6), {"strides": 2, "padding": "same"})])
def test_samples_are_drawn_by_keras_own_convolution(shape, arguments):
    layer = convolution.Conv2DTranspose(3, 4, **arguments)
    layer.build((None, *shape))
    graph = tf.function(lambda x: layer(x, training=False)).get_concrete_function(tf.TensorSpec((3, *shape))).graph
    names = {node.type for node in graph.get_operations()}
    assert "Conv2DBackpropInput" in names and not names & {"MatMul", "DepthToSpace", "IdentityN"}


def test_a_gpu_has_keras_own_way(monkeypatch):
    monkeypatch.setattr(keras.distribution, "list_devices", lambda kind: ["gpu:0"])
    names = operations(convolution.Conv2D(5, 4), (4, 4, 6))
    assert "MatMul" not in names and "Conv2DBackpropFilter" in names


@pytest.mark.parametrize("kind", ["Conv2D", "Conv2DTranspose"])
def test_config(kind):
    layer = getattr(convolution, kind)(5, 4, strides=2, padding="same", name="layer")
    theirs = getattr(keras.layers, kind)(5, 4, strides=2, padding="same", name="layer")
    assert layer.get_config() == theirs.get_config()
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()
