"""Images in a folder and its sub-folders."""

import functools
import hashlib
import os
import pathlib
from collections.abc import Iterator

from gan_keras import errors
from gan_keras.data.sources import base
from gan_keras.data.sources import image_files
from gan_keras.data.sources import paths


def describe(dataset: str) -> base.Description | None:
    """Returns the `Description` of `folder:PATH` or of an existing folder; None for any other `--dataset`.

    Raises:
        UserError: there is no such folder.
    """
    return paths.describe(dataset, "folder", pathlib.Path.is_dir)


def open_source(description: base.Description, data_dir: base.FolderPath, progress: bool) -> base.Source:
    """Returns the `Source`; `data_dir` and `progress` do not concern it."""
    return Folder(description.location)


class Folder(base.Source):
    """All image files below a folder, in the order of their names; class sub-folders are labels.

    Raises:
        UserError: there is no image file in it.
    """

    def __init__(self, path: str | os.PathLike[str]):
        self._root = pathlib.Path(path)
        found = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
        relative = (os.path.relpath(name, path).replace(os.sep, "/") for name in found)
        self._names = sorted(filter(image_files.is_image_name, relative))
        if not self._names:
            raise errors.UserError(
                f"no images in folder '{path}': expected files such as .jpg or .png in it or its sub-folders"
            )
        self.columns, self._labels = image_files.class_labels(self._names)
        self.identity = {"path": os.path.realpath(self._root), "fingerprint": self._fingerprint()}

    @functools.cached_property
    def channels(self) -> int:
        openers = (functools.partial(open, self._root / name, "rb") for name in self._names)
        return 1 if image_files.all_grey(openers) else 3

    def size(self, split: str) -> int:
        return len(self._names)

    def examples(self, split: str, resolution: int, limit: int | None) -> Iterator[base.Example]:
        for name, labels in zip(self._names, self._labels, strict=True):
            yield base.Example(name, (self._root / name).read_bytes, labels)

    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        for name in self._names:
            status = os.stat(self._root / name)
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode(errors="surrogateescape"))
        return digest.hexdigest()
