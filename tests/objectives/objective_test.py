"""What is reported of D's logits, and what the terms need of its passes; the terms themselves are in `terms_test`."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras import objectives
from gan_keras.objectives import Objective

PROBABILITIES = ("minimax", "non_saturating")


@pytest.mark.parametrize("loss", objectives.LOSSES)
def test_a_verdict_is_a_probability_where_the_loss_has_them(loss):
    objective = Objective(loss)
    if loss in PROBABILITIES:
        assert objectives.verdict_names(objective) == ("D(x)", "D(G(z))")
        np.testing.assert_allclose(objectives.verdict(objective, np.log([1.0, 3.0])), [0.5, 0.75], rtol=1e-6)
    else:
        assert objectives.verdict_names(objective) == ("real_logits", "fake_logits")
        assert objectives.verdict(objective, 3.0) == 3.0


@pytest.mark.parametrize(
    "settings, expected",
    [
        ({}, (False, False)),
        ({"r1": 1.0}, (True, False)),
        ({"r2": 1.0}, (False, True)),
        ({"r1": "linear:0:1:10", "r2": 1.0, "penalty_interval": 1}, (True, True)),
        ({"r1": 1.0, "r2": 1.0, "penalty_interval": 2}, (False, False)),
        ({"gradient_penalty": 1.0, "dragan": 1.0, "lecam": 1.0}, (False, False)),
    ],
)
def test_passes_give_input_gradients_where_every_update_needs_them(settings, expected):
    assert objectives.input_gradients_in_passes(Objective(**settings)) == expected


@pytest.mark.parametrize(
    "settings, expected",
    [
        ({}, []),
        ({"gradient_penalty": 1.0, "r1": 1.0, "r2": 1.0}, []),
        ({"loss": "relativistic_pairing"}, []),
        ({"loss": "relativistic_average"}, ["relativistic_average"]),
        ({"dragan": 1.0}, ["dragan"]),
        ({"lecam": 1.0}, ["lecam"]),
        ({"loss": "relativistic_average", "dragan": 1.0, "lecam": 1.0}, ["relativistic_average", "dragan", "lecam"]),
    ],
)
def test_terms_that_compare_the_samples_of_a_batch(settings, expected):
    assert objectives.terms_of_the_batch(Objective(**settings)) == expected


def test_messages_name_the_mistake():
    with pytest.raises(errors.UserError, match="did you mean 'non_saturating'"):
        Objective("non_saturatin")
    with pytest.raises(errors.UserError, match="l2"):
        Objective(l2=-1.0)
