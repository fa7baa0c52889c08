"""The order of the images, and batches of them: which image is the 1000th is answered here."""

import functools

import numpy as np
import tensorflow as tf

from gan_keras import random


@functools.lru_cache(maxsize=4)
def order(seed, epoch, count):
    """Returns the order of one epoch: a permutation of `count` images, int64, a function of (seed, epoch)."""
    return np.random.Generator(np.random.Philox(key=[seed, epoch])).permutation(count)


def indices(seed, count, first, size):
    """Returns the images at positions first … first + size of the endless concatenation of epochs, int64 (size,).

    Every image comes once an epoch; a batch may span two epochs, and nothing is dropped.
    """
    epochs = range(first // count, (first + size - 1) // count + 1)
    rows = np.concatenate([order(seed, epoch, count) for epoch in epochs])
    start = first - epochs[0] * count
    return rows[start : start + size]


def batches(images, labels=None, *, seed, batch_size, discriminator_steps=1, flip=False, first_iteration=0,
            replicas=(0,), num_replicas=1):
    """Returns the endless data set of an experiment, from a given iteration on.

    An iteration needs k·b images, the next b for each of D's k steps; a replica gets its slice of each of these.

    Args:
        images: uint8 (N, H, W, C), such as a memory map.
        labels: int32 (N,), or None.
        seed, flip: of the experiment; every image is mirrored or not by a draw of its own, each time it is shown.
        batch_size: b, over all replicas.
        discriminator_steps: k.
        first_iteration: the iteration to begin with.
        replicas: which replicas to feed, in turn.
        num_replicas: number of replicas that share a batch.

    Returns:
        `tf.data.Dataset` of float32 (k·b / num_replicas, H, W, C) in [-1, 1], or of pairs with int32 labels.
    """
    share = batch_size // num_replicas
    size = discriminator_steps * batch_size

    def read(iteration, replica, draws):
        chosen = indices(seed, len(images), int(iteration) * size, size)
        chosen = chosen.reshape(discriminator_steps, num_replicas, share)[:, replica].reshape(-1)
        batch = images[chosen]
        mirrored = draws.reshape(discriminator_steps, num_replicas, share)[:, replica].reshape(-1) < 0.5
        batch[mirrored] = batch[mirrored, :, ::-1]
        return batch, (np.zeros(0, np.int32) if labels is None else labels[chosen])

    def load(index):
        iteration = first_iteration + index // len(replicas)
        replica = tf.constant(list(replicas), tf.int64)[index % len(replicas)]
        draws = random.uniform([size], random.key(seed, "flip", iteration)) if flip else tf.ones([size])
        batch, batch_labels = tf.numpy_function(read, (iteration, replica, draws), (tf.uint8, tf.int32), stateful=False)
        batch = tf.ensure_shape(batch, [discriminator_steps * share, *images.shape[1:]])
        batch = tf.cast(batch, tf.float32) / 127.5 - 1.0
        if labels is None:
            return batch
        return batch, tf.ensure_shape(batch_labels, [discriminator_steps * share])

    counter = tf.data.Dataset.counter()
    return counter.map(load, num_parallel_calls=2, deterministic=True).prefetch(2)


def distribute(strategy, **arguments):
    """Returns the strategy's distributed data set of `batches`: every worker reads only the slices of its replicas."""
    num_replicas = strategy.num_replicas_in_sync

    def of_worker(context):
        local = num_replicas // context.num_input_pipelines
        first = context.input_pipeline_id * local
        return batches(**arguments, replicas=range(first, first + local), num_replicas=num_replicas)

    return strategy.distribute_datasets_from_function(of_worker)
