import keras
import numpy as np
import pytest

from gan_keras import errors
from gan_keras.export import parity


def test_errors_and_correlation_by_hand():
    reference = np.array([0.0, 1.0, -1.0, 0.0], np.float32).reshape(4, 1, 1, 1)
    drawn = reference + np.array([0.0, 0.5, 0.0, 0.1], np.float32).reshape(4, 1, 1, 1)
    result = parity.Parity.of(drawn, reference)
    assert result.max_error == pytest.approx(0.5)
    assert result.mean_error == pytest.approx(0.15)
    assert result.correlation == pytest.approx(2.5 / np.sqrt(2 * (1.5**2 + 1 + 0.1**2 - 4 * 0.15**2)))


def test_correlation_ignores_what_all_images_share():
    rng = np.random.default_rng(0)
    common = 10.0 * rng.normal(size=(1, 8, 8, 3))
    one, other = (common + rng.normal(size=(64, 8, 8, 3)) for _ in range(2))
    assert parity.Parity.of(one, one).correlation == pytest.approx(1.0)
    assert abs(parity.Parity.of(one, other).correlation) < 0.05


def test_a_generator_that_diverged_is_refused():
    latents = keras.Input((4,), name="latents")
    images = keras.layers.Reshape((2, 2, 1))(keras.layers.Dense(4, kernel_initializer="zeros")(latents))
    generator = keras.Model(latents, images)
    assert parity.Probe.of(generator, "uniform", 0).images.shape == (64, 2, 2, 1)
    generator.set_weights([np.full((4, 4), np.nan), np.zeros(4)])
    with pytest.raises(errors.UserError, match="NaN or infinity.*--checkpoint"):
        parity.Probe.of(generator, "uniform", 0)
