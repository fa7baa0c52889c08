"""What the tests of networks share."""

import pytest

from gan_keras.layers import spectral_normalization


@pytest.fixture(autouse=True)
def one_power_iteration(monkeypatch):
    """Saves the time of building spectral layers with an accurate σ, which is tested with the layers."""
    monkeypatch.setattr(spectral_normalization, "INITIAL_ITERATIONS", 1)
