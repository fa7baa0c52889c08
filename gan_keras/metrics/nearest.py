"""Whether generated images are copies of training images: the nearest training image of each."""

from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.data import images
from gan_keras.metrics.diversity import subset
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding

SAMPLES = 64
REFERENCES = 256
SUSPICIOUS = 0.5
_BLOCK = 1024  # Training images in memory at a time.
_PAIRS = 8  # In a row of the picture.


def measure(evidence: Evidence) -> Finding:
    """Returns how near the first 64 generated images are to the training images, compared with real test images.

    Distances are Euclidean, of pixels in [-1, 1]; a training image may be mirrored, as it is in most trainings. The
    scale is the median distance of up to 256 real images, a random subset, from their nearest training image; if the
    real images are the training images, from their nearest other.

    Returns:
        `ratio`, the median distance of the generated images by that scale: far below 1 means memorized images; and
        `closest`, the smallest distance by that scale. The picture `nearest` shows each generated image with the
        training image on its right.

    Raises:
        UserError: there are no training images, or half of the real images are copies of some.
    """
    train, real = evidence.train, evidence.real.samples
    if train is None:
        raise errors.UserError(
            "nearest without training images: expected those that the generator learned from; name a run with its data "
            "set, or leave the metric out"
        )
    chosen = subset(len(real), REFERENCES, evidence.seed)
    references, samples = np.asarray(real[chosen]), np.asarray(evidence.fake.samples[:SAMPLES])
    itself = len(real) <= len(train) and np.array_equal(references, train[chosen])
    own = np.full(len(samples) + len(references), -1)
    if itself:
        own[len(samples) :] = chosen
    indices, distances, mirrored = _search_mirrored(np.concatenate([samples, references]), train, own)
    generated, scale = distances[: len(samples)], float(np.median(distances[len(samples) :]))
    if scale == 0:
        raise errors.UserError(
            "nearest: half of the real images are copies of training images, which gives no scale; expected other "
            "images; set some aside with --holdout"
        )
    ratio = float(np.median(generated)) / scale
    notes = ["the scale is the distance of training images from other training images"] if itself else []
    if ratio < SUSPICIOUS:
        notes.append(f"a ratio below {SUSPICIOUS}: the generated images may be copies of training images")
    neighbors, turned = np.array(train[indices[: len(samples)]]), mirrored[: len(samples)]
    images.mirror(neighbors, turned)
    pairs = np.stack([samples, neighbors], 1).reshape(-1, *samples.shape[1:])
    return Finding(
        {"ratio": ratio, "closest": float(generated.min()) / scale},
        tuple(notes),
        {"nearest": images.grid(pairs, 2 * _PAIRS)},
    )


def _search_mirrored(queries: np.ndarray, train: Any, own: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns what `search` does, and whether the nearest training image is mirrored, bool (Q,)."""
    indices, distances = search(np.concatenate([queries, queries[:, :, ::-1]]), train, np.concatenate([own, own]))
    indices, distances = indices.reshape(2, -1), distances.reshape(2, -1)  # Without and with mirroring.
    mirrored = distances[1] < distances[0]
    return np.where(mirrored, indices[1], indices[0]), distances.min(0), mirrored


def search(queries: np.ndarray, train: Any, own: np.ndarray, block: int = _BLOCK) -> tuple[np.ndarray, np.ndarray]:
    """Returns the nearest training image of each query: its index, int64 (Q,), and distance, float64 (Q,).

    Args:
        queries: uint8 (Q, H, W, C).
        train: uint8 (N, H, W, C), an array or a memory map, read in blocks.
        own: int (Q,), index of a training image that is not an answer to the query; -1: all are.
        block: images of a block.
    """
    rows = _rows(queries)
    least, indices = np.full(len(rows), np.inf, np.float32), np.zeros(len(rows), np.int64)
    for start in range(0, len(train), block):
        part = _rows(train[start : start + block])
        squares = np.einsum("ij,ij->i", part, part)[:, None] - 2 * (part @ rows.T)  # Without the query's own square.
        barred = np.flatnonzero((own >= start) & (own < start + len(part)))
        squares[own[barred] - start, barred] = np.inf
        nearest, found = squares.argmin(0), squares.min(0)
        better = found < least
        least[better], indices[better] = found[better], start + nearest[better]
    differences = rows.astype(np.float64) - _rows(train[indices])  # Float32 squares are too rough for small distances.
    return indices, np.linalg.norm(differences, axis=1) / 127.5


def _rows(pixels: Any) -> np.ndarray:
    """Returns float32 (N, H W C) from -128 to 127 of uint8 (N, H, W, C): small squares have small rounding errors."""
    return np.asarray(pixels).reshape(len(pixels), -1).astype(np.float32) - np.float32(128)
