"""Which terms a recipe plays, and what is reported of them."""

import dataclasses

from keras import ops

from gan_keras import errors
from gan_keras.objectives import losses


@dataclasses.dataclass(frozen=True)
class Objective:
    """The terms of a game.

    Attributes:
        loss: name of the adversarial loss, a key of `losses.LOSSES`.
        l2: adds l2 · p to the gradient of every trainable variable p of both players. (Keras' `L2(l2)` adds twice that.)
    """

    loss: str = "non_saturating"
    l2: float = 0.0

    def __post_init__(self):
        if self.loss not in losses.LOSSES:
            raise errors.UserError(
                f"unknown loss '{self.loss}'{errors.nearest(self.loss, losses.LOSSES)}: "
                f"expected one of {', '.join(losses.LOSSES)}"
            )
        if self.l2 < 0:
            raise errors.UserError(f"l2 is {self.l2}: expected a number ≥ 0")

    @property
    def adversarial(self):
        """The `losses.Loss` that is played."""
        return losses.LOSSES[self.loss]

    def discriminator_terms(self, real_logits, fake_logits):
        """Returns D's loss on real and on generated images, each one number an image; D minimises their sum."""
        return self.adversarial.on_real(real_logits), self.adversarial.on_fake(fake_logits)

    def generator_term(self, fake_logits):
        """Returns G's loss, one number an image."""
        return self.adversarial.generator(fake_logits)

    def verdict(self, logits):
        """Returns what is reported of D's logits: probabilities where the loss has some, else the logits themselves."""
        return ops.sigmoid(logits) if self.adversarial.is_probability else logits

    @property
    def verdict_names(self):
        """Names under which the mean verdict on real and on generated images is reported."""
        return ("D(x)", "D(G(z))") if self.adversarial.is_probability else ("real_logits", "fake_logits")
