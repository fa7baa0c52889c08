"""What every source of images gives to the store."""

import dataclasses
from collections.abc import Callable

import numpy as np


@dataclasses.dataclass(frozen=True)
class Example:
    """One image as its source holds it.

    Attributes:
        name: what a message calls it.
        read: returns the encoded file (bytes) or the pixels (uint8 (H, W) or (H, W, C)); called in a worker thread.
        labels: int32 (columns,), in the order of the source's `columns`.
    """

    name: str
    read: Callable[[], bytes | np.ndarray]
    labels: np.ndarray


NO_LABELS = np.zeros(0, np.int32)


class Source:
    """A set of images that can be walked in one fixed order.

    Attributes:
        identity: JSON-able; changes whenever the source's images may have changed.
        splits: maps the splits that it has itself, out of "train" and "test", to its own names of them.
        columns: maps each label column to the names of its classes, an empty list where they are unknown.
        channels: 1 where all images are grey, else 3.
    """

    identity: dict
    splits: dict[str, str] = {"train": "train"}
    columns: dict[str, list[str]]
    channels: int

    def size(self, split):
        """Returns the number of images of one of its own splits, readable or not."""
        raise NotImplementedError

    def examples(self, split, resolution, limit):
        """Yields the `Example`s of one of its own splits.

        `resolution` and `limit` (how many will be asked for at most, or None) are for sources that draw on demand.
        """
        raise NotImplementedError
