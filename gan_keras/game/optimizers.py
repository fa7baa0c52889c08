"""The optimizers of a game: their constants, which may be schedules, and how they take part in a game."""

import keras

from gan_keras.game.adam import Adam
from gan_keras.game.schedules import ImagesSchedule


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
    beta_2 = game.beta_2.start if game.beta_2.is_constant else str(game.beta_2)
    return Adam(rate, beta_1=game.beta_1, beta_2=beta_2, epsilon=game.epsilon, schedule_images=schedule_images)


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
