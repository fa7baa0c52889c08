"""Training a run from its config to its exported generator."""

from gan_keras.training.trainer import train

__all__ = ["train"]
