"""Adversarial losses: what each player minimises, from logits, one number an image.

All functions take logits of any shape, float32, and return losses of that shape; the mean over the global batch is taken
by the caller, in one place for all terms.
"""

import dataclasses
from collections.abc import Callable

from keras import ops


@dataclasses.dataclass(frozen=True)
class Loss:
    """The two sides of an adversarial loss.

    Attributes:
        on_real: D's loss on the logits of real images.
        on_fake: D's loss on the logits of generated images.
        generator: G's loss on the logits of generated images.
        threshold: the logit at which D is undecided; None where the logit has no zero of its own.
        is_probability: whether the sigmoid of a logit is the probability that D gives to "real".
    """

    on_real: Callable
    on_fake: Callable
    generator: Callable
    threshold: float | None
    is_probability: bool


def minus_log_sigmoid(logits):
    """Returns −log D(x), where D(x) = sigmoid(logit)."""
    return ops.softplus(-logits)


def minus_log_one_minus_sigmoid(logits):
    """Returns −log(1 − D(x)), where D(x) = sigmoid(logit)."""
    return ops.softplus(logits)


def log_one_minus_sigmoid(logits):
    """Returns log(1 − D(x)), where D(x) = sigmoid(logit)."""
    return -ops.softplus(logits)


LOSSES = {
    # Goodfellow et al. 2014 (arXiv 1406.2661), algorithm 1: G descends log(1 − D(G(z))).
    "minimax": Loss(
        on_real=minus_log_sigmoid,
        on_fake=minus_log_one_minus_sigmoid,
        generator=log_one_minus_sigmoid,
        threshold=0.0,
        is_probability=True,
    ),
    # The same paper, section 3: G descends −log D(G(z)), which does not saturate while D wins.
    "non_saturating": Loss(
        on_real=minus_log_sigmoid,
        on_fake=minus_log_one_minus_sigmoid,
        generator=minus_log_sigmoid,
        threshold=0.0,
        is_probability=True,
    ),
}
