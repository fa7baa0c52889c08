"""Every recipe passes the shared case: some of them always, the others when slow tests are run."""

import numpy as np
import pytest

from gan_keras.config import recipes
from tests import tiny
from tests.game import recipe_case

FAST = ("dcgan", "wgan_gp", "acgan", "r3gan", "csentences")


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving
@pytest.mark.filterwarnings("ignore:accumulation=2:UserWarning")
@pytest.mark.parametrize(
    "name", [name if name in FAST else pytest.param(name, marks=pytest.mark.slow) for name in recipes.RECIPES]
)
def test_the_shared_case(name, tmp_path):
    case = recipe_case.Case(name)
    model = case.game()
    recipe_case.check_update(case, model)
    recipe_case.check_fit(case)
    recipe_case.check_resume(case, model, tmp_path / "checkpoints")
    recipe_case.check_keras_file(case, model, tmp_path)
    recipe_case.check_saved_model(case, model, tmp_path / "1")
    recipe_case.check_replicas_and_accumulation(case)
    recipe_case.check_mixed_precision(case)


def test_r1_and_r2_of_r3gan_in_bfloat16_on_two_replicas():
    """In float32 the shared case compares them."""
    case = recipe_case.Case("r3gan", precision="mixed_bfloat16")
    alone = case.game()
    with tiny.two_replicas().scope():
        pair = case.game()
    expected = alone.train_iterations(case.batches(), 1)
    found = pair.train_iterations(case.batches(strategy=tiny.two_replicas()), 1)
    for name in ("r1", "r2"):
        assert expected[name][0] > 0
        np.testing.assert_allclose(found[name], expected[name], rtol=0.05)
