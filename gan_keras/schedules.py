"""Numbers that change over a run, as functions of the real images shown."""

import dataclasses
import math

import keras
import tensorflow as tf

from gan_keras import errors


@dataclasses.dataclass(frozen=True)
class Schedule:
    """A number, or its way from one number to another.

    Attributes:
        shape: `"constant"`, `"cosine"` or `"linear"`.
        start, end: the values at 0 and at `images`.
        images: length in real images, or None for the run's `schedule_images`; the last value holds afterwards.
    """

    shape: str
    start: float
    end: float
    images: int | None = None

    def __call__(self, images_shown, schedule_images):
        """Returns the float32 value after `images_shown` real images (int64 tensor).

        Raises:
            UserError: a way from one number to another without a length.
        """
        if self.shape == "constant":
            return tf.constant(self.start, tf.float32)
        length = self.images or schedule_images
        if length is None:
            raise errors.UserError(f"how long is {self.shape}:{self.start}:{self.end}? Add :IMAGES, or give schedule_images")
        progress = tf.clip_by_value(tf.cast(images_shown, tf.float32) / length, 0.0, 1.0)
        if self.shape == "cosine":
            progress = 0.5 - 0.5 * tf.cos(math.pi * progress)
        return self.start + (self.end - self.start) * progress


def parse(text):
    """Returns the Schedule that a text names: `NUMBER`, `cosine:FROM:TO[:IMAGES]` or `linear:FROM:TO[:IMAGES]`.

    Raises:
        UserError: the text is none of these.
    """
    shape, *numbers = str(text).split(":")
    try:
        if not numbers:
            return Schedule("constant", _finite(shape), _finite(shape))
        if shape not in ("cosine", "linear") or len(numbers) not in (2, 3):
            raise ValueError
        images = int(numbers[2].replace("_", "")) if len(numbers) == 3 else None
        if images is not None and images <= 0:
            raise ValueError
        return Schedule(shape, _finite(numbers[0]), _finite(numbers[1]), images)
    except ValueError:
        raise errors.UserError(
            f"'{text}' is no schedule: expected a number, cosine:FROM:TO[:IMAGES] or linear:FROM:TO[:IMAGES]"
        ) from None


def _finite(text):
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def learning_rate(text, images_shown, schedule_images):
    """Returns what a Keras optimizer takes as learning rate: a number, or a schedule over the images shown.

    Args:
        text: as for `parse`.
        images_shown: Keras variable, real images shown so far.
        schedule_images: int, the length of a schedule that names none.
    """
    schedule = parse(text)
    return schedule.start if schedule.shape == "constant" else _LearningRate(schedule, images_shown, schedule_images)


class _LearningRate(keras.optimizers.schedules.LearningRateSchedule):
    """Reads the images shown instead of the optimizer's steps: a step that overflowed counts, and so do all k of D's."""

    def __init__(self, schedule, images_shown, schedule_images):
        self.schedule, self.images_shown, self.schedule_images = schedule, images_shown, schedule_images

    def __call__(self, step):
        return self.schedule(self.images_shown.value, self.schedule_images)
