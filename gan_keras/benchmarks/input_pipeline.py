"""Images/s that the input pipeline reads from a memory map on disk, without training on them."""

import pathlib
import statistics
import tempfile
import time

import numpy as np

from gan_keras.data import pipeline
from gan_keras.runtime import memory


def measure(count=20_000, resolution=64, batch_size=64, rounds=11, seconds=1.0):
    """Prints float32 images/s with and without random mirroring, and returns the median of the rounds without.

    Args:
        count: number of images in the file.
        resolution: side of the images, which have 3 channels.
        batch_size: images of a batch.
        rounds: number of rounds, with and without mirroring in turn.
        seconds: length of a round.
    """
    memory.keep_freed()  # As a training does.
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "images.npy"
        pixels = np.lib.format.open_memmap(path, "w+", np.uint8, (count, resolution, resolution, 3))
        pixels[:] = np.random.default_rng(0).integers(0, 256, (1, resolution, resolution, 3), np.uint8)
        pixels.flush()
        images = np.load(path, mmap_mode="r")
        rates = {False: [], True: []}
        for _ in range(rounds):
            for flip, measured in rates.items():
                measured.append(_rate(pipeline.batches(images, seed=0, batch_size=batch_size, flip=flip), seconds))
    for flip, measured in rates.items():
        name = "random mirroring" if flip else "no mirroring"
        print(
            f"{name:17} {statistics.median(measured):9.0f} float32 images/s at {resolution} × {resolution} × 3   "
            f"rounds: {' '.join(f'{value:.0f}' for value in measured)}"
        )
    return statistics.median(rates[False])


def _rate(batches, seconds):
    iterator = iter(batches)
    size = next(iterator)["samples"].shape[0]
    begun, shown = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        next(iterator)
        shown += size
    return shown / (time.perf_counter() - begun)
