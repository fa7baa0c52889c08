"""From sample seeds to samples, by any functional generator."""

import functools

import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras.data.kinds import IMAGES
from gan_keras.game import inputs
from gan_keras.runtime import randomness

BATCH = 8  # 16 would be a sixth faster for many samples of a DCGAN, and take 1.7 times as long for one.


def generate(generator, distribution, seeds, conditions=None, batch_size=64, kind=IMAGES):
    """Returns the samples of seeds as the store holds them, such as uint8 (N, H, W, C).

    Args:
        generator: functional model, `latents` (N, z) and conditions → float32 samples.
        distribution: distribution of the latents, `"uniform"` or `"normal"`.
        seeds: integers (N,); a seed gives the same sample in every batch.
        conditions: dict from the names of the generator's conditions to arrays (N, …).
        batch_size: samples of one call of the graph.
        kind: `SampleKind` of the samples.

    Raises:
        UserError: no seeds, or conditions that the generator lacks, does not have, or of another length.
    """
    seeds = np.asarray(list(seeds), np.int64)
    if not len(seeds):
        raise errors.UserError("no seeds were given: expected at least one integer")
    conditions = _checked(generator, conditions or {}, len(seeds))
    draw_seeds = _drawer(generator, distribution, kind)
    drawn = []
    for first in range(0, len(seeds), batch_size):
        rows = slice(first, first + batch_size)
        some = {name: tf.constant(values[rows]) for name, values in conditions.items()}
        drawn.append(draw_seeds(tf.constant(seeds[rows]), some).numpy())
    return np.concatenate(drawn)


def _checked(generator, conditions, count):
    """Returns the conditions as arrays of the types that the generator takes."""
    conditions = {name: values for name, values in conditions.items() if values is not None}
    known = inputs.conditions_of(generator)
    for name in conditions.keys() - known.keys():
        raise errors.UserError(
            f"{name} were given, and this generator has no such input: expected {', '.join(known) or 'none'}"
        )
    checked = {}
    for name, entry in known.items():
        if name not in conditions or len(conditions[name]) != count:
            given = len(conditions[name]) if name in conditions else "no"
            raise errors.UserError(f"{given} {name} were given for {count} seeds: expected one for each")
        checked[name] = np.asarray(conditions[name]).astype(entry.dtype)
    return checked


def draw(generator, latents, conditions, kind=IMAGES):
    """Returns stored samples of latents (N, z), always computed in batches of one size: see `rows_of_a_batch`.

    The last bit of a float32 depends on the size of a batch, and now and then a pixel depends on it. In batches of one
    size, a seed always gives the same sample. The last batch is filled with copies of the last row.

    Args:
        generator: functional model.
        latents: float32 (N, z).
        conditions: dict from names to tensors (N, …).
        kind: `SampleKind` of the samples.
    """
    rows, count, size = {inputs.LATENTS: latents} | conditions, tf.shape(latents)[0], rows_of_a_batch(generator)

    def draw_batch(numbers):
        batch = {name: tf.gather(values, numbers) for name, values in rows.items()}
        drawn = inputs.generate(generator, batch.pop(inputs.LATENTS), batch, training=False)
        return kind.to_stored(tf.cast(drawn, tf.float32))

    shape = generator.output_shape[1:]
    stored = kind.to_stored(tf.zeros([1, *(side or 1 for side in shape)]))
    stored_shape = shape[: stored.shape.rank - 1]  # Of texts, without the symbols.
    numbers = tf.minimum(tf.reshape(tf.range(-(-count // size) * size), [-1, size]), count - 1)
    drawn = tf.map_fn(draw_batch, numbers, fn_output_signature=tf.TensorSpec([size, *stored_shape], kind.dtype))
    drawn = tf.reshape(drawn, tf.concat([[-1], tf.shape(drawn)[2:]], axis=0))
    return tf.ensure_shape(drawn[:count], [None, *stored_shape])


def rows_of_a_batch(generator):
    """Returns how many samples of a generator are computed at once: 8 if its layers are all row by row, else 1."""
    from gan_keras.layers import row_by_row  # An exported model is drawn without any of them.

    return BATCH if row_by_row.has_only(generator) else 1


@functools.lru_cache(maxsize=2)
def _drawer(generator, distribution, kind):
    """Returns a graph that draws samples of a generator, kept so that the next grid does not trace it anew."""

    @tf.function(autograph=False, reduce_retracing=True)
    def draw_seeds(seeds, conditions):
        latents = randomness.sample_latents(seeds, inputs.latent_dim(generator), distribution)
        return draw(generator, latents, conditions, kind)

    return draw_seeds
