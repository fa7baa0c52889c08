"""Texts that are measured: those of a file, those of a store, and those of n-gram models."""

import pathlib
from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.metrics import rows
from gan_keras.metrics.subjects import BATCH
from gan_keras.metrics.subjects import Subject
from gan_keras.metrics.texts import ngram_model


class NGrams(Subject):
    """Texts of an n-gram model that was fitted to the training texts.

    Args:
        store: `Store` of the training texts.
        order: n.
    """

    def __init__(self, store, order):
        self.shape, self.origin = store.samples.shape[1:], {"samples": f"{order}-gram model", "generator": None}
        self._model = ngram_model.NGramModel(store.samples, len(store.kind.vocabulary.symbols), order)
        self._dtype = store.kind.dtype

    def batches(self, seeds, conditions):
        for some in rows.blocks(seeds, BATCH):
            texts = [self._model.sample(_random(seed)) for seed in some]
            yield np.stack(texts).astype(self._dtype)


def _random(seed):
    return np.random.Generator(np.random.Philox(key=[int(seed), 0]))


class Stored(Subject):
    """The samples of a store, such as real texts beside which generated ones are put.

    Args:
        store: `Store`.
        name: what a result says of where the samples are from.
    """

    def __init__(self, store, name):
        self.shape, self.count = store.samples.shape[1:], len(store.samples)
        self.origin = {"samples": name, "generator": None}
        self._samples = store.samples

    def batches(self, seeds, conditions):
        for some in rows.blocks(seeds, BATCH):
            yield np.asarray(self._samples[np.sort(some)])


class Lines(Subject):
    """Texts that exist already, one a line.

    Args:
        path: of the file.
        store: `Store` of the real texts, for the vocabulary and the length.

    Raises:
        UserError: there are none, or one is too long or has other symbols.
    """

    def __init__(self, path: str, store: Any):
        vocabulary, length = store.kind.vocabulary, store.samples.shape[1]
        if vocabulary is None:
            raise errors.UserError(f"--samples={path}: got texts, expected {store.kind.name} as --dataset has them")
        try:
            lines = pathlib.Path(path).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise errors.UserError(f"--samples={path}: cannot be read as text ({error})") from error
        encoded = [vocabulary.encode(line, length) for line in lines]
        longer = [number for number, text in enumerate(encoded, 1) if text is None]
        if longer or not lines:
            what = f"line {longer[0]} is longer than {length} {vocabulary.unit}" if longer else "it has no lines"
            raise errors.UserError(f"--samples={path}: {what}")
        self._texts = np.stack(encoded)
        self.shape, self.count = (length,), len(lines)
        self.origin = {"samples": path, "generator": None}

    def batches(self, seeds, conditions):
        for some in rows.blocks(seeds, BATCH):
            yield self._texts[some]
