"""Images in a folder and its sub-folders."""

import functools
import hashlib
import os
import pathlib

from gan_keras import errors
from gan_keras.data.sources import base
from gan_keras.data.sources import files


class Folder(base.Source):
    """All image files below a folder, in the order of their names; class sub-folders are labels.

    Raises:
        UserError: there is no image file in it.
    """

    def __init__(self, path):
        self._root = pathlib.Path(path)
        found = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
        relative = (os.path.relpath(name, path).replace(os.sep, "/") for name in found)
        self._names = sorted(filter(files.is_image_name, relative))
        if not self._names:
            raise errors.UserError(f"no images in folder '{path}': expected files such as .jpg or .png in it or its "
                                   "sub-folders")
        self.columns, self._labels = files.class_labels(self._names)

    @functools.cached_property
    def identity(self):
        fingerprint = hashlib.sha256()
        for name in self._names:
            status = os.stat(self._root / name)
            fingerprint.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode(errors="surrogateescape"))
        return {"path": os.path.realpath(self._root), "fingerprint": fingerprint.hexdigest()}

    @functools.cached_property
    def channels(self):
        return 1 if files.all_grey(functools.partial(open, self._root / name, "rb") for name in self._names) else 3

    def size(self, split):
        return len(self._names)

    def examples(self, split, resolution, limit):
        for name, labels in zip(self._names, self._labels, strict=True):
            yield base.Example(name, (self._root / name).read_bytes, labels)
