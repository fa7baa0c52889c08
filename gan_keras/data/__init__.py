"""Data: sources of images, the store into which they are prepared, conditions, and the pipeline of batches."""

from gan_keras.data.sources import Description
from gan_keras.data.sources import describe
from gan_keras.data.store import Store
from gan_keras.data.store import prepare
from gan_keras.data.store import prepare_for

__all__ = ["Description", "Store", "describe", "prepare", "prepare_for"]
