"""Randomness as a function: every draw is determined by (seed, stream name, iteration, sub-step) and nothing else.

There is no generator to save and none to restore: a resumed run draws what the uninterrupted run would have drawn, and
the number of replicas changes neither the noise nor the images of a step.
"""

import hashlib
import zlib

import tensorflow as tf

from gan_keras.config import names


def key(seed, stream, iteration, sub_step=0):
    """Returns the int64 (2,) key of one draw, for `tf.random.stateless_*`.

    Args:
        seed: int or integer tensor in [0, 2^31), the run's seed of noise.
        stream: str, what is drawn (`"latents"`, `"flip"`, ...): streams of different names are independent.
        iteration: int or integer tensor, in [0, 2^47).
        sub_step: int in [0, 65 536), which draw of this stream within the iteration.
    """
    stream_id = zlib.crc32(stream.encode())
    iteration = tf.cast(iteration, tf.int64)
    return tf.stack([tf.cast(seed, tf.int64) * 2**32 + stream_id, iteration * 65_536 + sub_step])


def uniform(shape, key):
    """Returns float32 numbers in [0, 1) of the given shape, a function of the key."""
    return tf.random.stateless_uniform(shape, seed=key, alg="philox")


def normal(shape, key):
    """Returns standard normal float32 numbers of the given shape, a function of the key."""
    return tf.random.stateless_normal(shape, seed=key, alg="philox")


def latents(shape, distribution, key):
    """Returns latent vectors, float32 of the given shape (N, z): uniform on [-1, 1) or standard normal."""
    if distribution == "uniform":
        return tf.random.stateless_uniform(shape, seed=key, minval=-1.0, maxval=1.0, alg="philox")
    if distribution == "normal":
        return normal(shape, key)
    raise ValueError(f"unknown distribution '{distribution}': expected one of {', '.join(names.LATENT_DISTRIBUTIONS)}")


def sample_latents(seeds, latent_dim, distribution):
    """Returns the latent vectors of sample seeds: the same seed is the same picture in every program and every batch.

    Args:
        seeds: integers (N,), the sample seeds.
        latent_dim: int, the length z of a latent vector.
        distribution: `"uniform"` on [-1, 1) or `"normal"`.

    Returns:
        float32 (N, z).
    """
    seeds = tf.cast(seeds, tf.int64)
    return tf.map_fn(
        lambda seed: latents([latent_dim], distribution, tf.stack([seed, 0])),
        seeds,
        fn_output_signature=tf.TensorSpec([latent_dim], tf.float32),
    )


def derived_seed(seed, *names):
    """Returns an int in [0, 2^31) derived from a seed and names, for the initial value of one variable."""
    digest = hashlib.sha256("/".join([str(seed), *names]).encode()).digest()
    return int.from_bytes(digest[:4], "big") & 0x7FFFFFFF
