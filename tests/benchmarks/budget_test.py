"""Minutes as images: by a speed that is measured once."""

import pytest

from gan_keras.benchmarks import budget
from gan_keras.config import recipes


@pytest.fixture
def measured(monkeypatch):
    """The names under which a speed was measured."""
    seen = []

    def rate(config):
        seen.append(config.recipe)
        return 100.04

    monkeypatch.setattr(budget, "_rate", rate)
    return seen


def test_images_of_minutes(tmp_path, measured):
    config = recipes.recipe("dcgan", batch_size=64)
    # 0.97 · 100 images/s · 120 s = 11 640; 11 000 are 171.9 batches of 64.
    assert budget.Budget(tmp_path).images("a", config, 2) == 172 * 64
    assert budget.Budget(tmp_path).images("a", config, 4) == 360 * 64
    assert budget.Budget(tmp_path).images("a", config, 1e-9) == 64
    assert measured == ["dcgan"]
    # An iteration of wgan shows five batches.
    assert budget.Budget(tmp_path).images("b", recipes.recipe("wgan", batch_size=64), 2) == 35 * 320
    assert measured == ["dcgan", "wgan"]
    assert budget.Budget(tmp_path).rate("a", None) == 100.0
