"""The batch statistics of a generator, measured anew: does the average of old ones suit the average of the weights?"""

import keras
import numpy as np
import tensorflow as tf

from gan_keras.runtime import randomness

LATENTS = 4096
BATCH = 256
FIRST_SEED = 10**9  # Far from the sample seeds that are measured.


def recalibrate(generator, latents):
    """Replaces the moving statistics of all batch normalizations by those of 4 096 latents, layer by layer.

    Args:
        generator: functional model with the input `latents` alone.
        latents: their distribution.
    """
    seeds = np.arange(FIRST_SEED, FIRST_SEED + LATENTS)
    z = randomness.sample_latents(seeds, generator.input_shape[-1], latents)
    for layer in generator.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            mean, variance = _statistics(keras.Model(generator.input, layer.input), z)
            layer.moving_mean.assign(mean)
            layer.moving_variance.assign(variance)


def _statistics(network, latents):
    """Returns mean and variance (C,) of the channels of a network's output (N, …, C), over all latents."""
    count = total = squares = 0.0
    for start in range(0, len(latents), BATCH):
        x = tf.cast(network(latents[start : start + BATCH], training=False), tf.float64)
        axes = list(range(len(x.shape) - 1))
        count += float(np.prod(x.shape[:-1]))
        total, squares = total + tf.reduce_sum(x, axes), squares + tf.reduce_sum(x * x, axes)
    mean = total / count
    return mean, squares / count - mean**2
