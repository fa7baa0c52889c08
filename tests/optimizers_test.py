"""The first step of each optimizer by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras import config as configs
from gan_keras import optimizers


@pytest.mark.parametrize("gradient", [1.0, 1e-3, 1e-6, 1e-8])
def test_rmsprop_is_that_of_the_wgan_code(gradient):
    # v = 0.01 g², step = rate · g / (√v + ε): ε = 1e-8 is a floor under the root of the mean square, not under the mean.
    game = configs.Game(optimizer="rmsprop", rho=0.99, epsilon=1e-8)
    found = first_step(optimizers.build(game, "1e-3", None, None), gradient)
    assert found == pytest.approx(1e-3 * gradient / np.hypot(0.1 * gradient, 1e-8), rel=1e-4)
    assert found == pytest.approx(1e-3 * gradient / (0.1 * gradient + 1e-8), rel=0.3)


@pytest.mark.parametrize("gradient", [1.0, 1e-6])
def test_adam(gradient):
    game = configs.Game(beta_1=0.5, beta_2="0.999", epsilon=1e-8)
    found = first_step(optimizers.build(game, "1e-3", None, None), gradient)
    assert found == pytest.approx(1e-3 * gradient / (gradient + 1e-8 / np.sqrt(1 - 0.999)), rel=1e-3)  # ε before correction


def first_step(optimizer, gradient):
    """Returns how far the first step leads down a gradient."""
    variable = keras.Variable(0.0)
    optimizer.build([variable])
    optimizer.apply([tf.constant(gradient)], [variable])
    return -float(variable.numpy())
