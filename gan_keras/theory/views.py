"""Densities and D on a regular raster, for comparison and for pictures.

The density of G is known only by its points, as a blurred histogram. The density of the data is blurred by the same
amount, so that D* = p_data / (p_data + p_g) is exactly 1/2 where the two distributions agree.
"""

import dataclasses

import numpy as np

CELLS = {1: 400, 2: 200}  # number of dimensions → cells along each axis
BLUR_CELLS = 2.0  # standard deviation of the blur, in cells
MASS = 0.01  # The data have mass where their density exceeds this share of its maximum.


@dataclasses.dataclass(frozen=True)
class View:
    """The arrays of a picture, all of shape (cells,) or (cells, cells), y before x.

    Attributes:
        data, generated: the two densities.
        verdict: D(x), or D's logits if the loss makes no probabilities of them.
        optimum: D*(x); NaN where neither density has mass.
    """

    data: np.ndarray
    generated: np.ndarray
    verdict: np.ndarray
    optimum: np.ndarray

    @property
    def has_mass(self):
        """Boolean array: where the data have mass."""
        return self.data > MASS * self.data.max()

    @property
    def error(self):
        """Mean |D − D*| where the data have mass."""
        return float(np.abs(self.verdict - self.optimum)[self.has_mass].mean())

    @property
    def verdicts(self):
        """Least, mean and greatest D where the data have mass."""
        verdicts = self.verdict[self.has_mass]
        return float(verdicts.min()), float(verdicts.mean()), float(verdicts.max())


def raster(mixture):
    """Returns the centers of the cells of a mixture's region, float32 (cells^d, d)."""
    cells = CELLS[mixture.dimensions]
    axis = ((np.arange(cells) + 0.5) / cells * 2 - 1) * mixture.extent
    return np.stack(np.meshgrid(*[axis] * mixture.dimensions), -1).reshape(-1, mixture.dimensions).astype(np.float32)


def view(mixture, points, verdict):
    """Returns the `View` of a mixture beside generated points.

    Args:
        mixture: `densities.Mixture`.
        points: float (N, d), generated.
        verdict: float (cells^d,), D at the cells of the `raster`.
    """
    cells = CELLS[mixture.dimensions]
    shape, width = (cells,) * mixture.dimensions, 2 * mixture.extent / cells
    data = mixture.density(raster(mixture), BLUR_CELLS * width).reshape(shape)
    edges = np.linspace(-mixture.extent, mixture.extent, cells + 1)
    counts = np.histogramdd(points[:, ::-1], [edges] * mixture.dimensions)[0]
    generated = blurred(counts, BLUR_CELLS) / (len(points) * width**mixture.dimensions)
    total = data + generated
    has_density = total > 1e-3 * data.max()
    optimum = np.where(has_density, data / np.where(has_density, total, 1.0), np.nan)
    return View(data, generated, verdict.reshape(shape), optimum)


def blurred(counts, deviation):
    """Returns an array of one or two axes after a normal filter along each axis, with zeros beyond its borders.

    Args:
        counts: array.
        deviation: standard deviation of the filter, in cells.
    """
    offsets = np.arange(-int(4 * deviation), int(4 * deviation) + 1)
    kernel = np.exp(-0.5 * (offsets / deviation) ** 2)
    kernel /= kernel.sum()
    for axis in range(counts.ndim):
        counts = np.apply_along_axis(np.convolve, axis, counts, kernel, mode="same")
    return counts
