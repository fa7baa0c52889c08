"""The penalty of DRAGAN: around a real sample."""

import types

import numpy as np
import pytest
import tensorflow as tf

from gan_keras.objectives.penalties import dragan
from tests.objectives.discriminators import discriminator_pass
from tests.objectives.penalties.random_numbers import GivenNumbers

REAL = tf.reshape([1.0, -1.0, 3.0, 1.0], (2, 1, 2, 1))  # Mean 1, variance (0 + 4 + 4 + 0) / 4 = 2.
ALPHA = np.reshape([1.0, 0.5], (2, 1, 1, 1)).astype("float32")
NOISE = np.reshape([1.0, 0.0, 0.5, 1.0], (2, 1, 2, 1)).astype("float32")
SIGMA = 2**0.5
PERTURBED = [[1 + 0.5 * SIGMA, -1], [3 + 0.5 * 0.5 * SIGMA * 0.5, 1 + 0.5 * 0.5 * SIGMA]]  # x + α·(σ / 2)·u


def test_perturbation_by_hand():
    np.testing.assert_allclose(np.reshape(dragan.perturbed(REAL, ALPHA, NOISE), (2, 2)), PERTURBED, rtol=1e-6)


@pytest.mark.parametrize("shape", [(2, 1, 2, 1), (2, 1, 1, 3), (2, 1)])
def test_alpha_is_one_number_per_sample(shape):
    with pytest.raises(ValueError, match="one number for each sample"):
        dragan.perturbed(REAL, tf.zeros(shape), NOISE)


def test_the_gradient_is_taken_as_in_the_pass_over_real_samples():
    # D(x) = ‖x‖² / 2, with gradient x; the pass over generated samples has no part in it.
    real = discriminator_pass(lambda x: 0.5 * tf.reduce_sum(x**2, axis=(1, 2, 3))[:, None], REAL)
    fake = discriminator_pass(lambda x: 100.0 * x[:, 0, 0], 50.0 * REAL)
    update = types.SimpleNamespace(micro_batch=GivenNumbers(alpha=ALPHA, noise=NOISE))
    expected = (np.linalg.norm(PERTURBED, axis=1) - 1) ** 2
    np.testing.assert_allclose(dragan.penalty(real, fake, update), expected, rtol=1e-5)
