"""A tiny game that tests share, small enough to trace in a second."""

import keras
import numpy as np

from gan_keras.data import pipeline
from gan_keras.game import gan
from gan_keras.networks import dcgan
from gan_keras.runtime import replicas

RESOLUTION = 16


def images(count=64, channels=3, seed=0):
    """Returns uint8 noise (count, 16, 16, channels)."""
    return np.random.default_rng(seed).integers(0, 256, (count, RESOLUTION, RESOLUTION, channels), np.uint8)


def networks(synchronized=True, policy="float32", width=4, seed=0):
    """Returns G and D of a DCGAN for 16 × 16 × 3."""
    keras.config.set_dtype_policy(policy)
    try:
        return (
            dcgan.generator(RESOLUTION, width=width, latent_dim=8, synchronized=synchronized, seed=seed),
            dcgan.discriminator(RESOLUTION, width=width, synchronized=synchronized, seed=seed),
        )
    finally:
        keras.config.set_dtype_policy("float32")


def game(synchronized=True, policy="float32", learning_rate=0.05, **arguments):
    """Returns a GAN that learns by plain gradient descent.

    Adam turns a last-bit difference of a gradient near zero into a full step: it hides whether two updates are the
    same.
    """
    model = gan.GAN(*networks(synchronized, policy), **arguments)
    model.compile(keras.optimizers.SGD(learning_rate), keras.optimizers.SGD(learning_rate))
    return model


def train(strategy, iterations, first_iteration=0, batch_size=8, make=game, **arguments):
    """Returns (GAN, results of `GAN.train_iterations`) of a new game trained under a strategy."""
    with strategy.scope():
        model = make(**arguments)
    batches = pipeline.distribute(
        strategy,
        samples=images(),
        seed=1,
        batch_size=batch_size,
        flip=True,
        discriminator_steps=model.discriminator_steps,
        first_iteration=first_iteration,
    )
    return model, model.train_iterations(iter(batches), iterations)


def two_replicas():
    """Returns a strategy of two replicas, on the two logical processors of `conftest.py`."""
    return replicas.make_strategy("mirrored", logical_cpus=2)


def distance(ours, theirs):
    """Returns the greatest difference of two lists of arrays."""
    return max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))


def weights(model):
    """Returns all arrays of G, D and the moving average."""
    return [
        np.asarray(variable)
        for player in (model.generator, model.discriminator, model.ema_generator)
        for variable in player.variables
    ]
