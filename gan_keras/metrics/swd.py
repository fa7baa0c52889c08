"""Sliced Wasserstein distance of patches of a Laplacian pyramid (Karras et al. 2018, arXiv 1710.10196, section 5).

The patches of a level are normalized for real and for generated images on their own, as in the paper: shifts of color
and of contrast are invisible to this metric. A departure: 16 patches of an image and level, not 128.
"""

from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.metrics.diversity import subset
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding

SMALLEST = 16  # Side of the last level.
PATCHES = 16  # Of an image and level.
PATCH = 7  # Side of a patch.
PROJECTIONS = 512
SCALE = 1e3  # The paper reports thousandths.
_KERNEL: np.ndarray = np.array([1, 4, 6, 4, 1], np.float32) / 16
_BLOCK = 32  # Images, or directions, worked on at a time.


def measure(evidence: Evidence) -> Finding:
    """Returns `distance`, the mean over the levels, and that of each level by its side, such as `16px`; all ≥ 0.

    Both sides have as many images: of the larger one, a random subset. Their i-th images have patches at the same
    positions.

    Raises:
        UserError: the images are not square, or their side is not a power of two from 16 on.
    """
    count = min(len(evidence.real.samples), len(evidence.fake.samples))
    real, fake = (
        patches(samples, subset(len(samples), count, evidence.seed), evidence.seed)
        for samples in (evidence.real.samples, evidence.fake.samples)
    )
    distances = {}
    for side in reversed(real):
        shared = directions(real[side][0].size, evidence.seed)
        distances[f"{side}px"] = SCALE * distance(normalized(real[side]), normalized(fake[side]), shared)
    return Finding({"distance": float(np.mean(list(distances.values()))), **distances})


def patches(samples: Any, chosen: np.ndarray, seed: int, block: int = _BLOCK) -> dict[int, np.ndarray]:
    """Returns patches of each level: maps its side to float32 (16 n, 49, C), in the unit of the pixels.

    Args:
        samples: uint8 (N, H, W, C), an array or a memory map.
        chosen: indices of images, int (n,).
        seed: of the positions, which depend on nothing else but n.
        block: images whose pyramid is held in memory at a time.

    Raises:
        UserError: the images are not square, or their side is not a power of two from 16 on.
    """
    _, height, width, channels = samples.shape
    if height != width or height < SMALLEST or height & (height - 1):
        raise errors.UserError(
            f"swd of images of {height}×{width} pixels: expected squares with a power of two, at least {SMALLEST}, as "
            "their side; prepare them with another --resolution"
        )
    generator = np.random.Generator(np.random.Philox(key=[seed, 1]))
    sides = [height >> level for level in range((height // SMALLEST).bit_length())]
    corners = {
        side: (generator.random((len(chosen), PATCHES, 2)) * (side - PATCH + 1)).astype(np.int64) for side in sides
    }
    found = {side: np.empty((len(chosen), PATCHES, channels, PATCH, PATCH), np.float32) for side in sides}
    for start in range(0, len(chosen), block):
        part = slice(start, start + block)
        for side, level in zip(sides, pyramid(samples[chosen[part]].astype(np.float32)), strict=True):
            windows = np.lib.stride_tricks.sliding_window_view(level, (PATCH, PATCH), axis=(1, 2))
            rows, columns = np.moveaxis(corners[side][part], -1, 0)
            found[side][part] = windows[np.arange(len(level))[:, None], rows, columns]
    return {side: level.reshape(-1, channels, PATCH * PATCH).transpose(0, 2, 1) for side, level in found.items()}


def pyramid(images: np.ndarray) -> list[np.ndarray]:
    """Returns the Laplacian pyramid of float32 images (n, S, S, C): levels of side S, S/2, … 16.

    Each is what the next smaller, enlarged again, lacks; the last one is the image itself, smoothed and reduced.
    """
    levels = []
    while images.shape[1] > SMALLEST:
        smaller = _smoothed(images)[:, ::2, ::2]
        levels.append(images - enlarged(smaller))
        images = smaller
    return [*levels, images]


def enlarged(images: np.ndarray) -> np.ndarray:
    """Returns float32 images (n, S, S, C) at twice their side: zeros between the pixels, smoothed, times 4."""
    count, height, width, channels = images.shape
    spread = np.zeros((count, 2 * height, 2 * width, channels), np.float32)
    spread[:, ::2, ::2] = 4 * images
    return _smoothed(spread)


def normalized(level: np.ndarray) -> np.ndarray:
    """Returns patches (N, 49, C) as rows (N, 49 C), each channel with mean 0 and standard deviation 1 over the set.

    A constant channel becomes 0.
    """
    mean = level.mean((0, 1), np.float64)
    deviation = level.std((0, 1), np.float64)
    scaled = (level - mean.astype(np.float32)) / np.where(deviation == 0, 1, deviation).astype(np.float32)
    return scaled.reshape(len(level), -1)


def directions(width: int, seed: int) -> np.ndarray:
    """Returns 512 random unit vectors, float32 (512, width)."""
    vectors = np.random.Generator(np.random.Philox(key=[seed, 2])).standard_normal((PROJECTIONS, width))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def distance(real: np.ndarray, fake: np.ndarray, vectors: np.ndarray) -> float:
    """Returns the mean absolute difference of sorted projections: the mean 1-Wasserstein distance over the directions.

    Args:
        real, fake: float32 (N, d).
        vectors: float32 (K, d), unit vectors.
    """
    total = 0.0
    for start in range(0, len(vectors), _BLOCK):
        first, second = (vectors[start : start + _BLOCK] @ rows.T for rows in (real, fake))
        first.sort()
        second.sort()
        total += np.abs(first - second).sum(dtype=np.float64)
    return float(total) / (len(vectors) * len(real))


def _smoothed(images: np.ndarray) -> np.ndarray:
    """Returns images (n, S, S, C) under the Gaussian filter [1, 4, 6, 4, 1] / 16 of each axis; edges are reflected."""
    for axis in (1, 2):
        side = images.shape[axis]
        padding = [(2, 2) if axis == other else (0, 0) for other in range(4)]
        padded = np.moveaxis(np.pad(images, padding, mode="reflect"), axis, 0)
        taps = (weight * padded[shift : shift + side] for shift, weight in enumerate(_KERNEL))
        images = np.moveaxis(sum(taps), 0, axis)
    return images
