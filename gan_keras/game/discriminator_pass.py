"""One pass of the discriminator over samples, and what comes out of it."""

import dataclasses
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from gan_keras.game import gradients
from gan_keras.game import inputs


@dataclasses.dataclass(frozen=True)
class AugmentedDiscriminator:
    """D as it sees the samples of one pass: with their conditions and their augmentation.

    Attributes:
        network: the discriminator.
        conditions: dict from names to tensors (N, …).
        augmentation: `Augmentation`.
        draws: float32 (N, K), random numbers of the augmentation; None without one.
        probability: float32 scalar, probability of the augmentation.
    """

    network: keras.Model
    conditions: dict
    augmentation: Any
    draws: Any
    probability: Any

    def outputs(self, samples):
        """Returns D's outputs for samples (N, …), a dict with `logits` (N, 1)."""
        seen = self.augmentation(samples, self.draws, self.probability)
        outputs = inputs.discriminate(self.network, seen, self.conditions)
        return outputs if isinstance(outputs, dict) else {"logits": outputs}


@dataclasses.dataclass(frozen=True)
class DiscriminatorPass:
    """What a pass of D gives.

    Attributes:
        discriminator: `AugmentedDiscriminator`, to look at other samples in the same way.
        samples: float32 (N, …), before any augmentation.
        logits: float32 (N, 1).
        class_logits: float32 (N, classes) of an auxiliary classifier, or None.
        direction_logits: float32 (N, 1), the logits as a function of D's last direction alone (SAN), or None.
        input_gradients: float32, of the shape of the samples: gradient of the sum of the logits with respect to the
            samples; None if they were not requested. Where D treats every sample alone, row i is the gradient of logit
            i. Batch normalization mixes the samples of a pass: row i is then the slope of all logits along sample i,
            through the statistics of
                the
            batch, and no bound on it bounds the slope of D at one sample.
        activity_losses: list of scalars that D's layers added in this pass.
    """

    discriminator: AugmentedDiscriminator
    samples: tf.Tensor
    logits: tf.Tensor
    class_logits: tf.Tensor | None
    direction_logits: tf.Tensor | None
    input_gradients: tf.Tensor | None
    activity_losses: list

    def logits_at(self, samples):
        """Returns D's logits of other samples, seen as in this pass: float32 (N, 1)."""
        return discriminate(self.discriminator, samples).logits

    def input_gradients_at(self, samples):
        """Returns D's input gradients at other samples, seen as in this pass: float32 (N, …)."""
        return discriminate(self.discriminator, samples, with_input_gradients=True).input_gradients


def discriminate(discriminator, samples, with_input_gradients=False):
    """Returns the `DiscriminatorPass` of samples (N, …)."""
    samples = tf.convert_to_tensor(samples)
    if not with_input_gradients:
        return _read(discriminator, samples, discriminator.outputs(samples), None)
    with tf.GradientTape() as tape:
        tape.watch(samples)
        outputs = discriminator.outputs(samples)
        total = ops.sum(ops.cast(outputs["logits"], "float32"))
    return _read(discriminator, samples, outputs, ops.cast(tape.gradient(total, samples), "float32"))


def _read(discriminator, samples, outputs, input_gradients):
    others = {name: outputs.get(name) for name in ("class_logits", "direction_logits")}
    others = {name: None if values is None else ops.cast(values, "float32") for name, values in others.items()}
    return DiscriminatorPass(
        discriminator=discriminator,
        samples=samples,
        logits=ops.cast(outputs["logits"], "float32"),
        **others,
        input_gradients=input_gradients,
        activity_losses=gradients.activity_losses(discriminator.network),
    )
