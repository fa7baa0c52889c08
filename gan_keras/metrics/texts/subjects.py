"""Texts that are measured: those of a file, those of a store, and those of n-gram models."""

import pathlib
from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.data.sources import text as text_files
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


class Some(Subject):
    """Some of the samples of another subject, chosen at random.

    Args:
        subject: `Subject`.
        count: how many, or fewer if there are no more.
    """

    def __init__(self, subject, count):
        self.shape, self.condition, self.origin = subject.shape, subject.condition, subject.origin
        self._subject = subject
        self._chosen = np.arange(count) if subject.count is None else _random(0).permutation(subject.count)[:count]
        self.count = len(self._chosen)

    def batches(self, seeds, conditions):
        return self._subject.batches(self._chosen[seeds], conditions)


class Lines(Subject):
    """Texts that exist already, one a line, read as the lines of a data set are; an empty line is an empty text.

    Args:
        path: of the file.
        store: `Store` of the real texts, for the vocabulary and the length.

    Raises:
        UserError: the file cannot be read, it holds no texts, or one is too long or has other symbols.
    """

    def __init__(self, path: str, store: Any):
        vocabulary, length = store.kind.vocabulary, store.samples.shape[1]
        if vocabulary is None:
            raise errors.UserError(f"--samples={path}: got texts, expected {store.kind.name} as --dataset has them")
        lines = text_files.read_lines(pathlib.Path(path))
        if not any(lines):
            raise errors.UserError(f"--samples={path}: it holds no texts")
        self._texts = np.zeros((len(lines), length), vocabulary.dtype)
        for number, line in enumerate(lines, 1):
            try:
                encoded = vocabulary.encode(line, length)
            except errors.UserError as error:
                raise errors.UserError(f"--samples={path}: line {number}: {error}") from error
            if encoded is None:
                what = f"line {number}: longer than {length} {vocabulary.unit}"
                raise errors.UserError(f"--samples={path}: {what}; leave it out, or choose a greater --length")
            self._texts[number - 1] = encoded
        self.shape, self.count = (length,), len(lines)
        self.origin = {"samples": path, "generator": None}

    def batches(self, seeds, conditions):
        for some in rows.blocks(seeds, BATCH):
            yield self._texts[some]
