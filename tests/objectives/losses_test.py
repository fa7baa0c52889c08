"""One table of hand-computed values for all adversarial losses."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.objectives import Objective
from gan_keras.objectives import losses

# softplus(0) = ln 2; softplus(2) = 2.126928; softplus(−2) = 0.126928; softplus(1) = 1.313262; softplus(−1) = 0.313262.
TABLE = {
    # name: D's loss on real logits [2, −1], on fake logits [0, 1], G's loss on fake logits [0, 1]
    "minimax": ([0.126928, 1.313262], [0.693147, 1.313262], [-0.693147, -1.313262]),
    "non_saturating": ([0.126928, 1.313262], [0.693147, 1.313262], [0.693147, 0.313262]),
}


def test_the_table_is_complete():
    assert set(TABLE) == set(losses.LOSSES)


@pytest.mark.parametrize("name", TABLE)
def test_hand_computed_values(name):
    objective = Objective(name)
    real, fake = np.array([[2.0], [-1.0]], "float32"), np.array([[0.0], [1.0]], "float32")
    on_real, on_fake = objective.discriminator_terms(real, fake)
    for values, expected in zip((on_real, on_fake, objective.generator_term(fake)), TABLE[name], strict=True):
        np.testing.assert_allclose(np.asarray(values)[:, 0], expected, atol=1e-6)


@pytest.mark.parametrize("name", TABLE)
def test_large_logits_stay_finite(name):
    objective = Objective(name)
    extreme = np.array([[-1e4], [1e4]], "float32")
    terms = (*objective.discriminator_terms(extreme, extreme), objective.generator_term(extreme))
    assert all(np.isfinite(np.asarray(term)).all() for term in terms)


def test_verdicts_are_probabilities_for_these_losses():
    objective = Objective("minimax")
    assert objective.verdict_names == ("D(x)", "D(G(z))")
    assert float(objective.verdict(np.float32(0.0))) == 0.5
    assert objective.adversarial.threshold == 0.0


def test_mistakes_are_told():
    with pytest.raises(errors.UserError, match="did you mean 'non_saturating'"):
        Objective("non_saturatin")
    with pytest.raises(errors.UserError, match="l2"):
        Objective(l2=-1.0)
