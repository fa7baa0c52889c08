"""The embedded sentences, drawn from a grammar of simple English."""

import hashlib
import pathlib
from collections.abc import Iterator

import numpy as np

from gan_keras.data import sentences
from gan_keras.data import vocabulary as vocabularies
from gan_keras.data.sources import base


def describe(dataset: str) -> base.Description | None:
    """Returns the `Description` of `sentences`; None for any other `--dataset`."""
    if dataset != "sentences":
        return None
    return base.Description("sentences", "sentences", "sentences", "sentences", samples="texts", default_labels="form")


def open_source(description: base.Description, data_dir: base.FolderPath, progress: bool) -> base.TextSource:
    """Returns the source; `data_dir` and `progress` do not concern it."""
    return Sentences()


class Sentences(base.TextSource):
    """50 000 sentences for training, and 5 000 with other indices for tests."""

    splits = {"train": "train", "test": "test"}
    columns = sentences.COLUMNS

    def __init__(self) -> None:
        self.identity = {"grammar": _code_hash()}

    def vocabulary(self, unit: str) -> tuple[vocabularies.Vocabulary, dict[str, int]]:
        words = sentences.words()
        symbols = {*"".join(words), " "} if unit == "characters" else set(words)
        return vocabularies.of_symbols(symbols, unit), {}

    def sentences(self, split: str, unit: str, length: int) -> Iterator[base.Sentence]:
        first, count = (0, sentences.TRAIN_COUNT) if split == "train" else (sentences.TRAIN_COUNT, sentences.TEST_COUNT)
        for index in range(first, first + count):
            text = sentences.draw(index, length, unit)
            yield base.Sentence(text, np.asarray(sentences.labels(text), np.int32))


def _code_hash() -> str:
    """Returns the SHA-256 of the code that draws: if that changes, it is another data set."""
    sources = sorted(pathlib.Path(sentences.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
