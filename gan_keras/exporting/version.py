"""Versions of an exported model: numbered folders, in the layout that TensorFlow Serving polls."""

import contextlib
import pathlib
import re
import types
from collections.abc import Iterator

from gan_keras import errors
from gan_keras.runtime import files


def numbers(model_dir: pathlib.Path | str) -> list[int]:
    """Returns the version numbers below a model's folder, ascending; empty where there is no such folder."""
    model_dir = pathlib.Path(model_dir)
    if not model_dir.is_dir():
        return []
    return sorted(int(entry.name) for entry in model_dir.iterdir() if re.fullmatch(r"[0-9]+", entry.name))


def locate(path: pathlib.Path | str) -> pathlib.Path:
    """Returns the version folder of a path: the path itself, or the newest version below it.

    Raises:
        UserError: there is no exported generator.
    """
    path = pathlib.Path(path)
    if not path.is_dir():
        raise errors.UserError(f"no exported model at '{path}': expected a folder like exported_models/NAME/1")
    versions = [path / str(number) for number in reversed(numbers(path))]
    for folder in (path, *versions):
        if (folder / "saved_model.pb").is_file() and (folder / "export.json").is_file():
            return folder
    raise errors.UserError(
        f"'{path}' holds no exported generator: expected a version folder with saved_model.pb and export.json, or the "
        "folder above it; scripts/export.py makes one of a run"
    )


@contextlib.contextmanager
def new(model_dir: pathlib.Path | str, version: int | None = None) -> Iterator[types.SimpleNamespace]:
    """Fills a new version aside; renames it when the block ends, and leaves nothing when the block fails.

    A server that polls the folder sees a whole version or none, and exports at the same time get different numbers.

    Args:
        model_dir: path of the model's folder, made if need be.
        version: the version's number, or None for one more than the highest.

    Yields:
        an object whose `folder` is the path to write into, and after the block the path of the version.

    Raises:
        UserError: the folder cannot be written, or the version exists already.
    """
    model_dir = pathlib.Path(model_dir)
    if not re.fullmatch(r"\w[\w.-]*", model_dir.name, flags=re.ASCII):
        raise errors.UserError(f"'{model_dir.name}' cannot name a model: expected letters, digits and _ . - after them")
    _refuse_existing(model_dir, version)

    def next_version() -> pathlib.Path:
        return model_dir / str(max(numbers(model_dir), default=0) + 1)

    try:
        model_dir.mkdir(parents=True, exist_ok=True)
        target = next_version if version is None else model_dir / str(version)
        with files.written_aside(target, replace=False) as draft:
            yield draft
    except OSError as error:
        _refuse_existing(model_dir, version)  # Another process has made it meanwhile.
        raise errors.UserError(
            f"cannot write the export to '{model_dir}' ({error.strerror or error}): choose another --export_dir"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            model_dir.rmdir()  # Only a folder that is still empty.


@contextlib.contextmanager
def addition(folder: pathlib.Path) -> Iterator[types.SimpleNamespace]:
    """Fills a folder of a version aside, and renames it when the block ends; yields as `new` does.

    What a killed process has left there is removed: the caller knows that the version does not have the folder, and
    holds its lock.

    Raises:
        UserError: the folder cannot be written.
    """
    try:
        files.remove_leftovers(folder.parent, folder.name)
        with files.written_aside(folder) as draft:
            yield draft
    except OSError as error:
        raise errors.UserError(f"cannot write '{folder}' ({error.strerror or error}): free space there") from error


def _refuse_existing(model_dir, version):
    if version in numbers(model_dir):
        raise errors.UserError(
            f"version {version} of '{model_dir}' exists already: choose another number, or none for the next"
        )
