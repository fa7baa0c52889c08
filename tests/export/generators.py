"""Generators that are small enough to export in a few seconds, with images that differ from latent to latent."""

import keras
import numpy as np

from gan_keras import random

LATENT_DIM = 8
CLASSES = ["cat", "dog", "newt"]


def generator(seed=0, channels=3, policy="float32", classes=0):
    """Returns G for 16 × 16 images: `latents` (N, 8) [, `labels` int32 (N,)] → images in [-1, 1]."""
    with keras.DTypePolicyScope(policy) if hasattr(keras, "DTypePolicyScope") else _policy(policy):
        latents = inputs = keras.Input((LATENT_DIM,), name="latents")
        x = latents
        if classes:
            labels = keras.Input((), dtype="int32", name="labels")
            inputs = [latents, labels]
            embedded = keras.layers.Embedding(classes, LATENT_DIM, embeddings_initializer=_normal(seed, 1.0))(labels)
            x = keras.layers.Concatenate()([x, embedded])
        x = keras.layers.Dense(4 * 4 * 32, kernel_initializer=_normal(seed, 0.5))(x)
        x = keras.layers.Reshape((4, 4, 32))(x)
        for filters in (32, channels):
            x = keras.layers.BatchNormalization(gamma_initializer=_normal(seed, 0.1, mean=1.0))(x)
            x = keras.layers.ReLU()(x)
            x = keras.layers.Conv2DTranspose(
                filters, 4, strides=2, padding="same", kernel_initializer=_normal(seed, 0.05)
            )(x)
        images = keras.layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(inputs, images, name="generator")
