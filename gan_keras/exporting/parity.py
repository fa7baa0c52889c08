"""Comparison of the samples that an exported file draws with those that Keras draws."""

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras.data.conditions import Condition
from gan_keras.game import inputs
from gan_keras.runtime import randomness

if TYPE_CHECKING:
    from gan_keras.exporting.exported import ExportedGenerator

PROBES = 64


@dataclasses.dataclass(frozen=True)
class Parity:
    """How far samples are from Keras': images on the scale of [-1, 1], probabilities of texts on that of [0, 1].

    Attributes:
        max_error: largest absolute difference of a pixel or a probability.
        mean_error: mean absolute difference.
        correlation: that of the deviations from the mean sample; about 0 for another generator's samples, 1 for equal
            ones, also where all are one sample.
        other_texts: share of texts in which another symbol is the likeliest one somewhere; None for images.
    """

    max_error: float
    mean_error: float
    correlation: float
    other_texts: float | None = None

    @classmethod
    def of(cls, drawn: np.ndarray, reference: np.ndarray) -> "Parity":
        """Returns the parity of float32 images (N, H, W, C), or probabilities (N, L, V), with a reference."""
        difference = np.abs(drawn.astype(np.float64) - reference)
        other = (drawn.argmax(-1) != reference.argmax(-1)).any(-1).mean() if reference.ndim == 3 else None
        return cls(
            float(difference.max()),
            float(difference.mean()),
            _correlation(drawn, reference),
            None if other is None else float(other),
        )

    def as_dict(self) -> dict[str, float]:
        """Returns the numbers by name."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}

    @classmethod
    def worst(cls, parities: Sequence["Parity"]) -> "Parity":
        """Returns the largest errors and the smallest correlation of several parities of one kind of samples."""
        return cls(
            max(each.max_error for each in parities),
            max(each.mean_error for each in parities),
            min(each.correlation for each in parities),
            max((each.other_texts for each in parities if each.other_texts is not None), default=None),
        )

    def fault(self, limit: "Parity") -> str | None:
        """Returns why a file of this parity is left out, or None if it is within limits.

        Args:
            limit: the largest errors, the smallest correlation, and the largest share of other texts.
        """
        if (
            self.max_error <= limit.max_error
            and self.mean_error <= limit.mean_error
            and self.correlation >= limit.correlation
            and (self.other_texts or 0.0) <= (limit.other_texts or 0.0)
        ):
            return None
        return f"left out, it does not draw what Keras draws: {self}; expected no more than {limit}"

    def __str__(self) -> str:
        texts = "" if self.other_texts is None else f", {self.other_texts:.1%} other texts"
        found = f"max error {self.max_error:.1e}, mean error {self.mean_error:.1e}, correlation {self.correlation:.4f}"
        return found + texts


ROUNDING = Parity(max_error=1e-4, mean_error=1e-4, correlation=0.99, other_texts=0.02)
"""How far from Keras the samples of a float32 file may be; one of 64 texts may have had two symbols all but equal."""


@dataclasses.dataclass(frozen=True)
class Probe:
    """The latents of the first sample seeds and what Keras makes of them.

    Attributes:
        seeds: int64 (64,), 0 … 63.
        inputs: dict with `latents` float32 (64, z) and, for a conditional generator, the conditions that these seeds
            take by default: `labels` int32 (64,) or `attributes` float32 (64, A).
        samples: float32 (64, …): images in [-1, 1], or probabilities.
    """

    seeds: np.ndarray
    inputs: dict[str, np.ndarray]
    samples: np.ndarray

    @classmethod
    def of(cls, generator: keras.Model, distribution: str, condition: Condition | None = None) -> "Probe":
        """Draws 64 images with a functional generator.

        Args:
            generator: functional Keras model.
            distribution: distribution of the latents, `"uniform"` or `"normal"`.
            condition: the generator's condition, or None.

        Raises:
            UserError: they hold NaN or infinity.
        """
        rows = _rows(inputs.latent_dim(generator), distribution, condition)
        probe = cls(np.arange(PROBES), rows, _draw(generator, rows))
        if not np.isfinite(probe.samples).all():
            raise errors.UserError(
                "the generator draws NaN or infinity: its training diverged, choose an earlier --checkpoint"
            )
        return probe

    @classmethod
    def of_exported(cls, exported: "ExportedGenerator") -> "Probe":
        """Draws 64 images with an exported generator, whose SavedModel was compared with Keras when it was written."""
        rows = _rows(exported.description["latent_dim"], exported.description["latents"], exported.condition)
        tensors = [tf.constant(rows[spec.name]) for spec in exported.input_specs()]
        return cls(np.arange(PROBES), rows, exported.draw(*tensors)[exported.kind.output].numpy())

    def parity_of(self, generator: keras.Model) -> Parity:
        """Returns the parity of another functional generator with the probe."""
        return Parity.of(_draw(generator, self.inputs), self.samples)

    def parity(self, draw: Callable[..., np.ndarray], batch_size: int) -> Parity:
        """Returns the parity of `draw(**inputs) -> float32 images`, called with `batch_size` probes at a time."""
        drawn = np.concatenate([draw(**rows) for rows in _batches(self.inputs, batch_size)])
        return Parity.of(drawn, self.samples)


def _rows(latent_dim, distribution, condition):
    seeds = np.arange(PROBES)
    latents = randomness.sample_latents(seeds, latent_dim, distribution).numpy()
    return {inputs.LATENTS: latents} | ({} if condition is None else {condition.name: condition.of_seeds(seeds)})


def _draw(generator, rows):
    def draw(latents, **conditions):
        return np.asarray(inputs.generate(generator, latents, conditions, training=False), np.float32)

    return np.concatenate([draw(**batch) for batch in _batches(rows, 8)])


def _batches(rows, size):
    return [{name: values[at : at + size] for name, values in rows.items()} for at in range(0, PROBES, size)]


def _correlation(drawn, reference):
    if np.array_equal(drawn, reference):
        return 1.0
    a, b = (values.astype(np.float64) - values.mean(axis=0) for values in (drawn, reference))
    scale = np.sqrt((a * a).sum() * (b * b).sum())
    return float((a * b).sum() / scale) if scale else 0.0
