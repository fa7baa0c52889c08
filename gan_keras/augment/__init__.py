"""Differentiable augmentation of what D sees, the same for real and generated images.

A pipeline is a module with two functions. `draws(key, batch)` returns the random numbers of a global batch, float32
(batch, K), of which a replica takes its rows; `augment(images, draws, probability)` is a pure function of them.
"""

from gan_keras.augment.augmentation import Augmentation

__all__ = ["Augmentation"]
