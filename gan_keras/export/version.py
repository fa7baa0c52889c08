"""Versions of an exported model: numbered folders, in the layout that TensorFlow Serving polls."""

import contextlib
import pathlib
import re
import shutil
import types
import uuid

from gan_keras import errors
from gan_keras import files


def numbers(model_dir):
    """Returns the version numbers below a model's folder, ascending; empty where there is no such folder."""
    model_dir = pathlib.Path(model_dir)
    if not model_dir.is_dir():
        return []
    return sorted(int(entry.name) for entry in model_dir.iterdir() if re.fullmatch(r"[0-9]+", entry.name))


def locate(path):
    """Returns the version folder that a path means: the path itself, or the newest version below it.

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
def new(model_dir, version=None):
    """Fills a new version aside; renames it when the block ends, and leaves nothing when the block fails.

    A server that polls the folder sees a whole version or none, and exports at the same time get different numbers.

    Args:
        model_dir: path of the model's folder, made if need be.
        version: int, or None for one more than the highest.

    Yields:
        an object with `folder`, the path to write into; after the block it is the path of the version.

    Raises:
        UserError: the folder cannot be written, or the version is there already.
    """
    model_dir = pathlib.Path(model_dir)
    if not re.fullmatch(r"\w[\w.-]*", model_dir.name, flags=re.ASCII):
        raise errors.UserError(f"'{model_dir.name}' cannot name a model: expected letters, digits and _ . - after them")
    _refuse_existing(model_dir, version)
    aside = model_dir / f".tmp-{uuid.uuid4().hex}"
    try:
        aside.mkdir(parents=True)
    except OSError as error:
        raise _unwritable(model_dir, error) from error
    draft = types.SimpleNamespace(folder=aside)
    try:
        yield draft
        for path in [*aside.rglob("*"), aside]:
            files.sync(path)
        draft.folder = _rename(aside, model_dir, version)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        with contextlib.suppress(OSError):
            model_dir.rmdir()  # Only a folder that is still empty.


def _rename(aside, model_dir, version):
    while True:
        _refuse_existing(model_dir, version)
        target = model_dir / str(max(numbers(model_dir), default=0) + 1 if version is None else version)
        try:
            return aside.rename(target)
        except OSError as error:
            # A folder that holds files is never replaced: of two exports at a time the second takes the next number.
            if not target.exists():
                raise _unwritable(model_dir, error) from error


def _unwritable(model_dir, error):
    return errors.UserError(f"cannot write the export to '{model_dir}' ({error.strerror}): choose another --export_dir")


def _refuse_existing(model_dir, version):
    if version in numbers(model_dir):
        raise errors.UserError(
            f"version {version} of '{model_dir}' exists already: choose another number, or none for the next"
        )
