"""Adam as one operation for each variable, with a β2 that may be a schedule."""

import keras
import tensorflow as tf

from gan_keras.config import schedules
from gan_keras.game.schedules import value


@keras.saving.register_keras_serializable("gan_keras")
class Adam(keras.optimizers.Adam):
    """`keras.optimizers.Adam`, computed by one fused operation for each variable.

    Variables, config and results are those of the Keras optimizer, whose update reads and writes the memory of a
    variable ten times. The update of Keras is used with `amsgrad`.

    With a schedule of β2, the bias correction of a step uses that step's β2 for all steps before it.

    Args:
        beta_2: number, or text of a schedule over the real samples shown.
        schedule_images: int, the length of a schedule that names none.

    Source: Kingma and Ba 2014 (arXiv 1412.6980).
    """

    _images_shown = None

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, *args, schedule_images=None, **kwargs):
        super().__init__(learning_rate, beta_1, beta_2, *args, **kwargs)
        self.schedule_images = schedule_images

    def follow(self, training_state):
        """Takes the number of samples shown from the state of a game; `GAN.compile` calls this."""
        images_shown = training_state.images_shown
        self._images_shown = lambda: images_shown.value  # An optimizer would take a variable for one of its own.

    @property
    def beta_2(self):
        if self._beta_2.is_constant or self._images_shown is None:
            return self._beta_2.start
        return value(self._beta_2, self._images_shown(), self.schedule_images)

    @beta_2.setter
    def beta_2(self, number_or_text):
        self._beta_2 = schedules.parse(number_or_text)

    def update_step(self, gradient, variable, learning_rate):
        if self.amsgrad:
            super().update_step(gradient, variable, learning_rate)
            return
        index = self._get_variable_index(variable)
        step, beta_2 = tf.cast(self.iterations + 1, variable.dtype), tf.cast(self.beta_2, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
            beta2_power=tf.pow(beta_2, step),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, variable.dtype),
        )

    def get_config(self):
        beta_2 = self._beta_2.start if self._beta_2.is_constant else str(self._beta_2)
        return super().get_config() | {"beta_2": beta_2, "schedule_images": self.schedule_images}
