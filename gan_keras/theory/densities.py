"""Densities that are known: mixtures of equal, round normal laws on a line and in the plane."""

import dataclasses
import math

import numpy as np


@dataclasses.dataclass(frozen=True)
class Mixture:
    """A mixture of normal laws N(centre, σ² I), all of the same weight.

    Attributes:
        name: its name.
        centres: float64 (M, d), d is 1 or 2.
        sigma: standard deviation of each law, along each axis.
        extent: half the side of the region that pictures show, around 0.
    """

    name: str
    centres: np.ndarray
    sigma: float
    extent: float

    @property
    def dimensions(self):
        """1 or 2."""
        return self.centres.shape[1]

    def sample(self, count, seed):
        """Returns points, float32 (count, d)."""
        generator = np.random.Generator(np.random.Philox(key=[seed, 0]))
        chosen = self.centres[generator.integers(len(self.centres), size=count)]
        return (chosen + self.sigma * generator.standard_normal(chosen.shape)).astype(np.float32)

    def density(self, points, blur=0.0):
        """Returns the density at points, float64 (N, d) → (N,); that of the mixture plus noise N(0, blur² I)."""
        variance = self.sigma**2 + blur**2
        scale = len(self.centres) * (2 * math.pi * variance) ** (self.dimensions / 2)
        total = np.zeros(len(points))
        for centre in self.centres:
            total += np.exp(-((points - centre) ** 2).sum(-1) / (2 * variance))
        return total / scale

    def modes(self, points):
        """Returns (number of modes covered, share of high-quality points) of generated points (N, d).

        A point is of high quality within 3σ of a centre; a mode counts from a tenth of its fair share of all points on.
        """
        distances = np.linalg.norm(points[:, None] - self.centres, axis=-1)
        nearest = distances.argmin(-1)
        good = distances.min(-1) <= 3 * self.sigma
        counts = np.bincount(nearest[good], minlength=len(self.centres))
        return int((counts >= 0.1 * len(points) / len(self.centres)).sum()), float(good.mean())


def _line():
    return Mixture("line", np.array([[-1.0], [0.0], [1.5]]), sigma=0.5, extent=4.0)


def _ring():
    angles = np.arange(8) * math.pi / 4
    return Mixture("ring", 2 * np.stack([np.cos(angles), np.sin(angles)], -1), sigma=0.02, extent=2.6)


def _grid():
    steps = np.arange(-4.0, 5.0, 2.0)
    return Mixture("grid", np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2), sigma=0.05, extent=5.0)


MIXTURES = {mixture.name: mixture for mixture in (_line(), _ring(), _grid())}
