"""σ is the largest singular value, gradients are those of W / σ(W), and a pass changes nothing."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras.layers import spectral_normalization
from gan_keras.layers.spectral_normalization import SpectralConv2D
from gan_keras.layers.spectral_normalization import SpectralDense
from gan_keras.layers.spectral_normalization import SpectralEmbedding
from tests import tiny

NORMAL = keras.initializers.RandomNormal(stddev=1.0, seed=3)
KINDS = {
    "dense": (
        lambda **k: SpectralDense(5, kernel_initializer=NORMAL, **k),
        np.random.default_rng(0).normal(size=(7, 4)).astype("float32"),
    ),
    "conv": (
        lambda **k: SpectralConv2D(5, 3, padding="same", kernel_initializer=NORMAL, **k),
        np.random.default_rng(0).normal(size=(2, 4, 4, 3)).astype("float32"),
    ),
    "embedding": (lambda **k: SpectralEmbedding(6, 4, NORMAL, **k), np.array([0, 2, 5, 2], "int32")),
}


def converged(kind, iterations=80, **arguments):
    """Returns a layer after so many power iterations, from a vector of ones, and its inputs."""
    make, inputs = KINDS[kind]
    layer = make(**arguments)
    layer(inputs)
    layer.u.assign(np.ones(layer.u.shape))
    for _ in range(iterations):
        layer.power_iteration()
    return layer, inputs


def largest_singular_value(layer):
    kernel = matrix(layer.raw_kernel).astype("float64")
    gram = kernel @ kernel.T if kernel.shape[0] < kernel.shape[1] else kernel.T @ kernel
    return np.linalg.eigvalsh(gram)[-1] ** 0.5


def matrix(kernel):
    return np.reshape(kernel, (-1, kernel.shape[-1]))


def gradient(layer, inputs, training=True):
    """Returns the gradient of Σ sin(outputs) with respect to the variable W."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.sin(layer(inputs, training=training)))
    return np.asarray(tf.convert_to_tensor(tape.gradient(loss, layer.trainable_variables[0].value)))


@pytest.mark.parametrize("kind", KINDS)
def test_sigma_is_the_largest_singular_value(kind):
    layer, _ = converged(kind)
    assert float(layer.sigma()) == pytest.approx(largest_singular_value(layer), rel=1e-5)
    effective = layer.embeddings if kind == "embedding" else layer.kernel
    assert np.linalg.svd(matrix(effective), compute_uv=False)[0] == pytest.approx(1.0, rel=1e-5)
    assert largest_singular_value(converged(kind, iterations=0)[0]) > float(converged(kind, iterations=0)[0].sigma())


@pytest.mark.parametrize("shape", [(3, 3, 128, 128), (4, 4, 3, 64), (64, 1), (100, 8192)])
def test_sigma_is_right_within_1_percent_from_the_start(shape):
    initializer = keras.initializers.RandomNormal(stddev=0.02, seed=1)
    if len(shape) == 4:
        layer = SpectralConv2D(shape[-1], shape[:2], kernel_initializer=initializer)
        layer.build((None, 8, 8, shape[2]))
    else:
        layer = SpectralDense(shape[1], kernel_initializer=initializer)
        layer.build((None, shape[0]))
    largest = largest_singular_value(layer)
    assert float(layer.sigma()) == pytest.approx(largest, rel=0.01)
    layer.u.assign(np.ones(layer.u.shape))
    if min(np.prod(shape[:-1]), shape[-1]) > 1:
        for _ in range(5):
            layer.power_iteration()
        assert float(layer.sigma()) < 0.99 * largest  # Five iterations are not enough.


@pytest.mark.parametrize("kind", KINDS)
def test_gradient_is_that_of_finite_differences(kind):
    layer, inputs = converged(kind)
    variable = layer.trainable_variables[0]
    weights = variable.numpy()
    rng, step = np.random.default_rng(1), 1e-2
    for _ in range(3):
        direction = rng.normal(size=weights.shape).astype("float32")
        sides = []
        for sign in (1, -1):
            variable.assign(weights + sign * step * direction)
            sides.append(np.sin(layer(inputs)).sum(dtype="float64"))
        variable.assign(weights)
        expected = (sides[0] - sides[1]) / (2 * step)
        assert (gradient(layer, inputs) * direction).sum() == pytest.approx(expected, rel=0.02, abs=0.02)


def relative_error(layer, inputs, weights):
    """Returns how far a dense layer's gradient is from (U − ⟨U, W / σ⟩ v uᵀ) / σ, U the gradient for W / σ."""
    left, values, right = np.linalg.svd(weights, full_matrices=False)
    normalized = weights / values[0]
    upstream = inputs.T @ np.cos(inputs @ normalized)
    truth = (upstream - (upstream * normalized).sum() * np.outer(left[:, 0], right[0])) / values[0]
    return np.linalg.norm(gradient(layer, inputs) - truth) / np.linalg.norm(truth)


