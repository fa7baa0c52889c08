"""What the two networks minimize: functions of D's logits, the samples and D's input gradients."""

from gan_keras.config.schema import Objective
from gan_keras.objectives.losses import LOSSES
from gan_keras.objectives.objective import Update
from gan_keras.objectives.objective import accuracy
from gan_keras.objectives.objective import discriminator_terms
from gan_keras.objectives.objective import generator_terms
from gan_keras.objectives.objective import input_gradients_in_passes
from gan_keras.objectives.objective import terms_of_the_batch
from gan_keras.objectives.objective import verdict
from gan_keras.objectives.objective import verdict_names

__all__ = [
    "LOSSES",
    "Objective",
    "Update",
    "accuracy",
    "discriminator_terms",
    "generator_terms",
    "input_gradients_in_passes",
    "terms_of_the_batch",
    "verdict",
    "verdict_names",
]
