"""What every source of images, or of texts, gives to the store."""

import dataclasses
import os
import re
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import numpy as np

from gan_keras.data.vocabulary import Vocabulary

FolderPath = str | os.PathLike[str] | None  # None: a default folder


@dataclasses.dataclass(frozen=True)
class Description:
    """What is known of a data set before any of its samples is read.

    Attributes:
        source: the module of `gan_keras.data.sources` that opens it, one of `names.SOURCES`.
        kind: the same, but for a TFDS data set its name without version and configuration. A part of a run's identity.
        location: an absolute path, or the full name of a TFDS data set.
        name: a short name of letters, digits and underscores, for file names.
        samples: `"images"` or `"texts"`. What follows concerns images only, but for the labels.
        default_crop: side in pixels of the centered square that is cut out first; None: the largest square.
        default_resolution: side of the prepared images, in pixels.
        default_flip: whether a mirrored image belongs to the data set as well.
        default_labels: the label column that `--labels=auto` takes; None: the source proposes none.
    """

    source: str
    kind: str
    location: str
    name: str
    samples: str = "images"
    default_crop: int | None = None
    default_resolution: int = 64
    default_flip: bool = False
    default_labels: str | None = None


@dataclasses.dataclass(frozen=True)
class Example:
    """One image as its source holds it.

    Attributes:
        name: for messages.
        read: returns the encoded file (bytes) or the pixels, uint8 (H, W) or (H, W, C); called in a worker thread.
        labels: int32 (columns,), in the order of the source's `columns`.
    """

    name: str
    read: Callable[[], bytes | np.ndarray]
    labels: np.ndarray


class AnySource:
    """A set of samples with a fixed order.

    Attributes:
        identity: dict that JSON can hold; it changes whenever the samples may have changed.
        splits: maps "train", and "test" if the source has test samples of its own, to its names of these splits.
        columns: maps each label column to the names of its classes; an empty list if the names are unknown.
    """

    identity: dict[str, Any]
    splits: dict[str, str] = {"train": "train"}
    columns: dict[str, list[str]]


class Source(AnySource):
    """A set of images with a fixed order."""

    @property
    def channels(self) -> int:
        """1 if all images are grey, else 3."""
        raise NotImplementedError

    def size(self, split: str) -> int:
        """Returns the number of images in one of the source's own splits, readable or not."""
        raise NotImplementedError

    def examples(self, split: str, resolution: int, limit: int | None) -> Iterator[Example]:
        """Yields the examples of one of the source's own splits, in order.

        Args:
            split: key of `splits`.
            resolution: side of the prepared images, for a source that draws them. Others ignore it.
            limit: how many examples will be read at most, for a source that draws ahead; None: all.
        """
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class Sentence:
    """One text as its source holds it.

    Attributes:
        text: in one line, without spaces at its ends.
        labels: int32 (columns,), in the order of the source's `columns`.
    """

    text: str
    labels: np.ndarray


class TextSource(AnySource):
    """A set of texts with a fixed order."""

    def vocabulary(self, unit: str) -> tuple[Vocabulary, dict[str, int]]:
        """Returns the vocabulary of all splits in a unit, and how often each symbol that it lacks occurs."""
        raise NotImplementedError

    def sentences(self, split: str, unit: str, length: int) -> Iterator[Sentence]:
        """Yields the texts of one of the source's own splits, in order, longer ones as well.

        Args:
            split: key of `splits`.
            unit: `"characters"` or `"words"`.
            length: tokens of the store, for a source that draws texts of at most this length. Others ignore it.
        """
        raise NotImplementedError


def file_name(text: str) -> str:
    """Returns a text with everything but ASCII letters, digits and underscores replaced, for `Description.name`."""
    return re.sub(r"[^A-Za-z0-9_]+", "_", text)
