"""Values of the files of a run: whether they are numbers, and how they are shown as text."""

import html
import json
import math
from collections.abc import Iterable
from typing import Any


def is_number(value: Any) -> bool:
    """Returns whether a value is an int or a float, finite or not; a bool is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_finite(value: Any) -> bool:
    """Returns whether a value is a finite number."""
    return is_number(value) and math.isfinite(value)


def finite_or_nan(value: Any) -> float:
    """Returns a value if it is a finite number, else NaN."""
    return value if is_finite(value) else math.nan


def text(value: Any) -> str:
    """Returns a value as text that HTML shows as it is, in an element or a quoted attribute."""
    return html.escape(str(value).encode(errors="replace").decode())


def flat(values: dict[str, Any], path: tuple[str, ...] = ()) -> Iterable[tuple[str, str]]:
    """Yields names and values of nested dicts as text."""
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from flat(value, (*path, name))
        else:
            yield " · ".join([*path, name]).replace("_", " "), plain(value)


def plain(value: Any) -> str:
    """Returns a value of a setting as text: `–` for None, yes or no, numbers as they are."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def number(value: Any) -> str:
    """Returns a number as HTML for people: `15,000`, `0.4713`; what is no number as its text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else text(value)
