"""Training a run from its config to its exported generator."""

from gan_keras.training.dry_run import dry_run
from gan_keras.training.trainer import train

__all__ = ["dry_run", "train"]
