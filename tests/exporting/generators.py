"""Generators that are small enough to export in a few seconds, with samples that differ from latent to latent."""

import keras

from gan_keras.data import conditions
from gan_keras.data import kinds
from gan_keras.data import vocabulary

LATENT_DIM = 8
CLASSES = conditions.of_classes(["cat", "dog", "newt"])
ATTRIBUTES = conditions.Condition(
    "multi",
    (("Smiling", conditions.BINARY), ("Male", conditions.BINARY)),
    defaults=((1.0, 0.0), (0.0, 0.0), (1.0, 1.0)),
)

TEXT_LENGTH = 8
CHARACTERS = kinds.texts(vocabulary.of_symbols("abcé .", "characters"))
WORDS = kinds.texts(vocabulary.of_symbols(["cat", "dog", "newt", "sees", "the", ".", "?", '"', "(", ")"], "words"))


def generator(seed=0, channels=3, policy="float32", condition=None):
    """Returns G for 16 × 16 images: `latents` (N, 8) [, `labels` (N,) or `attributes` (N, 2)] → images in [-1, 1]."""
    keras.config.set_dtype_policy(policy)
    try:
        return _generator(seed, channels, condition)
    finally:
        keras.config.set_dtype_policy("float32")


def _generator(seed, channels, condition):
    def normal(stddev, mean=0.0):
        return keras.initializers.RandomNormal(mean, stddev, seed=seed)

    latents = inputs = keras.Input((LATENT_DIM,), name="latents")
    x = latents
    if condition is not None:
        given = keras.Input(condition.shape, dtype=condition.dtype.__name__, name=condition.name)
        inputs = [given, latents]
        if condition.encoding == "joint":
            embedding = keras.layers.Embedding(len(condition.class_names), 8, normal(1.0), name="embedding")(given)
        else:
            embedding = keras.layers.Dense(8, kernel_initializer=normal(1.0), name="embedding")(given)
        x = keras.layers.Concatenate(name="with_condition")([x, embedding])
    x = keras.layers.Dense(4 * 4 * 32, kernel_initializer=normal(1.0), name="dense")(x)
    x = keras.layers.Reshape((4, 4, 32), name="reshape")(x)
    for side, filters in ((8, 32), (16, channels)):
        x = keras.layers.BatchNormalization(
            moving_mean_initializer=normal(0.1), gamma_initializer=normal(0.1, 1.0), name=f"bn_{side}"
        )(x)
        x = keras.layers.ReLU(name=f"relu_{side}")(x)
        x = keras.layers.Conv2DTranspose(
            filters, 4, strides=2, padding="same", kernel_initializer=normal(0.05), name=f"conv_{side}"
        )(x)
    images = keras.layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(inputs, images, name="generator")


def text_generator(kind, seed=0):
    """Returns G for texts of up to 8 symbols: `latents` (N, 8) → probabilities (N, 8, V)."""
    symbols = len(kind.vocabulary.symbols)
    latents = keras.Input((LATENT_DIM,), name="latents")
    kernel = keras.initializers.RandomNormal(0.0, 1.0, seed=seed)
    x = keras.layers.Dense(TEXT_LENGTH * symbols, kernel_initializer=kernel, name="dense")(latents)
    x = keras.layers.Reshape((TEXT_LENGTH, symbols), name="reshape")(x)
    return keras.Model(latents, keras.layers.Softmax(name="probabilities")(x), name="generator")
