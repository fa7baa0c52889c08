"""Does what was written draw what Keras draws?"""

import dataclasses

import numpy as np

from gan_keras import errors
from gan_keras import random
from gan_keras import sampling

PROBES = 64


@dataclasses.dataclass(frozen=True)
class Parity:
    """How far images are from Keras', in units of the range [-1, 1]."""

    max_error: float
    mean_error: float
    correlation: float
    """Of the pixels' deviations from the mean image: another generator's images have none with these."""

    @classmethod
    def of(cls, drawn, reference):
        """Returns the parity of float32 images (N, H, W, C) with a reference of the same shape."""
        difference = np.abs(drawn.astype(np.float64) - reference)
        return cls(float(difference.max()), float(difference.mean()), _correlation(drawn, reference))

    def as_dict(self):
        return dataclasses.asdict(self)

    def __str__(self):
        return f"max error {self.max_error:.1e}, mean error {self.mean_error:.1e}, correlation {self.correlation:.4f}"


@dataclasses.dataclass(frozen=True)
class Probe:
    """The latents of the first sample seeds and what Keras draws for them.

    Attributes:
        seeds: int64 (64,), 0 … 63.
        inputs: dict with `latents` float32 (64, z) and, for a conditional generator, `labels` int32 (64,), which are
            seed mod classes.
        images: float32 (64, H, W, C).
    """

    seeds: np.ndarray
    inputs: dict
    images: np.ndarray

    @classmethod
    def of(cls, generator, law, classes):
        """Draws 64 images with a functional generator.

        Raises:
            UserError: they hold NaN or infinity.
        """
        seeds = np.arange(PROBES)
        inputs = {"latents": random.sample_latents(seeds, sampling.latent_dim(generator), law).numpy()}
        if classes:
            inputs["labels"] = (seeds % classes).astype(np.int32)
        probe = cls(seeds, inputs, _draw(generator, inputs))
        if not np.isfinite(probe.images).all():
            raise errors.UserError(
                "the generator draws NaN or infinity: its training diverged, choose an earlier --checkpoint"
            )
        return probe

    def parity_of(self, generator):
        """Returns the parity of another functional generator with the probe."""
        return Parity.of(_draw(generator, self.inputs), self.images)

    def parity(self, draw, batch_size):
        """Returns the parity of `draw(**inputs) -> float32 images`, called with `batch_size` probes at a time."""
        drawn = np.concatenate([draw(**rows) for rows in _batches(self.inputs, batch_size)])
        return Parity.of(drawn, self.images)


def _draw(generator, inputs):
    return np.concatenate(
        [
            np.asarray(sampling.apply(generator, rows["latents"], rows.get("labels"), training=False), np.float32)
            for rows in _batches(inputs, 8)
        ]
    )


def _batches(inputs, size):
    return [{name: rows[at : at + size] for name, rows in inputs.items()} for at in range(0, PROBES, size)]


def _correlation(drawn, reference):
    a, b = (values.astype(np.float64) - values.mean(axis=0) for values in (drawn, reference))
    scale = np.sqrt((a * a).sum() * (b * b).sum())
    return float((a * b).sum() / scale) if scale else 0.0
