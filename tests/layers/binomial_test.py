"""The filter of R3GAN's resampling, against convolution by hand."""

import keras
import numpy as np

from gan_keras.layers.binomial import Binomial

RAMP = np.arange(4, dtype="float32")[None, None, :, None] * np.ones((1, 4, 1, 2), "float32")  # 0 1 2 3 in each row


def test_up_is_linear_interpolation():
    wide = np.asarray(Binomial()(keras.layers.UpSampling2D(2)(RAMP)))
    # [1, 3] / 4 between neighbours, and zeros beyond the edge (3 · 3 / 4 at the right).
    np.testing.assert_allclose(wide[0, 3, :, 1], [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 2.25], atol=1e-6)


def test_down_is_1_3_3_1():
    impulse = np.zeros((1, 8, 8, 1), "float32")
    impulse[0, 4, 4] = 64.0
    narrow = np.asarray(keras.layers.AveragePooling2D(2)(Binomial()(impulse)))[0, :, :, 0]
    np.testing.assert_allclose(narrow, np.outer([0, 1, 3, 0], [0, 1, 3, 0]), atol=1e-5)


def test_config_and_half_precision():
    layer = Binomial(dtype="bfloat16", name="filter")
    assert layer(RAMP).shape == layer.compute_output_shape(RAMP.shape) == RAMP.shape
    assert Binomial.from_config(layer.get_config()).get_config() == layer.get_config()
    assert layer(RAMP).dtype == "bfloat16"
