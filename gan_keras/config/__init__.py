"""Settings: what they are, how they combine, and named experiments. Nothing in here loads Keras or TensorFlow."""

from gan_keras.config.overrides import from_dict
from gan_keras.config.overrides import override
from gan_keras.config.recipes import recipe
from gan_keras.config.schema import Config
from gan_keras.config.schema import Objective

__all__ = ["Config", "Objective", "from_dict", "override", "recipe"]
