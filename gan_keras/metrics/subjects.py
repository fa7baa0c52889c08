"""What is measured: a set of samples, such as those of the generator of a run or of an export."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras.data import kinds
from gan_keras.game import inputs
from gan_keras.runs import checkpoint as checkpoints
from gan_keras.runs import run as runs
from gan_keras.runtime import randomness

BATCH = 64
SEEDS_OF_A_REPEAT = 1_000_000


class Subject:
    """A set of samples that can be drawn in batches.

    Attributes:
        shape: of a stored sample, such as (H, W, C).
        count: how many there are; None for a generator, which has no end.
        condition: `Condition` under which they are generated, or None.
        origin: dict that JSON can hold: what a result says of where the samples are from.
    """

    shape: tuple[int, ...]
    count: int | None = None
    condition: Any = None
    origin: dict[str, Any]

    def batches(self, seeds: np.ndarray, conditions: dict[str, np.ndarray]) -> Iterator[np.ndarray]:
        """Yields stored samples (n, …) of sample seeds (N,) under conditions (N, …) by name, in order.

        Samples that exist already come in their own order: seed s is the sample s.

        Raises:
            UserError: a sample is NaN or infinite.
        """
        raise NotImplementedError


class Generator(Subject):
    """A generator in this process.

    Args:
        network: functional model, `latents` (N, z) and conditions → float32 samples.
        latents: distribution of the latents.
        condition: its `Condition`, or None.
        origin: see `Subject`.
        kind: `SampleKind`.
    """

    def __init__(self, network, latents, condition, origin, kind=kinds.IMAGES):
        self.condition, self.origin = condition, origin
        self.shape = tuple(kind.to_stored(np.zeros((1, *network.output_shape[1:]), np.float32)).shape[1:])

        @tf.function(autograph=False, reduce_retracing=True)
        def draw(seeds, conditions):
            z = randomness.sample_latents(seeds, inputs.latent_dim(network), latents)
            samples = tf.cast(inputs.generate(network, z, conditions, training=False), tf.float32)
            return kind.to_stored(samples), tf.reduce_all(tf.math.is_finite(samples))

        self._draw = draw

    def batches(self, seeds, conditions):
        for start in range(0, len(seeds), BATCH):
            rows = slice(start, start + BATCH)
            some = {name: tf.constant(values[rows]) for name, values in conditions.items()}
            samples, finite = self._draw(tf.constant(seeds[rows], tf.int64), some)
            if not finite:
                raise errors.UserError(
                    f"the generator draws NaN or infinity (seeds {seeds[start]} to {seeds[rows][-1]}): choose another "
                    "--checkpoint"
                )
            yield samples.numpy()


def of_checkpoint(run: runs.Run, checkpoint: str | None = None, generator: str = "ema") -> Generator:
    """Returns the generator of a checkpoint of a run.

    Args:
        run: `Run`.
        checkpoint: as for `Run.checkpoint`.
        generator: `"ema"`, the moving average of G, or `"raw"`, G itself.
    """
    path = run.checkpoint(checkpoint)
    images_shown = checkpoints.read_state(path)["images_shown"]
    network = run.load_generator(str(path), "ema_generator" if generator == "ema" else "generator")
    return Generator(network, run.config.game.latents, run.condition, origin_of(run, images_shown, generator), run.kind)


def origin_of(run: runs.Run, images_shown: int, generator: str = "ema") -> dict[str, Any]:
    """Returns the `origin` of what a run's generator draws after so many images."""
    return {
        "generator": generator,
        "config_hash": runs.identity_hash(run.identity),
        "checkpoint": f"{images_shown:09d}",
        "images_shown": images_shown,
    }


class Exported(Subject):
    """An exported model; `exported` is an `ExportedGenerator`."""

    def __init__(self, exported):
        self._exported = exported
        samples = np.zeros((1, *exported.description["sample_shape"]), np.float32)
        self.shape = exported.kind.to_stored(samples).shape[1:]
        self.condition = exported.condition
        metadata = exported.description["metadata"]
        self.origin = {"model": str(exported.folder), "generator": "ema"} | {
            name: metadata.get(key)
            for name, key in (
                ("config_hash", "identity_sha256"),
                ("checkpoint", "checkpoint"),
                ("images_shown", "images_shown"),
            )
        }

    def batches(self, seeds, conditions):
        for start in range(0, len(seeds), BATCH):
            rows = slice(start, start + BATCH)
            some = {name: values[rows] for name, values in conditions.items()}
            yield self._exported.stored_samples(seeds[rows], **some)
