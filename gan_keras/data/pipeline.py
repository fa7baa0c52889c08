"""The order of the samples, and batches of them: which image is the 1000th is answered here."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from gan_keras.config import schema
from gan_keras.data.images import mirror
from gan_keras.data.kinds import IMAGES
from gan_keras.data.kinds import SampleKind
from gan_keras.runtime import randomness


@functools.lru_cache(maxsize=4)
def order(seed: int, epoch: int, count: int) -> np.ndarray:
    """Returns the order of one epoch: a permutation of `count` images, int64, a function of (seed, epoch)."""
    return np.random.Generator(np.random.Philox(key=[seed, epoch])).permutation(count)


def indices(seed: int, count: int, first: int, size: int) -> np.ndarray:
    """Returns the images at positions first … first + size of the endless concatenation of epochs, int64 (size,).

    Every image comes once an epoch; a batch may span two epochs, and nothing is dropped.
    """
    epochs = range(first // count, (first + size - 1) // count + 1)
    rows = np.concatenate([order(seed, epoch, count) for epoch in epochs])
    start = first - epochs[0] * count
    return rows[start : start + size]


def batches(
    samples: np.ndarray,
    conditions: dict[str, np.ndarray] | None = None,
    *,
    seed: int,
    batch_size: int,
    discriminator_steps: int = 1,
    flip: bool | None = False,
    first_iteration: int = 0,
    replicas: Sequence[int] = (0,),
    num_replicas: int = 1,
    kind: SampleKind = IMAGES,
) -> tf.data.Dataset:
    """Returns the endless data set of an experiment, from a given iteration on.

    An iteration needs k·b images, the next b for each of D's k steps; a replica gets its slice of each of these.

    Args:
        samples: stored samples such as uint8 (N, H, W, C), for example a memory map.
        conditions: dict from names to arrays (N, …), or None.
        seed, flip: of the experiment; an image is mirrored or not by a draw of its own, each time it is shown.
        batch_size: b, over all replicas.
        discriminator_steps: k.
        first_iteration: the iteration to begin with.
        replicas: which replicas to feed, in turn.
        num_replicas: number of replicas that share a batch.
        kind: `SampleKind` of the samples.

    Returns:
        `tf.data.Dataset` of dicts with `samples`, float32 (k·b / num_replicas, …), and the conditions by name.
    """
    conditions = conditions or {}
    share = batch_size // num_replicas
    size = schema.iteration_images(discriminator_steps, batch_size)

    def read(iteration, replica, draws):
        chosen = indices(seed, len(samples), int(iteration) * size, size)
        chosen = chosen.reshape(discriminator_steps, num_replicas, share)[:, replica].reshape(-1)
        batch = samples[chosen]
        if flip:
            mirror(batch, draws.reshape(discriminator_steps, num_replicas, share)[:, replica].reshape(-1) < 0.5)
        return batch, *(values[chosen] for values in conditions.values())

    def load(index):
        iteration = first_iteration + index // len(replicas)
        replica = tf.constant(list(replicas), tf.int64)[index % len(replicas)]
        draws = randomness.uniform([size], randomness.key(seed, "flip", iteration)) if flip else tf.ones([size])
        arrays = {"samples": samples} | conditions
        types = [tf.as_dtype(array.dtype) for array in arrays.values()]
        rows = tf.numpy_function(read, (iteration, replica, draws), types, stateful=False)
        batch = {
            name: tf.ensure_shape(row, [discriminator_steps * share, *array.shape[1:]])
            for (name, array), row in zip(arrays.items(), rows, strict=True)
        }
        return batch | {"samples": kind.to_float(batch["samples"])}

    counter = tf.data.Dataset.counter()
    options = tf.data.Options()
    # Nothing is left to tune, and the thread that tunes can hold up the end of a training by a minute.
    options.autotune.enabled = False
    return counter.map(load, num_parallel_calls=2, deterministic=True).prefetch(2).with_options(options)


def distribute(strategy: tf.distribute.Strategy, **arguments: Any) -> Any:
    """Returns the strategy's distributed data set of `batches`: every worker reads only the slices of its replicas."""
    num_replicas = strategy.num_replicas_in_sync

    def of_worker(context):
        local = num_replicas // context.num_input_pipelines
        first = context.input_pipeline_id * local
        return batches(**arguments, replicas=range(first, first + local), num_replicas=num_replicas)

    return strategy.distribute_datasets_from_function(of_worker)
