"""The weight of the old average."""

import numpy as np
import pytest

from gan_keras.game import ema


@pytest.mark.parametrize(
    ("shown", "half_life", "ramp", "expected"),
    [
        (10**6, 64, 0.05, 0.5),  # A batch of 64 is a half-life.
        (10**6, 128, 0.05, 0.5**0.5),
        (1280, 10**4, 0.05, 0.5),  # At most 5 % of 1280 images.
        (1280, 10**4, 0.1, 0.5**0.5),
        (10**6, 0, 0.05, 0.0),  # No average.
    ],
)
def test_half_life_and_ramp(shown, half_life, ramp, expected):
    np.testing.assert_allclose(ema.decay(64, shown, half_life, ramp), expected, rtol=1e-6, atol=1e-30)
