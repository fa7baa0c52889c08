"""The first step of each optimizer by hand, and how an optimizer takes part in a game."""

import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras.config import recipe
from gan_keras.config import schedules
from gan_keras.game import adam
from gan_keras.game import optimizers
from tests import tiny

RATE = schedules.constant(1e-3)


@pytest.mark.parametrize("gradient", [1.0, 1e-3, 1e-6, 1e-8])
def test_rmsprop_is_that_of_the_wgan_code(gradient):
    # v = 0.01 g², step = rate · g / (√v + ε): ε = 1e-8 is a floor under the root of the mean square, not under the
    # mean.
    game = recipe("wgan", rho=0.99, epsilon=1e-8).game
    found = first_step(optimizers.build(game, RATE, None), gradient)
    assert found == pytest.approx(1e-3 * gradient / np.hypot(0.1 * gradient, 1e-8), rel=1e-4)
    assert found == pytest.approx(1e-3 * gradient / (0.1 * gradient + 1e-8), rel=0.3)


@pytest.mark.parametrize("gradient", [1.0, 1e-6])
def test_adam(gradient):
    game = recipe("dcgan", beta_1=0.5, beta_2=0.999, epsilon=1e-8).game
    found = first_step(optimizers.build(game, RATE, None), gradient)
    assert found == pytest.approx(
        1e-3 * gradient / (gradient + 1e-8 / np.sqrt(1 - 0.999)), rel=1e-3
    )  # ε before correction


def test_adam_takes_arguments_in_the_order_of_keras():
    ours, theirs = (kind(1e-2, 0.8, 0.9, 1e-5, True).get_config() for kind in (adam.Adam, keras.optimizers.Adam))
    assert theirs.items() <= (ours | {"name": theirs["name"]}).items()


@pytest.mark.parametrize("amsgrad", [False, True])
def test_the_fused_adam_is_that_of_keras(amsgrad):
    constants = {"learning_rate": 0.01, "beta_1": 0.5, "beta_2": 0.99, "epsilon": 1e-6, "amsgrad": amsgrad}
    rng, weights = np.random.default_rng(0), []
    gradients = [rng.normal(size=(5, 2, 3)).astype("float32") * 10.0 ** rng.integers(-6, 2) for _ in range(6)]
    for kind in (keras.optimizers.Adam, adam.Adam):
        variables = [keras.Variable(np.ones((2, 3), "float32"), name=f"{index}") for index in range(5)]
        optimizer = kind(**constants)
        optimizer.build(variables)
        for gradient in gradients:
            optimizer.apply([tf.constant(rows) for rows in gradient], variables)
        weights.append([np.asarray(variable) for variable in (*variables, *optimizer.variables)])
    for ours, theirs in zip(*weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    graph = tf.function(lambda: optimizer.apply([tf.ones((2, 3))] * 5, variables)).get_concrete_function().graph
    fused = sum(operation.type == "ResourceApplyAdam" for operation in graph.get_operations())
    assert fused == (0 if amsgrad else 5)


def first_step(optimizer, gradient):
    """Returns how far the first step leads down a gradient."""
    variable = keras.Variable(0.0)
    optimizer.build([variable])
    optimizer.apply([tf.constant(gradient)], [variable])
    return -float(variable.numpy())


def test_a_scheduled_beta_2_follows_the_images_shown():
    game = recipe("dcgan", beta_2="linear:0.9:0.99").game
    shown, weight = keras.Variable(0, dtype="int64"), keras.Variable(0.0)
    state = types.SimpleNamespace(images_shown=shown, learning_rate_factor=keras.Variable(1.0))
    optimizer = optimizers.prepare(optimizers.build(game, RATE, 100), [weight], state, needs_loss_scale=False)
    count = len(optimizer.variables)
    assert float(optimizer.beta_2) == pytest.approx(0.9)
    shown.assign(50)
    assert float(optimizer.beta_2) == pytest.approx(0.945)
    assert shown not in optimizer.variables and count == 3  # iteration, two moments
    twin = type(optimizer).from_config(optimizer.get_config())
    assert twin.get_config() == optimizer.get_config()


def test_gradients_are_summed_over_the_replicas_once():
    strategy = tiny.two_replicas()
    with strategy.scope():
        variable = keras.Variable([1.0, 2.0])
        optimizer = optimizers.prepare(
            keras.optimizers.SGD(1.0, clipvalue=3.0), [variable], None, needs_loss_scale=False
        )
    summed = tf.constant([0.5, 8.0])  # what every replica holds after the sum

    @tf.function
    def update():
        strategy.run(lambda: optimizer.apply([tf.identity(summed)], [variable]))

    update()
    assert variable.numpy().tolist() == [0.5, -1.0]  # 1 − 0.5, 2 − min(8, 3)
