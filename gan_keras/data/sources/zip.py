"""Images in a zip file, read in memory: nothing is unpacked."""

import functools
import os
import pathlib
import zipfile
from collections.abc import Iterator

from gan_keras import errors
from gan_keras.data.sources import base
from gan_keras.data.sources import image_files
from gan_keras.data.sources import paths

_MAX_MEMBER_BYTES = 2**28


def describe(dataset: str) -> base.Description | None:
    """Returns the `Description` of `zip:PATH` or of an existing zip file; None for any other `--dataset`.

    Raises:
        UserError: there is no such file.
    """
    return paths.describe(dataset, "zip", _is_zip, suffix=".zip")


def _is_zip(path: pathlib.Path) -> bool:
    return path.suffix != ".npz" and zipfile.is_zipfile(path)  # The format of an .npz file is zip.


def open_source(description: base.Description, data_dir: base.FolderPath, progress: bool) -> base.Source:
    """Returns the `Source`; `data_dir` and `progress` do not concern it."""
    return Zip(description.location)


class Zip(base.Source):
    """All image files of a zip, in the order of their names; class sub-folders are labels.

    Raises:
        UserError: it is no zip, holds no image, or has names that point outside of it.
    """

    def __init__(self, path: str | os.PathLike[str]):
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise errors.UserError(f"'{path}' cannot be read as a zip file: {error}") from error
        for name in self._archive.namelist():
            parts = pathlib.PureWindowsPath(name)  # Knows both kinds of separators, and drive letters.
            if ".." in parts.parts or parts.anchor:
                raise errors.UserError(
                    f"zip file '{path}' has a member '{name}' that points outside of it: do not trust such a file; "
                    "pack the images again"
                )
        self._names = sorted(filter(image_files.is_image_name, self._archive.namelist()))
        if not self._names:
            raise errors.UserError(f"no images in zip file '{path}': expected files such as .jpg or .png")
        self.columns, self._labels = image_files.class_labels(self._names)
        status = os.stat(path)
        self.identity = {"path": os.path.realpath(path), "bytes": status.st_size, "modified_ns": status.st_mtime_ns}

    @functools.cached_property
    def channels(self) -> int:
        openers = (functools.partial(self._archive.open, name) for name in self._names)
        return 1 if image_files.all_grey(openers) else 3

    def size(self, split: str) -> int:
        return len(self._names)

    def examples(self, split: str, resolution: int, limit: int | None) -> Iterator[base.Example]:
        for name, labels in zip(self._names, self._labels, strict=True):
            yield base.Example(name, functools.partial(self._read, name), labels)

    def _read(self, name: str) -> bytes:
        # A member never gives more bytes than it declares.
        if self._archive.getinfo(name).file_size > _MAX_MEMBER_BYTES:
            raise ValueError(f"larger than {_MAX_MEMBER_BYTES >> 20} MiB")
        return self._archive.read(name)
