"""R1: half of D's squared input gradient, at real samples."""

import types

import numpy as np
import tensorflow as tf

from gan_keras.objectives.penalties import r1
from tests.objectives.discriminators import discriminator_pass

UPDATE = types.SimpleNamespace(number=tf.constant(0), penalty_interval=1, penalty_noise=0.0)


def test_it_looks_at_real_samples():
    real = discriminator_pass(
        lambda x: 0.5 * tf.reduce_sum(x**2, -1, keepdims=True), tf.constant([[3.0, 4.0], [0.0, 1.0]])
    )
    fake = discriminator_pass(lambda x: 100.0 * x[:, :1], tf.constant([[7.0, 7.0], [8.0, 8.0]]))
    np.testing.assert_allclose(r1.penalty(real, fake, UPDATE), [12.5, 0.5], rtol=1e-6)  # ‖x‖² / 2, as ∇D(x) = x
