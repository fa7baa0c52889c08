"""A table of what generated texts have to be compared with: real ones, and those of n-gram models."""

import functools
from collections.abc import Iterable
from typing import Any

from gan_keras.metrics import registry
from gan_keras.metrics.evaluator import Evaluator
from gan_keras.metrics.subjects import Subject
from gan_keras.metrics.texts import subjects
from gan_keras.runtime import markdown

ORDERS = (2, 3, 4, 5, 6)
OTHERS = ("asked_class",)
"""Metrics that need conditions, which rivals are not asked for."""


class Table:
    """Rows of generated texts, of the training texts, and of n-gram models.

    All are measured on as many texts: of fewer, shares of different ones are greater, and divergences as well.

    Args:
        evaluator: whose reference holds texts.
        count: how many generated texts there are; None without an end.
        seed: of the samples.
    """

    def __init__(self, evaluator: Evaluator, count: int | None = None, seed: int = 0):
        self._evaluator, self._seed = evaluator, seed
        self._count = min(len(evaluator.train.samples), count or 10**9)
        self._rows: dict[str, dict[str, str]] = {}

    def add(self, name: str, subject: Subject, records: Iterable[dict[str, Any]]) -> None:
        """Adds a row of generated texts.

        Args:
            name: of the row.
            subject: the texts, which are measured again if the rivals are fewer.
            records: what was measured on them.
        """
        records = [record for record in records if record["metric"] not in OTHERS]
        if any(record["generated"] > self._count for record in records):
            self._rows[name] = self._measured(subject, [record["metric"] for record in records])
        else:
            self._rows[name] = _row(records)

    def text(self) -> str:
        """Measures the rivals; returns the table, or an empty text if there is nothing that could stand in it."""
        metrics = list(dict.fromkeys(metric for row in self._rows.values() for metric in row))
        if not metrics:
            return ""
        train = self._evaluator.train
        rivals: dict[str, Any] = {"training texts": lambda: subjects.Stored(train, "training texts")}
        for order in ORDERS:  # Models are fitted one after the other: each is larger than the training texts.
            rivals[f"{order}-gram model"] = functools.partial(subjects.NGrams, train, order)
        rows = self._rows | {name: self._measured(make(), metrics) for name, make in rivals.items()}
        table = markdown.table(
            ("texts", *metrics), [(name, *(row.get(metric, "") for metric in metrics)) for name, row in rows.items()]
        )
        asked = max(registry.METRICS[metric].generated for metric in metrics)
        return table if self._count >= asked else f"{table}\neach row is of {self._count} texts: some have no more"

    def _measured(self, subject, metrics):
        some = subjects.Some(subject, self._count)
        return _row(each.record for each in self._evaluator.measure(some, metrics, [], self._seed))


def _row(records):
    return {record["metric"]: f"{next(iter(record['values'].values())):.4g}" for record in records}
