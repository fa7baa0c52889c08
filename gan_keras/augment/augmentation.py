"""Which augmentation is applied to D's inputs, and with which probability."""

import dataclasses
import importlib

from gan_keras import errors
from gan_keras.config import names
from gan_keras.config import rule_table
from gan_keras.config import rules
from gan_keras.config import schedules
from gan_keras.config.schedules import Schedule

PIPELINES = {name: importlib.import_module(f"gan_keras.augment.{name}") for name in names.AUGMENTATIONS}


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """What is done to all of D's inputs, real and generated images alike.

    Attributes:
        pipeline: `"none"`, or a key of `PIPELINES`.
        probability: number in [0, 1]; a schedule such as `"cosine:0:0.55"`; or `"adaptive"`, which rises while D
            overfits to the real images and falls while it does not (see `adaptive`). None: 1 for DiffAugment, adaptive
            for ADA, which with probability 1 hides the orientation and the colors of the images. It is stored as a
            `Schedule`, as `"adaptive"`, or, without a pipeline, as None.

    Raises:
        UserError: an unknown pipeline, a probability without a pipeline or outside [0, 1].
    """

    pipeline: str = "none"
    probability: float | str | Schedule | None = None

    def __post_init__(self):
        errors.expect_one_of(self.pipeline, ("none", *PIPELINES), "augmentation")
        probability = self.probability
        if probability is None and self.pipeline != "none":
            probability = rule_table.default_augment_probability(self.pipeline)
        if probability not in (None, "adaptive"):
            probability = schedules.parse(probability)
        rules.check(self._settings(probability))
        object.__setattr__(self, "probability", probability)

    @property
    def is_adaptive(self):
        """Whether the probability follows D's logits."""
        return self.probability == "adaptive"

    def settings(self):
        """Returns the settings of a run that describe this augmentation, by name, in a form that JSON can hold."""
        return self._settings(self.probability)

    def _settings(self, probability):
        text = None if probability is None else str(probability)  # A schedule of 0 is false, and still a probability.
        return {"augment": self.pipeline, "augment_probability": text}

    def draw(self, micro_batch, stream):
        """Returns the random numbers for the samples of a micro-batch, float32 (N, K); None without a pipeline.

        Args:
            micro_batch: `MicroBatch` of N samples.
            stream: name of the stream of random numbers.
        """
        return None if self.pipeline == "none" else micro_batch.draw(stream, PIPELINES[self.pipeline].draws)

    def __call__(self, images, draws, probability):
        """Returns augmented images, float32 (N, H, W, C).

        Args:
            images: float32 (N, H, W, C) in [-1, 1].
            draws: what `draw` returned for these images.
            probability: float32 scalar in [0, 1], the current probability.
        """
        return images if draws is None else PIPELINES[self.pipeline].augment(images, draws, probability)
