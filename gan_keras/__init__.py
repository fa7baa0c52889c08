"""Generative adversarial networks in Keras: trained, measured, resumed and exported by one command.

Importing this package starts nothing and loads next to nothing; a name is loaded when it is first used.
"""

from gan_keras.runtime import lazy

__version__ = "0.1.0"

_PUBLIC = {
    "GAN": "gan_keras.game.gan",
    "Objective": "gan_keras.config",
    "export": "gan_keras.training.export",
    "open_run": "gan_keras.runs.run",
    "recipe": "gan_keras.config",
    "train": "gan_keras.training",
}

__getattr__, __dir__, __all__ = lazy.attach(__name__, _PUBLIC)
