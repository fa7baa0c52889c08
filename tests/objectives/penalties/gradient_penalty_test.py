"""The penalty of WGAN-GP: at a point between a real and a generated sample."""

import types

import numpy as np
import pytest
import tensorflow as tf

from gan_keras.objectives.penalties import gradient_penalty
from tests.objectives.discriminators import discriminator_pass
from tests.objectives.penalties.random_numbers import GivenNumbers


def test_interpolates_lie_on_the_line_between_the_two_samples():
    real, fake = tf.ones([3, 2, 2, 1]), tf.fill([3, 2, 2, 1], -1.0)
    alpha = tf.reshape([0.0, 0.5, 0.75], (3, 1, 1, 1))
    mixed = gradient_penalty.interpolates(real, fake, alpha).numpy()
    assert mixed.reshape(3, 4).tolist() == [4 * [-1.0], 4 * [0.0], 4 * [0.5]]


@pytest.mark.parametrize("shape", [(3, 2, 2, 1), (3, 2, 2, 3), (3, 1, 1, 3), (3, 1)])
def test_alpha_is_one_number_per_sample(shape):
    real = tf.ones([3, 2, 2, 3])
    with pytest.raises(ValueError, match="one number for each sample"):
        gradient_penalty.interpolates(real, -real, tf.zeros(shape))


def test_the_gradient_is_taken_as_in_the_pass_over_real_samples():
    # D(x) = ‖x‖² / 2 in the pass over real samples, with gradient x; another D in the other pass.
    real = discriminator_pass(
        lambda x: 0.5 * tf.reduce_sum(x**2, -1, keepdims=True), tf.constant([[4.0, 0.0], [3.0, 4.0]])
    )
    fake = discriminator_pass(lambda x: 100.0 * x[:, :1], tf.constant([[0.0, 0.0], [-3.0, -4.0]]))
    update = types.SimpleNamespace(micro_batch=GivenNumbers(alpha=[[0.75], [0.75]]))
    # 0.75 (4, 0) + 0.25 (0, 0) has norm 3; 0.75 (3, 4) − 0.25 (3, 4) = (1.5, 2) has norm 2.5.
    np.testing.assert_allclose(gradient_penalty.penalty(real, fake, update), [(3 - 1) ** 2, (2.5 - 1) ** 2], rtol=1e-5)
