"""The optimizers of a game, whose constants may be schedules over the images shown."""

import keras

from gan_keras import schedules


def build(game, learning_rate, images_shown, schedule_images):
    """Returns the unbuilt Keras optimizer of a player.

    Args:
        game: the `Game` section of a config.
        learning_rate: text of a schedule, see `schedules.parse`.
        images_shown: Keras variable, real images shown so far.
        schedule_images: int, the length of a schedule that names none.
    """
    rate = schedules.learning_rate(learning_rate, images_shown, schedule_images)
    if game.optimizer == "rmsprop":
        # Keras adds its epsilon to the mean square, the papers' code to its root: squared, a floor of the same height.
        return keras.optimizers.RMSprop(rate, rho=game.rho, epsilon=game.epsilon**2)
    beta_2 = schedules.parse(game.beta_2)
    if beta_2.shape == "constant":
        return keras.optimizers.Adam(rate, beta_1=game.beta_1, beta_2=beta_2.start, epsilon=game.epsilon)
    optimizer = _ScheduledAdam(rate, beta_1=game.beta_1, beta_2=beta_2.start, epsilon=game.epsilon)
    optimizer.schedule_beta_2(lambda: beta_2(images_shown.value, schedule_images))
    return optimizer


class _ScheduledAdam(keras.optimizers.Adam):
    """Adam whose β2 is read anew at each step; its bias correction takes the value of that step for all before it."""

    _now = None

    def schedule_beta_2(self, now):
        """Takes β2 from a function without arguments → float32 scalar."""
        self._now = now

    @property
    def beta_2(self):
        return self._start if self._now is None else self._now()

    @beta_2.setter
    def beta_2(self, value):
        self._start = value
