"""One micro-batch of one update of a player: which rows it plays, and where its random numbers come from."""

import dataclasses

import tensorflow as tf

from gan_keras import distribution
from gan_keras import random


@dataclasses.dataclass(frozen=True)
class Turn:
    """A player's turn, or one part of it where gradients are accumulated.

    Attributes:
        seed: the seed of the game.
        iteration: integer tensor, number of iterations before this one.
        sub_step: int, which update of the iteration: 0 … k − 1 for D, k for G.
        batch: integer tensor, images of the update on this replica.
        part, parts: this micro-batch and the number of them.
    """

    seed: int
    iteration: tf.Tensor
    sub_step: int
    batch: tf.Tensor
    part: int = 0
    parts: int = 1

    @property
    def size(self):
        """Number of images of this micro-batch on this replica."""
        return self.batch // self.parts

    def rows(self, of_replica):
        """Returns this micro-batch's rows of what the replica was given, (batch, …) → (batch / parts, …); None for None."""
        if self.parts == 1 or of_replica is None:
            return of_replica
        return of_replica[self.part * self.size : (self.part + 1) * self.size]

    def uniform(self, stream, *shape):
        """Returns float32 numbers in [0, 1) of shape (batch / parts, *shape), this micro-batch's rows of the global draw."""
        return self.draw(stream, lambda key, batch: random.uniform([batch, *shape], key))

    def draw(self, stream, law):
        """Returns this micro-batch's rows of `law(key, global batch)`, (global batch, …) → (batch / parts, …)."""
        key = random.key(self.seed, stream, self.iteration, self.sub_step)
        return self.rows(distribution.replica_slice(law(key, self.batch * distribution.replicas())))

    def latents(self, law, latent_dim):
        """Returns this micro-batch's rows of the latents of the update."""
        return self.draw("latents", lambda key, batch: random.latents([batch, latent_dim], law, key))
