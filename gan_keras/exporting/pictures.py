"""From texts of seeds and labels to picture files, by whatever draws them."""

import itertools
import pathlib
import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.data.conditions import Condition
from gan_keras.data.kinds import IMAGES

MAX_SEEDS = 100_000
CHUNK = 1024
MOST_NAMED_ATTRIBUTES = 4

Conditions = dict[str, list[Any]]
"""From the name of a model's condition to its values for all seeds; empty where the model chooses or takes none."""


def parse_seeds(text: str) -> list[int]:
    """Returns the seeds of a text such as `0-7,12,20-23`, in the text's order.

    Raises:
        UserError: it is not such a text, a range is empty, or there are more than 100 000 seeds.
    """
    seeds: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,18})(?:-(\d{1,18}))?\s*", part, flags=re.ASCII)
        if not match:
            raise errors.UserError(f"--seeds={text}: '{part}' is not a seed: expected numbers from 0, as 0-7,12")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise errors.UserError(f"--seeds={text}: the range '{part}' is empty, expected the smaller number first")
        if len(seeds) + last - first >= MAX_SEEDS:
            raise errors.UserError(f"--seeds={text}: expected at most {MAX_SEEDS} seeds, draw them in several calls")
        seeds.extend(range(first, last + 1))
    return seeds


def lay_out(
    seeds: list[int], parts: Sequence[str] | None, condition: Condition | None
) -> tuple[list[int], Conditions, int | None]:
    """Returns what is to be drawn: (seeds, conditions, columns of the grid or None for about a square).

    Args:
        seeds: sample seeds.
        parts: the texts of `--labels` between commas, or None for the model's defaults:

            * `all`: the same seeds under each of `condition.rows`, a row of the grid each;
            * `COLUMN=VALUE` each, together one condition for all seeds. A value is a name or a number: 0 or `no`, 1 or
              `yes`, and for attributes any number in [0, 1]. Columns that are not named take their first value;
            * classes by number or name, one for all seeds or one for each, but not for attributes.

        condition: the model's condition, or None.

    Raises:
        UserError: there is no such class, column or value, too few or too many are given, or the model has no
            condition.
    """
    if parts is None:
        return seeds, {}, None
    given = f"--labels={','.join(parts)}"
    if condition is None:
        raise errors.UserError(f"{given}: this model is not conditional; leave --labels out")
    if list(parts) == ["all"]:
        return seeds * len(condition.rows), {condition.name: [row for row in condition.rows for _ in seeds]}, len(seeds)
    if any("=" in part for part in parts):
        return seeds, {condition.name: [_combined(parts, given, condition)] * len(seeds)}, None
    if condition.encoding == "multi":
        example = ",".join(f"{column}={1 - index}" for index, (column, _) in enumerate(condition.columns[:2]))
        raise errors.UserError(f"{given}: this model takes attributes; expected all, or COLUMN=VALUE as in {example}")
    classes = [_class(part, given, condition) for part in parts]
    if len(classes) not in (1, len(seeds)):
        raise errors.UserError(
            f"{given} names {len(classes)} classes for {len(seeds)} seeds: expected one, or {len(seeds)}"
        )
    return seeds, {condition.name: classes if len(classes) == len(seeds) else classes * len(seeds)}, None


def _class(text, given, condition):
    names = condition.class_names
    if text in names:
        return names.index(text)
    if _is_index(text, names):
        return int(text)
    raise errors.UserError(
        f"{given}: '{text}' is not a class{errors.nearest(text, names)}: expected all, or {condition.describe()}"
    )


def _combined(parts, given, condition):
    """Returns the one condition that texts such as `Smiling=1` describe together: a class, or a tuple of attributes."""
    columns = dict(condition.columns)
    chosen = {}
    for part in parts:
        column, separator, text = (piece.strip() for piece in part.partition("="))
        if not separator:
            raise errors.UserError(f"{given}: '{part}' names no value: expected COLUMN=VALUE in each part, or in none")
        if column not in columns:
            raise errors.UserError(
                f"{given}: unknown column '{column}'{errors.nearest(column, columns)}: expected some of "
                f"{', '.join(columns)}"
            )
        if column in chosen:
            raise errors.UserError(f"{given}: column '{column}' has two values: expected one")
        chosen[column] = _value(text, given, column, columns[column], condition.encoding)
    values = [chosen.get(column, 0) for column in columns]
    if condition.encoding == "multi":
        return tuple(map(float, values))
    return int(np.ravel_multi_index(values, [len(names) for names in columns.values()]))


