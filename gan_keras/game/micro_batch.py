"""A micro-batch: a part of the batch of one update, and the random numbers that belong to it."""

import dataclasses

import tensorflow as tf

from gan_keras.game import batches
from gan_keras.runtime import randomness
from gan_keras.runtime import replicas


@dataclasses.dataclass(frozen=True)
class MicroBatch:
    """A part of the batch of one update on one replica. Random numbers are drawn for the global batch and cut like it.

    Attributes:
        samples: real samples (N, …).
        conditions: dict from names to tensors (N, …).
        seed: integer tensor, seed of the noise.
        iteration: integer tensor, number of iterations before this one.
        sub_step: int, which update of the iteration: 0 … k − 1 for D, k for G.
        batch_size: integer tensor, samples of the update on this replica.
        part, parts: number of this micro-batch, and of all.
    """

    samples: tf.Tensor
    conditions: dict
    seed: tf.Tensor
    iteration: tf.Tensor
    sub_step: int
    batch_size: tf.Tensor
    part: int
    parts: int

    def uniform(self, stream, *shape):
        """Returns float32 numbers in [0, 1), shape (N, *shape), of a named stream of random numbers."""
        return self.draw(stream, lambda key, size: randomness.uniform([size, *shape], key))

    def normal(self, stream, *shape):
        """Returns standard normal float32 numbers, shape (N, *shape), of a named stream of random numbers."""
        return self.draw(stream, lambda key, size: randomness.normal([size, *shape], key))

    def latents(self, distribution, latent_dim):
        """Returns the latent vectors of the micro-batch, float32 (N, latent_dim)."""
        return self.draw("latents", lambda key, size: randomness.latents([size, latent_dim], distribution, key))

    def draw(self, stream, draw_global):
        """Returns this micro-batch's rows of `draw_global(key, size)`, which draws for a global batch of that size."""
        key = randomness.key(self.seed, stream, self.iteration, self.sub_step)
        rows = replicas.replica_slice(draw_global(key, self.batch_size * replicas.count()))
        if self.parts == 1:
            return rows
        size = self.batch_size // self.parts
        return rows[self.part * size : (self.part + 1) * size]


def split(batch, parts, seed, iteration, sub_step):
    """Returns the micro-batches of an update.

    Args:
        batch: dict with `samples` and conditions, this replica's rows of the update.
        parts: number of micro-batches.
        seed, iteration, sub_step: see `MicroBatch`.
    """
    batch_size = tf.shape(batch[batches.SAMPLES])[0]
    return [
        MicroBatch(
            samples=rows[batches.SAMPLES],
            conditions={name: values for name, values in rows.items() if name != batches.SAMPLES},
            seed=seed,
            iteration=iteration,
            sub_step=sub_step,
            batch_size=batch_size,
            part=part,
            parts=parts,
        )
        for part, rows in enumerate(batches.split(batch, parts))
    ]
