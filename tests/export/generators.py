"""Generators that are small enough to export in a few seconds, with images that differ from latent to latent."""

import keras

LATENT_DIM = 8
CLASSES = ["cat", "dog", "newt"]


def generator(seed=0, channels=3, policy="float32", classes=0):
    """Returns G for 16 × 16 images: `latents` (N, 8) [, `labels` int32 (N,)] → images in [-1, 1]."""
    keras.config.set_dtype_policy(policy)
    try:
        return _generator(seed, channels, classes)
    finally:
        keras.config.set_dtype_policy("float32")


def _generator(seed, channels, classes):
    def normal(stddev, mean=0.0):
        return keras.initializers.RandomNormal(mean, stddev, seed=seed)

    latents = inputs = keras.Input((LATENT_DIM,), name="latents")
    x = latents
    if classes:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs = [labels, latents]
        x = keras.layers.Concatenate()([x, keras.layers.Embedding(classes, 8, normal(1.0))(labels)])
    x = keras.layers.Dense(4 * 4 * 32, kernel_initializer=normal(1.0))(x)
    x = keras.layers.Reshape((4, 4, 32))(x)
    for filters in (32, channels):
        x = keras.layers.BatchNormalization(moving_mean_initializer=normal(0.1), gamma_initializer=normal(0.1, 1.0))(x)
        x = keras.layers.ReLU()(x)
        x = keras.layers.Conv2DTranspose(filters, 4, strides=2, padding="same", kernel_initializer=normal(0.05))(x)
    images = keras.layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(inputs, images, name="generator")
