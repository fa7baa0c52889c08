"""Batches: dicts with `samples` and the conditions by name, and how they are split."""

import keras
import tensorflow as tf

from gan_keras import errors
from gan_keras.runtime import replicas

SAMPLES = "samples"


def as_batch(data):
    """Returns the batch that `fit` or the training loop passes, as a dict.

    Args:
        data: a tensor of samples (N, …), a pair (samples, labels), or a dict with `samples` and conditions by name.

    Raises:
        UserError: a dict without `samples`, or sample weights.
    """
    samples, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
    if weights is not None:
        raise errors.UserError("sample weights are not supported: leave them out")
    batch = samples if isinstance(samples, dict) else {SAMPLES: samples}
    if labels is not None:
        batch = batch | {"labels": labels}
    if SAMPLES not in batch:
        raise errors.UserError(f"the batch holds {', '.join(sorted(batch))}: expected a dict with '{SAMPLES}'")
    return batch


def split(batch, parts):
    """Returns the parts of a batch (N, …), dicts of tensors (N / parts, …), in order."""
    size = tf.shape(batch[SAMPLES])[0] // parts
    return [
        {name: rows[part * size : (part + 1) * size] for name, rows in batch.items()} if parts > 1 else batch
        for part in range(parts)
    ]


def check_size(batch, discriminator_steps, accumulation):
    """Refuses a batch that cannot be split evenly; each sample that is counted has to be used.

    Args:
        batch: dict of this replica's tensors.
        discriminator_steps: k.
        accumulation: number of micro-batches.

    Raises:
        UserError: the size is known and is not a multiple of k times the micro-batches; where it is known only in the
            graph, the graph fails with an `InvalidArgumentError` that says the same.
    """
    multiple = discriminator_steps * accumulation
    if multiple == 1:
        return
    size = batch[SAMPLES].shape[0]
    if size is None:
        tf.debugging.assert_equal(
            tf.shape(batch[SAMPLES])[0] % multiple, 0, uneven("a batch", discriminator_steps, accumulation)
        )
    elif size % multiple:
        batch = f"a batch of {size * replicas.count()} samples"
        raise errors.UserError(uneven(batch, discriminator_steps, accumulation))


def uneven(batch, discriminator_steps, accumulation):
    """Returns the message about a batch that cannot be split evenly."""
    count = replicas.count()
    return (
        f"{batch} cannot be split: an iteration takes k·b samples, here k = {discriminator_steps} discriminator steps "
        f"of b samples on {count} replica(s) in {accumulation} micro-batch(es): expected a multiple of "
        f"{count * discriminator_steps * accumulation}"
    )
