"""Discriminators that are plain functions of the samples, and their passes."""

import dataclasses
import types
from collections.abc import Callable

from gan_keras.game.discriminator_pass import discriminate


@dataclasses.dataclass(frozen=True)
class FunctionDiscriminator:
    """Stands in for `AugmentedDiscriminator` where D is a function without layers.

    Attributes:
        function: maps samples (N, …) to logits (N, 1).
    """

    function: Callable
    network = types.SimpleNamespace(losses=[], trainable_variables=[])

    def outputs(self, samples):
        """Returns the logits of samples as the outputs of D."""
        return {"logits": self.function(samples)}


def discriminator_pass(function, samples, with_input_gradients=True):
    """Returns the `DiscriminatorPass` of a function over samples (N, …)."""
    return discriminate(FunctionDiscriminator(function), samples, with_input_gradients)
