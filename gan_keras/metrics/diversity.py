"""How much generated images differ from each other, compared with real ones."""

from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding
from gan_keras.metrics.evidence import Side

MOST = 1000  # Images of a side.


def measure(evidence: Evidence) -> Finding:
    """Returns `ratio`: the mean distance of two generated images, divided by that of two real ones.

    Where there are conditions of classes, two images of one class are compared, and `ratio` is the mean over the
    classes with at least 2 images on both sides; `worst_class` is the smallest ratio of a class. At most 1 000 images
    of a side are compared, a random subset.

    Raises:
        UserError: all compared real images are equal.
    """
    condition, sides = evidence.condition, (evidence.real, evidence.fake)
    by_class = condition is not None and condition.encoding == "joint"
    if by_class and all(side.conditions is not None for side in sides):
        count = condition.sizes["num_classes"]
        groups = [[np.flatnonzero(side.conditions == label) for side in sides] for label in range(count)]
        groups = [group for group in groups if min(map(len, group)) >= 2]
        most = max(2, MOST // count)
        spreads = [_spreads(sides, group, most, evidence.seed) for group in groups]
        ratios = [fake / real for real, fake in spreads if real > 0]
        if ratios:
            return Finding({"ratio": float(np.mean(ratios)), "worst_class": min(ratios)})
    everything = [np.arange(len(side.samples)) for side in sides]
    real, fake = _spreads(sides, everything, MOST, evidence.seed)
    if real == 0:
        raise errors.UserError("diversity: all real images are equal; expected a data set of different images")
    return Finding({"ratio": fake / real})


def spread(levels: Any, unit: float = 127.5) -> float:
    """Returns the mean Euclidean distance of two different samples, by default in units of pixels in [-1, 1].

    Args:
        levels: whole numbers (N, …), N at least 2, such as pixels uint8; the memory for N² distances is needed.
        unit: how many of them are a distance of 1.
    """
    rows = np.asarray(levels).reshape(len(levels), -1).astype(np.float64)
    products = rows @ rows.T  # Exact: whole numbers, so that copies are at distance 0.
    squares = np.diagonal(products)
    distances = np.sqrt(squares[:, None] + squares - 2 * products)
    return float(distances.sum() / (len(rows) * (len(rows) - 1)) / unit)


def subset(count: int, most: int, seed: int) -> np.ndarray:
    """Returns indices below `count`, int64 and in order: all, or if there are more than `most`, a random subset."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.Generator(np.random.Philox(key=[seed, 0])).permutation(count)[:most])


def _spreads(sides: tuple[Side, Side], group: list[np.ndarray], most: int, seed: int) -> list[float]:
    """Returns the spread of those images of both sides that the group names."""
    return [
        spread(side.samples[members[subset(len(members), most, seed)]])
        for side, members in zip(sides, group, strict=True)
    ]
