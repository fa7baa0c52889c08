"""Differentiable augmentation of D's inputs, the same for real and for generated images.

A pipeline is a module with two functions: `draws(key, batch)` returns the random numbers of a global batch, float32
(batch, K), of which a replica takes its rows; `augment(images, draws, probability)` is a function of these alone.
"""

from gan_keras.augment.augmentation import Augmentation

__all__ = ["Augmentation"]
