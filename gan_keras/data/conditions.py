"""What a conditional model is conditioned on: one class, or several yes-or-no attributes, of each sample."""

import dataclasses
import itertools
import math
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.config.names import LABEL_ENCODINGS

MOST_ROWS = 16  # of a grid
BINARY = ("no", "yes")


@dataclasses.dataclass(frozen=True)
class Condition:
    """The condition of a model, as its run and its exports record it.

    Attributes:
        encoding: `"joint"`, one class for each combination of the columns' values: the input `labels`, int32 (N,); or
            `"multi"`, one number for each yes-or-no column: the input `attributes`, float32 (N, A) in [0, 1].
        columns: tuple of (name of a label column, tuple of the names of its values).
        defaults: tuple of the conditions that sample seeds take in turn: all classes, or the commonest vectors of
            attributes among the training samples, at most 16.
    """

    encoding: str
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    defaults: tuple[Any, ...]

    @property
    def name(self) -> str:
        """Name of the input of the networks."""
        return "labels" if self.encoding == "joint" else "attributes"

    @property
    def dtype(self) -> type:
        """numpy dtype of the input."""
        return np.int32 if self.encoding == "joint" else np.float32

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the condition of one sample: () or (A,)."""
        return () if self.encoding == "joint" else (len(self.columns),)

    @property
    def class_names(self) -> list[str]:
        """Names of the classes, such as `"Smiling + not Male"`; an empty list for attributes."""
        if self.encoding == "multi":
            return []
        values = itertools.product(*(values for _, values in self.columns))
        return [
            " + ".join(spelled(column, value) for (column, _), value in zip(self.columns, combination, strict=True))
            for combination in values
        ]

    @property
    def sizes(self) -> dict[str, int]:
        """The argument of the networks' builders: `num_classes` or `num_attributes`."""
        if self.encoding == "multi":
            return {"num_attributes": len(self.columns)}
        return {"num_classes": math.prod(len(values) for _, values in self.columns)}

    @property
    def rows(self) -> tuple[Any, ...]:
        """The conditions that a grid shows, one a row."""
        return self.defaults[:MOST_ROWS]

    def of_seeds(self, seeds: Sequence[int] | np.ndarray) -> np.ndarray:
        """Returns the conditions (N, …) of sample seeds (N,) when none are given: the defaults in turn."""
        defaults: np.ndarray = np.asarray(self.defaults, self.dtype)
        return defaults[np.asarray(seeds, np.int64) % len(defaults)]

    def checked(self, values: Any, count: int) -> np.ndarray:
        """Returns given conditions as an array (count, …).

        Raises:
            UserError: not one for each seed, a class that does not exist, or a number outside [0, 1].
        """
        values = np.asarray(values)
        if values.shape != (count, *self.shape):
            given = len(values) if values.ndim else 1
            raise errors.UserError(
                f"{given} {self.name} of shape {values.shape} were given for {count} seeds: expected shape "
                f"{(count, *self.shape)}"
            )
        most = len(self.class_names) - 1 if self.encoding == "joint" else 1
        wrong = values[~((values >= 0) & (values <= most))]
        if wrong.size:
            raise errors.UserError(f"label {wrong[0]} is not valid: expected {self.describe()}")
        return values.astype(self.dtype)

    def describe(self, most: int = 10) -> str:
        """Returns the possible conditions in words: `0 to 1 (0 not Smiling; 1 Smiling)`."""
        if self.encoding == "multi":
            columns = [column for column, _ in self.columns]
            return f"numbers from 0 to 1 for {', '.join(columns[:most])}{', …' * (len(columns) > most)}"
        classes = self.class_names
        named = [f"{index} {name}" for index, name in enumerate(classes[:most])] + ["…"] * (len(classes) > most)
        return f"0 to {len(classes) - 1} ({'; '.join(named)})"

    def to_json(self) -> dict[str, Any]:
        """Returns a dict that JSON can hold and `from_json` reads."""
        return {
            "encoding": self.encoding,
            "columns": [[name, list(values)] for name, values in self.columns],
            "defaults": [list(row) for row in self.defaults] if self.encoding == "multi" else list(self.defaults),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any] | None) -> "Condition | None":
        """Returns the Condition of `to_json`; None for None."""
        if stored is None:
            return None
        rows = stored["defaults"]
        return cls(
            stored["encoding"],
            tuple((name, tuple(values)) for name, values in stored["columns"]),
            tuple(map(tuple, rows)) if stored["encoding"] == "multi" else tuple(rows),
        )


@dataclasses.dataclass(frozen=True)
class Conditions:
    """A `Condition`, and its values for all samples of a store, (N,) or (N, A)."""

    condition: Condition
    values: np.ndarray

    @property
    def by_name(self) -> dict[str, np.ndarray]:
        """The values under the name of their input."""
        return {self.condition.name: self.values}


