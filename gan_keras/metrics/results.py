"""`metrics.jsonl`: a line for each measurement, with its whole protocol; and results as a table."""

import json
import math
import pathlib
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from gan_keras.runtime import files

NAME = "metrics.jsonl"
_OUTCOME = ("values", "std", "notes", "seconds")


def read(path: pathlib.Path | str) -> list[dict[str, Any]]:
    """Returns the records of a `metrics.jsonl`; a last line that was cut off is left out."""
    return files.read_json_lines(path)


def values(path: pathlib.Path | str, **protocol: Any) -> dict[tuple[str, str | None], float]:
    """Returns the metrics' own numbers in a `metrics.jsonl`, by (metric, features or None).

    Args:
        path: of the file.
        **protocol: what a record has to say, such as `images_shown=5000`.
    """
    return {
        (record["metric"], record["features"]): next(iter(record["values"].values()))
        for record in read(path)
        if protocol.items() <= record.items()
    }


def add(path: pathlib.Path | str, records: Iterable[dict[str, Any]]) -> None:
    """Adds records to a `metrics.jsonl`; one of the same protocol and the same samples replaces the older one."""
    path = pathlib.Path(path)
    with files.locked_folder(path.parent):  # A training and a program may measure at the same time.
        known = {_protocol(record): record for record in read(path)}
        for record in records:
            known[_protocol(record)] = record
        files.write_text(path, "".join(json.dumps(record) + "\n" for record in known.values()))


def _protocol(record):
    return json.dumps({key: value for key, value in record.items() if key not in _OUTCOME}, sort_keys=True)


def table(records: Sequence[dict[str, Any]]) -> str:
    """Returns results as text for the screen: a line a number, and what its protocol was."""
    rows = [
        (
            record["metric"] if index == 0 else "",
            name,
            _number(value) + (f" ± {_number(record['std'][name])}" if record["std"] else ""),
            _protocol_in_words(record) if index == 0 else "",
        )
        for record in records
        for index, (name, value) in enumerate(record["values"].items())
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)] if rows else []
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        for row in rows
    ]
    return "\n".join(lines + [f"note on {record['metric']}: {note}" for record in records for note in record["notes"]])


def _protocol_in_words(record):
    of_features = f"{record['features']} ({record['resize']}), " if record["features"] else ""
    return (
        f"{of_features}{record['generated']} generated, {record['real']} real ({record['reference_dataset']} "
        f"{record['reference_split']}), seed {record['seed']}"
    )


def _number(value: float) -> str:
    if value and math.isfinite(value) and abs(value) < 1e-3:
        return f"{value:.3e}"
    return f"{value:.5g}"
