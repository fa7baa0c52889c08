"""Generative adversarial networks in Keras: trained, measured, resumed and exported by one command.

Importing this package starts nothing and loads next to nothing; a name is loaded when it is first used.
"""

import importlib

__version__ = "0.1.0"

_PUBLIC = {
    "GAN": "gan_keras.game.gan",
    "Objective": "gan_keras.config",
    "export": "gan_keras.exporting",
    "open_run": "gan_keras.runs.run",
    "recipe": "gan_keras.config",
    "train": "gan_keras.training",
}
__all__ = sorted(_PUBLIC)


def __getattr__(name):
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'gan_keras' has no attribute '{name}'")


def __dir__():
    return [*globals(), *_PUBLIC]
