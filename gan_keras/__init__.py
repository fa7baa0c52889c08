"""Generative adversarial networks in Keras: trained, measured, resumed and exported by one command.

Importing this package starts nothing and loads next to nothing; a name is loaded when it is first used.
"""

import importlib

__version__ = "0.1.0"

_PUBLIC = {
    "GAN": "gan_keras.gan",
    "Objective": "gan_keras.objectives",
    "export": "gan_keras.export",
    "open_run": "gan_keras.run",
    "recipe": "gan_keras.recipes",
    "train": "gan_keras.training",
}
__all__ = sorted(_PUBLIC)


def __getattr__(name):
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'gan_keras' has no attribute '{name}'")


def __dir__():
    return [*globals(), *_PUBLIC]
