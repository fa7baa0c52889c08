"""From sample seeds to samples, by any functional generator."""

import functools

import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras.data.kinds import IMAGES
from gan_keras.game import inputs
from gan_keras.runtime import randomness


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
    draw = _drawer(generator, distribution, kind)
    drawn = []
    for first in range(0, len(seeds), batch_size):
        rows = slice(first, first + batch_size)
        some = {name: tf.constant(values[rows]) for name, values in conditions.items()}
        drawn.append(draw(tf.constant(seeds[rows]), some).numpy())
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


def draw_one_by_one(generator, latents, conditions, kind=IMAGES):
    """Returns stored samples of latents (N, z), each computed as a batch of one.

    Convolutions of other batch sizes round in another order. The last bit of a float32 changes, and now and then a
    pixel with it: 13 of 3 million in the DCGAN between batches of 3 and of 64. One at a time, a seed always gives the
    same
        sample.

    Args:
        generator: functional model.
        latents: float32 (N, z).
        conditions: dict from names to tensors (N, …).
        kind: `SampleKind` of the samples.
    """

    def draw(row):
        row = {name: values[tf.newaxis] for name, values in row.items()}
        latents = row.pop(inputs.LATENTS)
        drawn = inputs.generate(generator, latents, row, training=False)[0]
        return kind.to_stored(tf.cast(drawn, tf.float32))

    rows = {inputs.LATENTS: latents} | conditions
    return tf.map_fn(draw, rows, fn_output_signature=tf.TensorSpec(generator.output_shape[1:], kind.dtype))


@functools.lru_cache(maxsize=2)
def _drawer(generator, distribution, kind):
    """Returns a graph that draws samples of a generator, kept so that a grid each tick does not trace it anew."""

    @tf.function(autograph=False, reduce_retracing=True)
    def draw(seeds, conditions):
        latents = randomness.sample_latents(seeds, inputs.latent_dim(generator), distribution)
        return draw_one_by_one(generator, latents, conditions, kind)

    return draw
