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


def choose_labels(seeds, labels, class_names):
    """Returns the labels of sample seeds, int64 (N,), or None for a generator without classes.

    Args:
        seeds: integers (N,).
        labels: integers (N,), or None: seed s takes class s mod classes.
        class_names: names of the classes, or None or an empty list.

    Raises:
        UserError: labels for a generator without classes, not one for each seed, or one that is no class.
    """
    if not class_names:
        if labels is not None:
            raise errors.UserError("labels were given, and this generator has no classes: leave them out")
        return None
    seeds = np.asarray(seeds, np.int64)
    labels = seeds % len(class_names) if labels is None else np.asarray(labels, np.int64)
    if labels.shape != seeds.shape:
        raise errors.UserError(f"{labels.size} labels were given for {seeds.size} seeds: expected one for each")
    wrong = labels[(labels < 0) | (labels >= len(class_names))]
    if wrong.size:
        raise errors.UserError(f"label {wrong[0]} is no class: expected {told(class_names)}")
    return labels


def told(class_names, most=10):
    """Returns the classes in words: `0 to 1: 0 not Smiling, 1 Smiling`."""
    named = [f"{index} {name}" for index, name in enumerate(class_names[:most])] + ["…"] * (len(class_names) > most)
    return f"0 to {len(class_names) - 1} ({'; '.join(named)})"


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