def _value(text, given, column, names, encoding):
    if text in names:
        return names.index(text)
    if encoding == "joint" and _is_index(text, names):
        return int(text)
    if encoding == "multi" and re.fullmatch(r"[01]|[01]?\.\d+", text, flags=re.ASCII) and float(text) <= 1:
        return float(text)
    numbers = f"0 to {len(names) - 1}" if encoding == "joint" else "a number from 0 to 1"
    raise errors.UserError(
        f"{given}: '{text}' is not a value of {column}{errors.nearest(text, names)}: expected {', '.join(names)}, or "
        f"{numbers}"
    )


def _is_index(text, names):
    return re.fullmatch(r"\d{1,9}", text, flags=re.ASCII) is not None and int(text) < len(names)


def chunks(seeds: list[int], conditions: Conditions) -> Iterator[tuple[list[int], Conditions]]:
    """Yields consecutive seeds with their conditions, at most 1024 at once: so many samples fit in any memory."""
    for at in range(0, len(seeds), CHUNK):
        rows = slice(at, at + CHUNK)
        yield seeds[rows], {name: values[rows] for name, values in conditions.items()}


def write(
    draw: Callable[[list[int], Conditions], np.ndarray],
    seeds: list[int],
    conditions: Conditions,
    output: str,
    columns: int | None = None,
    condition: Condition | None = None,
) -> None:
    """Draws pictures and writes them: a grid to `<name>.png`, or single files to a folder `<name>/`.

    These are called `seed0012.png`; with labels `class3_seed0012.png`; with up to four attributes
    `Smiling1_Male0_seed0012.png`, with more `attributes2_seed0012.png`, where 2 counts the distinct vectors from 0.

    Args:
        draw: function (seeds, conditions) → uint8 (N, H, W, C).
        seeds: sample seeds (N,).
        conditions: values (N,) or (N, A) by the condition's name, or an empty dict.
        output: where; a name that ends in `/` is a folder, which is made if need be.
        columns: pictures in a row of the grid; by default as many as make it about square.
        condition: the model's condition, for the names of the attributes.

    Raises:
        UserError: the output is neither, or cannot be written.
    """
    each = output.endswith("/")
    folder = pathlib.Path(output) if each else pathlib.Path(output).parent
    if not each and pathlib.Path(output).suffix.lower() != ".png":
        raise errors.UserError(f"--output={output}: expected a name that ends in .png, or in / for a folder of files")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.UserError(f"--output={output}: cannot make '{folder}' ({error.strerror})") from error
    names = iter([name + IMAGES.suffix for name in _file_names(seeds, conditions, condition)])
    drawn = []
    for some, rows in chunks(seeds, conditions):
        pictures = draw(some, rows)
        if each:
            for name, picture in zip(itertools.islice(names, len(some)), pictures, strict=True):
                IMAGES.write(folder / name, picture)
        else:
            drawn.append(pictures)
    if drawn:
        IMAGES.write_sheet(output, np.concatenate(drawn), columns)


def _file_names(seeds, conditions, condition):
    names = [f"seed{seed:04d}" for seed in seeds]
    if "labels" in conditions:
        return [f"class{label}_{name}" for label, name in zip(conditions["labels"], names, strict=True)]
    if "attributes" in conditions:
        rows = [tuple(row) for row in conditions["attributes"]]
        return [f"{prefix}_{name}" for prefix, name in zip(_attribute_prefixes(rows, condition), names, strict=True)]
    return names


def _attribute_prefixes(rows, condition):
    if condition is None or len(condition.columns) > MOST_NAMED_ATTRIBUTES:
        index = {row: count for count, row in enumerate(dict.fromkeys(rows))}
        return [f"attributes{index[row]}" for row in rows]
    columns = [re.sub(r"\W", "-", column) for column, _ in condition.columns]
    return ["_".join(f"{column}{value:g}" for column, value in zip(columns, row, strict=True)) for row in rows]
