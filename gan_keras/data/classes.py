"""The classes that a conditional game plays: one label column, or the joint values of several."""

import dataclasses
import itertools

import numpy as np

from gan_keras import errors


@dataclasses.dataclass(frozen=True)
class Classes:
    """The class of every image, int32 (N,), and the names of the classes, such as `"Smiling + not Male"` or `"3"`."""

    of_images: np.ndarray
    names: list


def choose(store, labels):
    """Returns the `Classes` of a store.

    Args:
        store: `Store`.
        labels: `"auto"`, the set's only column or the one called `label`; or names of columns, separated by commas.

    Raises:
        UserError: no labels, an unknown column, or a class without images.
    """
    columns = _columns(store, labels)
    values = [_names(store, column) for column in columns]
    joint_values = itertools.product(*values)
    names = [" + ".join(_spelled(*pair) for pair in zip(columns, joint, strict=True)) for joint in joint_values]
    sizes = [len(value) for value in values]
    classes = np.ravel_multi_index([store.labels[column] for column in columns], sizes).astype(np.int32)
    counts = np.bincount(classes, minlength=len(names))
    if not counts.all():
        empty = [name for name, count in zip(names, counts, strict=True) if not count]
        raise errors.UserError(
            f"no image is {empty[0]!r} (--labels={labels}; {len(empty)} of {len(names)} classes are empty): "
            "choose other columns, or more images"
        )
    return Classes(classes, names)


def _columns(store, labels):
    known = list(store.labels)
    if not known:
        raise errors.UserError(f"--labels={labels}: this data set has no labels; a folder gets them from sub-folders")
    if labels == "auto":
        if "label" not in known and len(known) > 1:
            raise errors.UserError(
                f"--labels=auto: this data set has {len(known)} columns; choose some, such as --labels={known[0]}"
            )
        return ["label" if "label" in known else known[0]]
    columns = [column.strip() for column in labels.split(",")]
    for column in columns:
        if column not in known:
            raise errors.UserError(
                f"--labels={labels}: unknown column '{column}'{errors.nearest(column, known)}: "
                f"expected some of {', '.join(known)}"
            )
    return columns


def _names(store, column):
    names = store.label_names.get(column)
    return names or [str(value) for value in range(int(store.labels[column].max()) + 1)]


def _spelled(column, value):
    """A class in words: yes-or-no attributes are named by their column, other values by themselves."""
    return {"yes": column, "no": f"not {column}"}.get(value, value)
