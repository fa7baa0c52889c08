"""Training state other than the weights of the networks and optimizers."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from gan_keras.augment import adaptive
from gan_keras.objectives.penalties import lecam
from gan_keras.runtime import randomness
from gan_keras.runtime import replicas


@dataclasses.dataclass(frozen=True)
class LogitStatistics:
    """What an update of D tells about its logits; means over this replica's samples.

    Attributes:
        real_logits, fake_logits: float32 scalars.
        real_sign: float32 scalar, mean of `adaptive.sign`; 0 where nothing is adaptive.
    """

    real_logits: tf.Tensor
    fake_logits: tf.Tensor
    real_sign: tf.Tensor


def as_int(variable):
    """Returns the value of an integer Keras variable, under any strategy."""
    return int(np.asarray(variable))


class TrainingState:
    """Keras variables that belong to a `GAN` and are part of its checkpoint.

    Attributes:
        name: the game's name.
        iteration: int64, iterations so far.
        images_shown: int64, real samples shown to D.
        lecam_averages: float32 (2,), LeCam's moving averages of D's logits on real and on generated samples.
        augment_probability: float32, the adaptive probability of augmentation.
        rollbacks: int64, how often the game went back to an earlier state because it had collapsed.
        noise_seed: int64, seed of latents, augmentation and penalties; another one after a rollback.
        learning_rate_factor: float32, by which the learning rates of a config are multiplied: 1, halved at a rollback.
    """

    def __init__(self, model):
        def state(name, shape=(), dtype="float32", initial=0):
            return model.add_weight(
                name=name,
                shape=shape,
                dtype=dtype,
                initializer=keras.initializers.Constant(initial),
                trainable=False,
                aggregation="only_first_replica",
            )

        self.name = model.name
        self.iteration = state("iteration", dtype="int64")
        self.images_shown = state("images_shown", dtype="int64")
        self.lecam_averages = state("lecam_averages", shape=(2,))
        self.augment_probability = state("augment_probability")
        self.rollbacks = state("rollbacks", dtype="int64")
        self.noise_seed = state("noise_seed", dtype="int64", initial=model.seed)
        self.learning_rate_factor = state("learning_rate_factor", initial=1)

    @property
    def variables(self):
        """All of the variables, in order."""
        return [
            self.iteration,
            self.images_shown,
            self.lecam_averages,
            self.augment_probability,
            self.rollbacks,
            self.noise_seed,
            self.learning_rate_factor,
        ]

    def try_again(self):
        """Changes what may keep a game that collapsed from collapsing again: other noise, half the learning rates."""
        self.rollbacks.assign_add(1)
        seed = randomness.derived_seed(as_int(self.noise_seed), "rollback", str(as_int(self.rollbacks)))
        self.noise_seed.assign(seed)
        self.learning_rate_factor.assign(self.learning_rate_factor.value / 2)

    def count(self, batch_images):
        """Counts an iteration, and the real samples that it showed on all replicas."""
        self.images_shown.assign_add(batch_images)
        self.iteration.assign_add(1)

    def update_lecam_averages(self, statistics, update):
        """Moves LeCam's averages after an update of D; `update` is the number of updates of D before it."""
        self.lecam_averages.assign(
            lecam.moving_averages(self.lecam_averages.value, statistics.real_logits, statistics.fake_logits, update)
        )

    def update_augment_probability(self, statistics, batch_images):
        """Moves the adaptive probability after an update of D on a global batch of so many samples."""
        sign = replicas.global_mean(statistics.real_sign)
        self.augment_probability.assign(adaptive.updated(self.augment_probability.value, sign, batch_images))