def test_gradient_is_exact_where_that_of_keras_own_layer_is_wrong():
    layer, inputs = converged("dense", use_bias=False)
    weights = layer.raw_kernel.numpy()
    assert relative_error(layer, inputs, weights) < 1e-4

    keras_own = keras.layers.SpectralNormalization(keras.layers.Dense(5, use_bias=False), power_iterations=80)
    keras_own(inputs)
    keras_own.layer.kernel.assign(weights)
    assert relative_error(keras_own, inputs, weights) > 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_a_pass_changes_nothing(kind):
    layer, inputs = converged(kind, iterations=1)
    before = layer.get_weights()
    first, second, inference = layer(inputs, training=True), layer(inputs, training=True), layer(inputs, training=False)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, inference)
    assert all(np.array_equal(a, b) for a, b in zip(before, layer.get_weights(), strict=True))
    layer.power_iteration()
    assert not np.array_equal(first, layer(inputs))  # u has changed.


def test_one_step_is_one_power_iteration():
    layer, _ = converged("dense", iterations=0)
    weights = layer.raw_kernel.numpy()
    spectral_normalization.power_iteration(keras.Sequential([keras.Input((4,)), keras.layers.ReLU(), layer]))
    expected = weights.T @ (weights @ np.ones(5))
    np.testing.assert_allclose(layer.u, expected / np.linalg.norm(expected), rtol=1e-5)


def test_layers_of_a_model_inside_a_model_make_their_iterations():
    inner = keras.Sequential([keras.Input((6,)), SpectralDense(5)])
    outer = keras.Model(inputs := keras.Input((6,)), inner(inputs))
    inner.layers[-1].u.assign(np.ones(5))
    spectral_normalization.power_iteration(outer)
    assert np.abs(inner.layers[-1].u.numpy() - 1).max() > 0.1


def test_average_of_unit_vectors_serves_as_well():
    layer, inputs = converged("dense")
    outputs = layer(inputs)
    layer.u.assign(0.3 * layer.u)  # As short as the average of vectors that still change.
    np.testing.assert_allclose(layer(inputs), outputs, rtol=1e-5)


def test_second_order_gradients_reach_the_kernel():
    layer, inputs = converged("conv", use_bias=False)
    with tf.GradientTape() as outer:
        images = tf.constant(inputs)
        with tf.GradientTape() as inner:
            inner.watch(images)
            outputs = tf.reduce_sum(tf.sin(layer(images)))
        penalty = tf.reduce_sum(tf.square(inner.gradient(outputs, images)))
    second = outer.gradient(penalty, layer.trainable_variables[0].value)
    assert np.isfinite(second).all() and float(np.abs(second).max()) > 1e-3


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving
@pytest.mark.parametrize("kind", KINDS)
def test_config_and_saved_weights(kind, tmp_path):
    layer, inputs = converged(kind, iterations=3)
    clone = type(layer).from_config(layer.get_config())
    assert clone.get_config() == layer.get_config()
    assert layer.u.shape == (layer.raw_kernel.shape[-1],) and layer.u.path in [v.path for v in layer.weights]
    model = keras.Sequential([keras.Input(inputs.shape[1:], dtype=str(inputs.dtype)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(inputs), model(inputs))  # W and u, not W / σ in their place
    assert all(np.array_equal(a, b) for a, b in zip(loaded.get_weights(), model.get_weights(), strict=True))


def test_half_precision_divides_in_float32():
    layer, inputs = converged("conv", dtype="mixed_bfloat16")
    assert layer(inputs).dtype == "bfloat16" and layer.sigma().dtype == "float32"
    assert float(layer.sigma()) == pytest.approx(largest_singular_value(layer), rel=1e-5)


def test_replicas_agree():
    strategy = tiny.two_replicas()
    with strategy.scope():
        layer = SpectralDense(5, kernel_initializer=keras.initializers.RandomNormal(seed=0))
        layer.build((None, 4))
    first = [np.asarray(copy) for copy in strategy.experimental_local_results(layer.u.value)]
    np.testing.assert_array_equal(*first)
    layer.u.assign(np.ones(5))

    @tf.function
    def step():
        strategy.run(layer.power_iteration)

    step()
    copies = [np.asarray(copy) for copy in strategy.experimental_local_results(layer.u.value)]
    weights = layer.raw_kernel.numpy()
    expected = weights.T @ (weights @ np.ones(5))
    assert len(copies) == 2
    for copy in copies:
        np.testing.assert_allclose(copy, expected / np.linalg.norm(expected), rtol=1e-5)
