"""Which terms are played, and under which names they are reported."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.objectives import Objective


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
