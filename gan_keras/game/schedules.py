"""The value of a schedule after a number of real samples shown, also as a Keras learning rate."""

import math

import keras
import tensorflow as tf

from gan_keras import errors
from gan_keras.config import schedules


def value(schedule, images_shown, schedule_images):
    """Returns the float32 value of a `Schedule` after `images_shown` real samples.

    Args:
        schedule: `gan_keras.config.schedules.Schedule`.
        images_shown: int64 scalar tensor.
        schedule_images: int, the length of a schedule that names none; or None.

    Raises:
        UserError: a schedule without a length.
    """
    if schedule.is_constant:
        return tf.constant(schedule.start, tf.float32)
    length = schedule.images or schedule_images
    if length is None:
        raise errors.UserError(f"how long is the schedule {schedule}? Append :IMAGES, or give schedule_images")
    progress = tf.clip_by_value(tf.cast(images_shown, tf.float32) / length, 0.0, 1.0)
    if schedule.shape == "cosine":
        progress = 0.5 - 0.5 * tf.cos(math.pi * progress)
    return schedule.start + (schedule.end - schedule.start) * progress


@keras.saving.register_keras_serializable("gan_keras")
class ImagesSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that follows the real samples shown, not the optimizer's steps, and is halved at a rollback.

    An optimizer counts each of D's k updates and skips those that overflowed; a run counts samples.

    Args:
        schedule: a `Schedule`, its text or a number.
        schedule_images: int, the length of a schedule that names none.
    """

    def __init__(self, schedule, schedule_images=None):
        self.schedule = schedules.parse(schedule)
        self.schedule_images = schedule_images
        self._state = None

    def follow(self, training_state):
        """Takes the samples shown and the factor from the state of a game; `GAN.compile` calls this."""
        self._state = training_state

    def __call__(self, step):
        if self._state is None:
            return value(self.schedule, tf.constant(0, tf.int64), self.schedule_images)
        rate = value(self.schedule, self._state.images_shown.value, self.schedule_images)
        return rate * self._state.learning_rate_factor.value

    def get_config(self):
        return {"schedule": str(self.schedule), "schedule_images": self.schedule_images}
