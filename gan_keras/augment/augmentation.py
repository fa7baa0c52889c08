"""Which augmentation D's images pass, and with which probability."""

import dataclasses

from gan_keras import errors
from gan_keras import schedules
from gan_keras.augment import ada
from gan_keras.augment import adaptive
from gan_keras.augment import diffaugment

PIPELINES = {"diffaugment": diffaugment, "ada": ada}


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """What is done to all images, real and generated, before D sees them.

    Attributes:
        pipeline: `"none"`, or a key of `PIPELINES`.
        probability: number in [0, 1], a schedule such as `"cosine:0:0.55"`, or `"adaptive"`: up where D is too sure of
            the reals, down where it is not (arXiv 2006.06676). None: 1 for DiffAugment, whose images still tell where
            they come from; adaptive for ADA, which at 1 hides which way up images are and what colour they have.
    """

    pipeline: str = "none"
    probability: float | str | None = None

    def __post_init__(self):
        errors.expect_one_of(self.pipeline, ("none", *PIPELINES), "augmentation")
        if self.probability is None:
            object.__setattr__(self, "probability", "adaptive" if self.pipeline == "ada" else 1.0)
        if self.pipeline == "none" and self.probability == "adaptive":
            raise errors.UserError("augment_probability=adaptive needs an augmentation: --augment=ada, or diffaugment")
        if not self.is_adaptive:
            schedule = schedules.parse(self.probability)
            if not (0 <= schedule.start <= 1 and 0 <= schedule.end <= 1):
                raise errors.UserError(f"augment_probability is {self.probability}: expected numbers in [0, 1]")

    @property
    def is_adaptive(self):
        return self.pipeline != "none" and self.probability == "adaptive"

    def check(self, loss_name, threshold):
        """Raises a UserError if the probability adapts to logits that have no zero of their own."""
        if self.is_adaptive:
            adaptive.check(loss_name, threshold)

    def __call__(self, images, turn, stream, probability):
        """Returns the augmented images of a turn, float32 (N, H, W, C)."""
        if self.pipeline == "none":
            return images
        pipeline = PIPELINES[self.pipeline]
        return pipeline.augment(images, turn.draw(stream, pipeline.draws), probability)
