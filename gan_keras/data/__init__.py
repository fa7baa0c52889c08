"""Data: sources of images, the store that they are prepared into, and the pipeline that feeds them."""

from gan_keras.data.sources import Description
from gan_keras.data.sources import describe
from gan_keras.data.store import Store
from gan_keras.data.store import prepare
from gan_keras.data.store import prepare_for

__all__ = ["Description", "Store", "describe", "prepare", "prepare_for"]
