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
    """Returns the pictures of sample seeds, uint8 (N, H, W, C).

    Args:
        generator: functional model, `latents` (N, z) [, `labels` (N,)] → float images (N, H, W, C) in [-1, 1].
        law: law of the latents, `"uniform"` or `"normal"`.
        seeds: integers (N,).
        labels: integers (N,) for a conditional generator.
        batch_size: the batch in which all pictures are drawn, the last one padded: a convolution may round differently in
            another batch, and a seed shall be the same picture to the last bit.
    """
    seeds = np.asarray(list(seeds), np.int64)
    if not len(seeds):
        raise errors.UserError("no seeds were given: expected at least one integer")
    conditional = len(generator.inputs) > 1
    labels = np.zeros(len(seeds), np.int32) if labels is None else np.asarray(labels, np.int32)
    if conditional and len(labels) != len(seeds):
        raise errors.UserError(f"{len(labels)} labels were given for {len(seeds)} seeds: expected one for each")
    draw = _drawer(generator, law)
    pictures = []
    for first in range(0, len(seeds), batch_size):
        rows = slice(first, first + batch_size)
        count = len(seeds[rows])
        padding = (0, batch_size - count)
        pictures.append(draw(np.pad(seeds[rows], padding), np.pad(labels[rows], padding)).numpy()[:count])
    return images.to_uint8(np.concatenate(pictures))


@functools.lru_cache(maxsize=2)
def _drawer(generator, law):
    """Returns one graph for a generator's pictures, so that a grid each tick does not trace anew."""
    @tf.function(autograph=False)
    def draw(seeds, labels):
        latents = random.sample_latents(seeds, latent_dim(generator), law)
        return tf.cast(apply(generator, latents, labels, training=False), tf.float32)

    return draw
