"""A game whose images are noise from memory: what its step costs, and nothing else."""

import time

import numpy as np
import tensorflow as tf

from gan_keras.config import recipes
from gan_keras.data import conditions
from gan_keras.game import build
from gan_keras.runtime import memory

CHANNELS = 3
CLASSES = 10


class NoiseGame:
    """The compiled GAN of a recipe and the batch that it is trained on again and again.

    Args:
        recipe: name of the recipe.
        **settings: further settings, such as `precision` and `batch_size`; the resolution is 32 by default.

    Attributes:
        config: `Config`.
        gan: compiled `GAN`.
        batch: dict of tensors, `samples` and, where the recipe has classes, `labels`.
    """

    def __init__(self, recipe, **settings):
        memory.keep_freed()  # As a training does.
        self.config = recipes.recipe(recipe, **{"resolution": 32} | settings)
        condition = conditions.of_classes([str(index) for index in range(CLASSES)]) if self.config.data.labels else None
        self.gan = build.build_gan(self.config, {"channels": CHANNELS}, condition)
        count, side, rng = self.config.game.iteration_images, self.config.data.resolution, np.random.default_rng(0)
        self.batch = {"samples": tf.constant(rng.uniform(-1, 1, (count, side, side, CHANNELS)), tf.float32)}
        if condition:
            self.batch["labels"] = tf.constant(rng.integers(0, CLASSES, count), tf.int32)
        self._iterator = iter(tf.data.Dataset.from_tensors(self.batch).repeat())

    def images_per_second(self, iterations):
        """Trains for some iterations; returns real images per second."""
        begun = time.perf_counter()
        self.gan.train_iterations(self._iterator, iterations)
        return iterations * self.config.game.iteration_images / (time.perf_counter() - begun)

    def iterations_of(self, seconds):
        """Returns how many iterations take so long, at least 1; traces the graph before."""
        self.images_per_second(1)
        return max(1, round(seconds * self.images_per_second(1) / self.config.game.iteration_images))
