"""What the sources that are a file or a folder share: how a `--dataset` names them."""

import os
import pathlib
from collections.abc import Callable

from gan_keras import errors
from gan_keras.data.sources import base
from gan_keras.data.sources import tfds_library


def describe(
    dataset: str, kind: str, is_kind: Callable[[pathlib.Path], bool], *, suffix: str | None = None
) -> base.Description | None:
    """Returns the `Description` of a `--dataset` that is `KIND:PATH`, or an existing path alone; None for any other.

    Args:
        dataset: value of `--dataset`.
        kind: name of the source, which is a folder without a suffix, else a file.
        is_kind: function, whether an existing path that stands alone is of this kind.
        suffix: a path that ends so is of this kind whether or not it exists.

    Raises:
        UserError: `KIND:PATH` or a path with the suffix, and there is nothing at the path.
    """
    prefix, colon, rest = dataset.partition(":")
    noun, exists = ("file", pathlib.Path.is_file) if suffix else ("folder", pathlib.Path.is_dir)
    if colon and prefix == kind:
        path: pathlib.Path | None = pathlib.Path(rest).expanduser() if rest else None
        if path is None or not exists(path):
            raise missing(dataset, noun, rest)
    else:
        path = existing(dataset)
        if path is None and suffix and dataset.endswith(suffix):
            raise missing(dataset, noun, dataset)
        if path is None or not is_kind(path):
            return None
    path = pathlib.Path(os.path.abspath(path))
    return base.Description(
        source=kind, kind=kind, location=str(path), name=base.file_name(path.stem if suffix else path.name)
    )


def existing(dataset: str) -> pathlib.Path | None:
    """Returns the existing path that a `--dataset` is; None if there is none, or a TFDS data set has that name."""
    path = pathlib.Path(dataset).expanduser()
    if not dataset or not path.exists():
        return None
    return None if path.name == dataset and dataset in tfds_library.known_names() else path


def missing(dataset: str, noun: str, path: str) -> errors.UserError:
    """Returns the error of a `--dataset` that names a file or folder, the noun, where there is none."""
    return errors.UserError(f"--dataset={dataset}: there is no {noun} '{path}'; check the path")
