"""The terms of both losses, and what is reported of D's logits, as functions of an `Objective`."""

import dataclasses
from typing import Any

import keras
from keras import ops

from gan_keras.objectives.losses import LOSSES
from gan_keras.objectives.penalties import PENALTIES


@dataclasses.dataclass(frozen=True)
class Update:
    """What penalties take from the update of D that they are part of.

    Attributes:
        micro_batch: `MicroBatch`, the source of random numbers, one row per sample.
        number: integer tensor, updates of D before this one.
        penalty_interval: int, n: R1 and R2 are computed in every n-th update.
        penalty_noise: float, σ of the noise by which R1 and R2 are estimated; 0: they are exact.
        lecam_averages: float32 (2,), LeCam's moving averages of the logits.
    """

    micro_batch: Any
    number: Any
    penalty_interval: int
    penalty_noise: float
    lecam_averages: Any


def discriminator_terms(objective, real, fake, weights, update):
    """Returns the terms of D's loss: it minimizes the sum of their means.

    Args:
        objective: `Objective`.
        real, fake: `DiscriminatorPass`, D's passes over real and over generated samples.
        weights: dict of the weights of the penalties in this update, by name, float32 scalars.
        update: `Update`.

    Returns:
        dict from names to float32 tensors, (N,) or (N, 1), one number per sample.
    """
    terms = LOSSES[objective.loss].discriminator(real.logits, fake.logits)
    terms |= _classification(objective, real, "d_class_loss") | _direction(real, fake)
    return terms | {name: weight * PENALTIES[name](real, fake, update) for name, weight in weights.items()}


def generator_terms(objective, real, fake):
    """Returns the terms of G's loss: it minimizes the sum of their means.

    Args:
        objective: `Objective`.
        real: `DiscriminatorPass` over real samples; None unless the loss has `generator_needs_real`.
        fake: `DiscriminatorPass` over generated samples.

    Returns:
        dict from names to float32 tensors, (N,) or (N, 1), one number per sample.
    """
    real_logits = None if real is None else real.logits
    terms = {"g_loss": LOSSES[objective.loss].generator(real_logits, fake.logits)}
    return terms | _classification(objective, fake, "g_class_loss")


def input_gradients_in_passes(objective):
    """Returns for D's passes over real and over generated samples whether they have to compute input gradients.

    They do for R1 and R2 in every update; a penalty that is due in some updates computes them itself, and one that is
    estimated needs none.
    """
    needed = objective.penalty_interval in (None, 1) and not objective.penalty_noise
    return tuple(needed and bool(weight) for weight in (objective.r1, objective.r2))


def terms_of_the_batch(objective):
    """Returns the names of the terms that depend on statistics of the batch; with accumulation, of the micro-batch."""
    terms = ["relativistic_average"] if objective.loss == "relativistic_average" else []
    return terms + [name for name in ("dragan", "lecam") if getattr(objective, name)]


def verdict(objective, logits):
    """Returns what is reported of D's logits, in their shape: probabilities if the loss has them, else the logits."""
    return ops.sigmoid(logits) if LOSSES[objective.loss].is_probability else logits


def verdict_names(objective):
    """Returns the names under which the mean verdict on real and on generated samples is reported."""
    return ("D(x)", "D(G(z))") if LOSSES[objective.loss].is_probability else ("real_logits", "fake_logits")


def accuracy(objective, real_logits, fake_logits):
    """Returns how often D is right, float32 (N, 1): 1 or 0 for each pair of a real and a generated sample.

    Where a logit of a known value means "undecided", 1/2 for each sample of the pair on its side of that value; else 1
    if the real sample has the higher logit.
    """
    threshold = LOSSES[objective.loss].threshold
    if threshold is None:
        return ops.cast(real_logits > fake_logits, "float32")
    right = ops.cast(real_logits > threshold, "float32") + ops.cast(fake_logits < threshold, "float32")
    return 0.5 * right


def _classification(objective, discriminator_pass, name):
    """Returns the weighted cross entropy of the auxiliary classifier as a dict; empty without a weight."""
    if not objective.classification:
        return {}
    labels = discriminator_pass.discriminator.conditions["labels"]
    entropy = keras.losses.sparse_categorical_crossentropy(labels, discriminator_pass.class_logits, from_logits=True)
    return {name: objective.classification * entropy}


def _direction(real, fake):
    """Returns D's loss of the direction of its last layer, as a dict; empty where D's last layer is another one.

    The direction separates the features of generated from those of real samples as far as it can, whatever the other
    loss (SAN: Takida et al. 2023, arXiv 2301.12811).
    """
    if real.direction_logits is None:
        return {}
    return {"d_loss_direction": fake.direction_logits - real.direction_logits}