def for_seeds(
    condition: Condition | None, seeds: Sequence[int] | np.ndarray, given: dict[str, Any]
) -> dict[str, np.ndarray]:
    """Returns the conditions of sample seeds (N,) by name: those given, checked, or else the condition's defaults.

    Args:
        condition: `Condition` of a conditional model, or None.
        seeds: integers (N,).
        given: conditions by name; None stands for one that is not given.

    Raises:
        UserError: conditions that the model does not have, not one for each seed, or out of range.
    """
    given = {name: values for name, values in given.items() if values is not None}
    name = condition.name if condition else None
    for other in given.keys() - {name}:
        raise errors.UserError(
            f"{other} were given, and this generator has no such input: expected {name or 'no conditions'}"
        )
    if condition is None:
        return {}
    values = condition.checked(given[condition.name], len(seeds)) if given else condition.of_seeds(seeds)
    return {condition.name: values}


def of_store(condition: Condition, store: Any) -> np.ndarray | None:
    """Returns the values, (N,) or (N, A), that the samples of a store have under a condition chosen on other samples.

    None if the store lacks one of its columns, or has other values in it.
    """
    values = []
    for name, names in condition.columns:
        if name not in store.labels or not 0 <= int(store.labels[name].max()) < len(names):
            return None
        values.append(store.labels[name])
    if condition.encoding == "multi":
        return np.stack(values, axis=1).astype(np.float32)
    return np.ravel_multi_index(values, [len(names) for _, names in condition.columns]).astype(np.int32)


def of_classes(class_names: Iterable[str]) -> Condition:
    """Returns the `Condition` of plain classes."""
    names = tuple(class_names)
    return Condition("joint", (("label", names),), tuple(range(len(names))))


def choose(store: Any, labels: str, encoding: str = "joint", default_column: str | None = None) -> Conditions:
    """Returns the `Conditions` of a store.

    Args:
        store: `Store`.
        labels: names of columns, separated by commas; or `"auto"`: the set's only column, the one called `label`, or
            its default column; with `"multi"` all yes-or-no columns.
        encoding: `"joint"` or `"multi"`.
        default_column: the column that a source proposes.

    Raises:
        UserError: no labels, an unknown column, a class without samples, or a column that is not yes-or-no under
            `"multi"`.
    """
    errors.expect_one_of(encoding, LABEL_ENCODINGS, "label encoding")
    columns = _columns(store, labels, encoding, default_column)
    named = tuple((column, tuple(_value_names(store, column))) for column in columns)
    values = [store.labels[column] for column in columns]
    if encoding == "multi":
        return _attributes(named, values, labels)
    return _classes(named, values, labels)


def _classes(named, values, labels):
    sizes = [len(names) for _, names in named]
    classes = np.ravel_multi_index(values, sizes).astype(np.int32)
    condition = Condition("joint", named, tuple(range(math.prod(sizes))))
    counts = np.bincount(classes, minlength=len(condition.defaults))
    if not counts.all():
        empty = [name for name, count in zip(condition.class_names, counts, strict=True) if not count]
        raise errors.UserError(
            f"no sample is {empty[0]!r} (--labels={labels}; {len(empty)} of {len(counts)} classes are empty): "
            "choose other columns, more samples, or --label_encoding=multi"
        )
    return Conditions(condition, classes)


def _attributes(named, values, labels):
    other = [name for name, names in named if names != BINARY]
    if other:
        raise errors.UserError(
            f"--labels={labels}: --label_encoding=multi takes yes-or-no columns, and {other[0]} is not one: leave it "
            "out, or "
            "choose --label_encoding=joint"
        )
    attributes = np.stack(values, axis=1).astype(np.float32)
    vectors, counts = np.unique(attributes, axis=0, return_counts=True)
    commonest = vectors[np.argsort(-counts, kind="stable")[:MOST_ROWS]]
    return Conditions(Condition("multi", named, tuple(map(tuple, commonest.tolist()))), attributes)


def _columns(store, labels, encoding, default_column):
    known = list(store.labels)
    if not known:
        raise errors.UserError(f"--labels={labels}: this data set has no labels; a folder gets them from sub-folders")
    if labels != "auto":
        columns = [column.strip() for column in labels.split(",")]
        for column in columns:
            if column not in known:
                raise errors.UserError(
                    f"--labels={labels}: unknown column '{column}'{errors.nearest(column, known)}: "
                    f"expected some of {', '.join(known)}"
                )
        return columns
    if encoding == "multi":
        columns = [column for column in known if tuple(_value_names(store, column)) == BINARY]
        if not columns:
            raise errors.UserError("--labels=auto --label_encoding=multi: this data set has no yes-or-no columns")
        return columns
    for column in ("label", default_column):
        if column in known:
            return [column]
    if len(known) > 1:
        raise errors.UserError(
            f"--labels=auto: this data set has {len(known)} columns; choose some, such as --labels={known[0]}"
        )
    return known


def _value_names(store, column):
    return store.label_names.get(column) or [str(value) for value in range(int(store.labels[column].max()) + 1)]


def spelled(column: str, value: str) -> str:
    """Returns a value of a column in words: yes-or-no columns are named by the column, other values by themselves."""
    return {"yes": column, "no": f"not {column}"}.get(value, value)
