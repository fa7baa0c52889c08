"""The optimizers of a game: their constants, which may be schedules, and how they take part in a game."""

import keras

from gan_keras.config import schedules
from gan_keras.game.schedules import ImagesSchedule
from gan_keras.game.schedules import value


def build(game, learning_rate, schedule_images):
    """Returns a Keras optimizer with the constants of a config, not built yet.

    Args:
        game: the `Game` section of a `Config`.
        learning_rate: `Schedule`.
        schedule_images: int, the length of schedules that name none; or None.
    """
    rate = ImagesSchedule(learning_rate, schedule_images)
    if game.optimizer == "rmsprop":
        # Keras adds its epsilon to the mean square, the papers' code to the root: the square of it is as low a floor.
        return keras.optimizers.RMSprop(rate, rho=game.rho, epsilon=game.epsilon**2)
    if game.beta_2.is_constant:
        return keras.optimizers.Adam(rate, beta_1=game.beta_1, beta_2=game.beta_2.start, epsilon=game.epsilon)
    return ScheduledAdam(
        rate, beta_1=game.beta_1, beta_2=str(game.beta_2), epsilon=game.epsilon, schedule_images=schedule_images
    )


@keras.saving.register_keras_serializable("gan_keras")
class ScheduledAdam(keras.optimizers.Adam):
    """Adam whose β2 is a schedule over the real samples shown.

    The bias correction of a step uses that step's β2 for all steps before it.

    Args:
        beta_2: text of a schedule.
        schedule_images: int, the length of a schedule that names none.
    """

    _images_shown = None

    def __init__(self, learning_rate=0.001, beta_2="0.999", schedule_images=None, **kwargs):
        super().__init__(learning_rate, beta_2=beta_2, **kwargs)
        self.schedule_images = schedule_images

    def follow(self, training_state):
        """Takes the number of samples shown from the state of a game; `GAN.compile` calls this."""
        images_shown = training_state.images_shown
        self._images_shown = lambda: images_shown.value  # An optimizer would take a variable for one of its own.

    @property
    def beta_2(self):
        if self._images_shown is None:
            return self._beta_2.start
        return value(self._beta_2, self._images_shown(), self.schedule_images)

    @beta_2.setter
    def beta_2(self, text):
        self._beta_2 = schedules.parse(text)

    def get_config(self):
        return super().get_config() | {"beta_2": str(self._beta_2), "schedule_images": self.schedule_images}


def prepare(optimizer, variables, training_state, needs_loss_scale):
    """Returns an optimizer that is ready to train a network of a game.

    Its schedules follow the samples shown, float16 gets a `LossScaleOptimizer`, its variables are created now (before
    the first step, as `tf.distribute` demands), and it takes gradients that are already summed over the replicas.

    Args:
        optimizer: Keras optimizer.
        variables: the trainable variables of the network.
        training_state: the `TrainingState` that its schedules follow.
        needs_loss_scale: whether the gradient passes float16.
    """
    if needs_loss_scale and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    for scheduled in (inner, inner._learning_rate):
        if hasattr(scheduled, "follow"):
            scheduled.follow(training_state)
    # Keras clips the gradient of each replica and sums afterwards: a threshold would mean another one on several
    # replicas.
    inner._all_reduce_sum_gradients = list
    optimizer.build(variables)
    return optimizer
