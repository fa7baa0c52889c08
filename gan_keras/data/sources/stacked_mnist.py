"""Stacked-MNIST (Metz et al. 2017, arXiv 1611.02163): three random digits as the channels of one image, 1 000 modes."""

import functools
from collections.abc import Iterator

import numpy as np

from gan_keras.data import crop
from gan_keras.data.sources import base
from gan_keras.data.sources import tfds

_SIDE = 28
_SPLIT_KEYS = {"train": 0, "test": 1}


def describe(dataset: str) -> base.Description | None:
    """Returns the `Description` of `stacked_mnist`; None for any other `--dataset`."""
    if dataset != "stacked_mnist":
        return None
    return base.Description("stacked_mnist", "stacked_mnist", "stacked_mnist", "stacked_mnist", default_resolution=32)


def open_source(description: base.Description, data_dir: base.FolderPath, progress: bool) -> base.Source:
    """Returns the `Source`; its digits are `mnist` of TFDS, which is downloaded if it is not in `data_dir`."""
    return StackedMnist(data_dir, progress)


class StackedMnist(base.Source):
    """As many triples as MNIST has digits, 60 000 for training and 10 000 of the test digits; each digit is random.

    The label columns are `red`, `green` and `blue`; a mode is a combination of their values.

    Args:
        data_dir: folder where TFDS keeps its data sets; None: its default.
        progress: whether TFDS shows its progress bars.

    Raises:
        UserError: MNIST is not there and cannot be downloaded.
    """

    channels = 3

    def __init__(self, data_dir: base.FolderPath = None, progress: bool = True):
        self._digits = tfds.Tfds("mnist", data_dir, progress)
        self.splits = self._digits.splits
        self.columns = {color: self._digits.columns["label"] for color in ("red", "green", "blue")}
        self.identity = {"digits": self._digits.identity, "split_keys": _SPLIT_KEYS}

    def size(self, split: str) -> int:
        return self._digits.size(split)

    def examples(self, split: str, resolution: int, limit: int | None) -> Iterator[base.Example]:
        pixels, labels = self._read(split)
        for index, triple in enumerate(_triples(split, len(pixels))[:limit]):
            stacked = functools.partial(np.stack, pixels[triple], axis=-1)
            yield base.Example(f"stacked_mnist {split} {index}", stacked, labels[triple])

    def _read(self, split: str) -> tuple[np.ndarray, np.ndarray]:
        """Returns all digits of a split, uint8 (N, 28, 28), and their classes, int32 (N,)."""
        pixels, labels = [], []
        for example in self._digits.examples(split, _SIDE, None):
            pixels.append(crop.pixels(example.read(), crop=None, resolution=_SIDE, channels=1)[..., 0])
            labels.append(example.labels[0])
        return np.stack(pixels), np.stack(labels)


def _triples(split: str, count: int) -> np.ndarray:
    """Returns the digits of each image, uint64 (count, 3): row i is drawn from the i-th numbers of a keyed stream.

    Raw numbers of the generator are the same in every version of NumPy.
    """
    stream = np.random.Philox(key=[_SPLIT_KEYS[split], 0])
    return (stream.random_raw(3 * count) % np.uint64(count)).reshape(count, 3)
