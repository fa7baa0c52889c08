"""From sample seeds to pictures, by any functional generator."""

import functools

import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras import images
from gan_keras import random


def apply(network, tensor, labels, training=True):
    """Calls a functional network on its main input and, if it has an input named `labels`, on the labels."""
    if len(network.inputs) == 1:
        return network(tensor, training=training)
    return network([labels if entry.name == "labels" else tensor for entry in network.inputs], training=training)


def latent_dim(generator):
    """Returns the length z of a generator's latent vectors."""
    return next(entry.shape[-1] for entry in generator.inputs if entry.name != "labels")


def generate(generator, law, seeds, labels=None, batch_size=64):
    """Returns the pictures of sample seeds, uint8 (N, H, W, C): the same picture for a seed, in every batch.

    Args:
        generator: functional model, `latents` (N, z) [, `labels` (N,)] → float images (N, H, W, C) in [-1, 1].
        law: law of the latents, `"uniform"` or `"normal"`.
        seeds: integers (N,).
        labels: integers (N,) for a conditional generator.
        batch_size: pictures of one call of the graph.

    Raises:
        UserError: no seeds, or not one label for each.
    """
    seeds = np.asarray(list(seeds), np.int64)
    if not len(seeds):
        raise errors.UserError("no seeds were given: expected at least one integer")
    if len(generator.inputs) == 1:
        labels = None
    elif labels is None or len(labels) != len(seeds):
        given = "no" if labels is None else len(labels)
        raise errors.UserError(f"{given} labels were given for {len(seeds)} seeds: expected one for each")
    draw = _drawer(generator, law)
    pictures = []
    for first in range(0, len(seeds), batch_size):
        rows = slice(first, first + batch_size)
        some = None if labels is None else tf.constant(labels[rows], tf.int32)
        pictures.append(draw(tf.constant(seeds[rows]), some).numpy())
    return np.concatenate(pictures)


def draw_one_by_one(generator, latents, labels):
    """Returns uint8 images (N, H, W, C) of latents (N, z), each computed as a batch of one.

    Convolutions of other batch sizes round in another order. The last bit of a float32 moves, and now and then a pixel
    with it: 13 of 3 million in the DCGAN at batches of 3 and of 64. One at a time a seed is the same picture, always.
    """
    def draw(row):
        latents, labels = row[0][tf.newaxis], row[1][tf.newaxis] if len(row) > 1 else None
        drawn = apply(generator, latents, labels, training=False)[0]
        return images.to_uint8(tf.cast(drawn, tf.float32))

    rows = (latents,) if labels is None else (latents, labels)
    return tf.map_fn(draw, rows, fn_output_signature=tf.TensorSpec(generator.output_shape[1:], tf.uint8))


@functools.lru_cache(maxsize=2)
def _drawer(generator, law):
    """Returns one graph for a generator's pictures, so that a grid each tick does not trace anew."""
    @tf.function(autograph=False, reduce_retracing=True)
    def draw(seeds, labels):
        return draw_one_by_one(generator, random.sample_latents(seeds, latent_dim(generator), law), labels)

    return draw
