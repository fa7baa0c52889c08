"""Every recipe passes the shared case. Four of them here and now, the others when slow tests are asked for."""

import numpy as np
import pytest

from gan_keras import recipes
from tests import game_cases
from tests import tiny

FAST = ("dcgan", "wgan_gp", "acgan", "r3gan")


@pytest.mark.filterwarnings("ignore:`compile\\(\\)` was not called:UserWarning")
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving
@pytest.mark.filterwarnings("ignore:accumulation=2:UserWarning")
@pytest.mark.parametrize(
    "name", [name if name in FAST else pytest.param(name, marks=pytest.mark.slow) for name in recipes.RECIPES]
)
def test_the_shared_case(name, tmp_path):
    case = game_cases.Case(name)
    model = case.game()
    game_cases.check_update(case, model)
    game_cases.check_resume(case, model, tmp_path / "checkpoints")
    game_cases.check_config_and_keras_file(case, model, tmp_path)
    game_cases.check_saved_model(case, model, tmp_path / "1")
    game_cases.check_replicas_and_accumulation(case)
    game_cases.check_mixed_precision(case)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_r1_and_r2_of_r3gan_on_two_replicas(policy):
    case = game_cases.Case("r3gan", precision=policy)
    alone = case.game()
    with tiny.two_replicas().scope():
        pair = case.game()
    expected, found = alone.play(case.batches(), 1), pair.play(case.batches(strategy=tiny.two_replicas()), 1)
    for name in ("r1", "r2"):
        assert expected[name][0] > 0
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-4 if policy == "float32" else 0.05)
