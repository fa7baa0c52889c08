"""A table of what generated texts have to be compared with: real ones, and those of n-gram models."""

from collections.abc import Iterable
from typing import Any

from gan_keras import errors
from gan_keras.metrics.evaluator import Evaluator
from gan_keras.metrics.texts import subjects
from gan_keras.runtime import markdown

ORDERS = (2, 3, 4, 5, 6)
_LIKELIHOOD = "nll"


def table(evaluator: Evaluator, own: Iterable[dict[str, Any]], seed: int = 0) -> str:
    """Returns a table: a row for the generated texts, one for training texts and one for each n-gram model.

    Args:
        evaluator: whose reference holds texts.
        own: records of the generated texts, of metrics that need no conditions.
        seed: of the samples.
    """
    rows = {"generated": {record["metric"]: _first(record) for record in own}}
    metrics = list(rows["generated"])
    rivals: dict[str, Any] = {"training texts": subjects.Stored(evaluator.train, "training texts")}
    rivals |= {f"{order}-gram model": subjects.NGrams(evaluator.train, order) for order in ORDERS}
    for name, subject in rivals.items():
        rows[name] = _measured(evaluator, subject, metrics, seed)
    return markdown.table(
        ("texts", *metrics), [(name, *(row.get(metric, "") for metric in metrics)) for name, row in rows.items()]
    )


def _measured(evaluator, subject, metrics, seed):
    """Returns what the metrics found by their names, without the likelihood of sentences where none is one."""
    try:
        measured = evaluator.measure(subject, metrics, [], seed)
    except errors.UserError:
        if _LIKELIHOOD not in metrics:
            raise
        return _measured(evaluator, subject, [metric for metric in metrics if metric != _LIKELIHOOD], seed)
    return {one.record["metric"]: _first(one.record) for one in measured}


def _first(record):
    return f"{next(iter(record['values'].values())):.4g}"
