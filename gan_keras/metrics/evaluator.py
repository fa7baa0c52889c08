"""Measures samples against the images of a data set: prepares what is needed, and keeps it for the next measurement."""

import functools
from collections.abc import Iterable

from gan_keras import data
from gan_keras.config import schema
from gan_keras.data import store as stores
from gan_keras.metrics import evaluation
from gan_keras.metrics import features
from gan_keras.metrics.reference import Reference
from gan_keras.metrics.subjects import Subject


class Evaluator:
    """Measures any samples against one split of a data set.

    Args:
        settings: the `data` section of a `Config`: which images, and how they are prepared.
        choice: `features.Choice`.
        split: `"test"` or `"train"`, the real images to compare with.
        progress: whether progress bars are shown.
    """

    def __init__(
        self, settings: schema.Data, choice: features.Choice | None = None, split: str = "test", progress: bool = True
    ):
        self._settings, self._choice, self._split, self._progress = settings, choice, split, progress
        self._networks: dict[str, features.Features | features.Unavailable] = {}

    @functools.cached_property
    def train(self) -> stores.Store:
        """The training images: the classifier learns from them, and `nearest` compares with them."""
        return data.prepare_for(self._settings, "train")

    @functools.cached_property
    def reference(self) -> Reference:
        """The real images to compare with."""
        return Reference(data.prepare_for(self._settings, self._split), self._progress)

    def load(self, name: str) -> features.Features:
        """Returns the features of a name; see `features.load`."""
        if name not in self._networks:
            store = self.train if name == "classifier" else None
            try:
                self._networks[name] = features.load(name, store, self.reference.folder.parent, self._choice)
            except features.Unavailable as missing:  # It is not looked for again for every checkpoint.
                self._networks[name] = missing
        network = self._networks[name]
        if isinstance(network, features.Unavailable):
            raise network
        return network

    def defaults(self) -> tuple[str, str | None]:
        """Returns the metric and the features that suit the data set: those of a classifier if there are labels."""
        return default_metric(self.reference.store)

    def measure(
        self, subject: Subject, metrics: Iterable[str], of: Iterable[str], seed: int = 0, repeats: int = 1
    ) -> list[evaluation.Measured]:
        """Returns the results of metrics on features `of`; see `evaluation.evaluate`."""
        metrics = list(metrics)
        train = self.train.samples if {"nearest", "novel"} & {*metrics} else None
        return evaluation.evaluate(
            subject,
            self.reference,
            metrics,
            of,
            self.load,
            train=train,
            seed=seed,
            repeats=repeats,
            progress=self._progress,
        )


def default_metric(store: stores.Store, of: str | None = None) -> tuple[str, str | None]:
    """Returns the metric and the features by which a training on the images of a store is judged.

    Args:
        store: `Store`.
        of: features that the user chose, or None.
    """
    if store.kind.vocabulary:
        return "js4", None
    if of is not None:
        return ("fid10k" if of.partition(":")[0] == "inception" else "mind2k"), of
    from gan_keras.metrics.features import classifier

    return ("mind2k", "classifier") if classifier.label_columns(store) else ("swd2k", None)
