"""Known densities: mixtures of round normal distributions with equal weights, on a line and in the plane."""

import dataclasses
import math

import numpy as np


@dataclasses.dataclass(frozen=True)
class Mixture:
    """A mixture of normal distributions N(center, σ² I), all with the same weight.

    Attributes:
        name: key of `MIXTURES`.
        centers: float64 (M, d), d is 1 or 2.
        sigma: standard deviation of each component along each axis.
        extent: half the side of the region around 0 that pictures show.
    """

    name: str
    centers: np.ndarray
    sigma: float
    extent: float

    @property
    def dimensions(self):
        """d, 1 or 2."""
        return self.centers.shape[1]

    def sample(self, count, seed):
        """Returns random points, float32 (count, d)."""
        generator = np.random.Generator(np.random.Philox(key=[seed, 0]))
        chosen = self.centers[generator.integers(len(self.centers), size=count)]
        return (chosen + self.sigma * generator.standard_normal(chosen.shape)).astype(np.float32)

    def density(self, points, blur=0.0):
        """Returns the density of the mixture plus noise N(0, blur² I) at points, float64 (N, d) → (N,)."""
        variance = self.sigma**2 + blur**2
        scale = len(self.centers) * (2 * math.pi * variance) ** (self.dimensions / 2)
        total = np.zeros(len(points))
        for center in self.centers:
            total += np.exp(-((points - center) ** 2).sum(-1) / (2 * variance))
        return total / scale

    def modes(self, points):
        """Returns (number of modes covered, share of points of high quality) for generated points (N, d).

        A point is of high quality within 3σ of a center. A mode is covered if it has at least 0.1 N / M such points.
        """
        distances = np.linalg.norm(points[:, None] - self.centers, axis=-1)
        nearest = distances.argmin(-1)
        good = distances.min(-1) <= 3 * self.sigma
        counts = np.bincount(nearest[good], minlength=len(self.centers))
        return int((counts >= 0.1 * len(points) / len(self.centers)).sum()), float(good.mean())


def _line():
    return Mixture("line", np.array([[-1.0], [0.0], [1.5]]), sigma=0.5, extent=4.0)


def _ring():
    angles = np.arange(8) * math.pi / 4
    return Mixture("ring", 2 * np.stack([np.cos(angles), np.sin(angles)], -1), sigma=0.02, extent=2.6)


def _grid():
    steps = np.arange(-4.0, 5.0, 2.0)
    return Mixture("grid", np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2), sigma=0.05, extent=5.0)


MIXTURES = {mixture.name: mixture for mixture in (_line(), _ring(), _grid())}
