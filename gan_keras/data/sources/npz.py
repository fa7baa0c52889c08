"""Images in the arrays of an .npz file."""

import functools
import os
import zipfile
from collections.abc import Iterator

import numpy as np

from gan_keras import errors
from gan_keras.data.sources import base
from gan_keras.data.sources import paths


def describe(dataset: str) -> base.Description | None:
    """Returns the `Description` of `npz:PATH` or of an existing .npz file; None for any other `--dataset`.

    Raises:
        UserError: there is no such file.
    """
    return paths.describe(dataset, "npz", lambda path: path.suffix == ".npz" and path.is_file(), suffix=".npz")


def open_source(description: base.Description, data_dir: base.FolderPath, progress: bool) -> base.Source:
    """Returns the `Source`; `data_dir` and `progress` do not concern it."""
    return Npz(description.location)


class Npz(base.Source):
    """An .npz file with `images` [and `labels`], or with `x_train`, `y_train`, `x_test`, `y_test`.

    Images are uint8 (N, H, W), (N, H, W, 1), (N, H, W, 3) or (N, H, W, 4); labels are integers (N,) or (N, 1).

    Raises:
        UserError: it is no .npz file, or has other arrays than these.
    """

    def __init__(self, path: str | os.PathLike[str]):
        self._path = path
        try:
            with np.load(path, allow_pickle=False) as arrays:
                keys = set(arrays.files)
        except (AttributeError, OSError, ValueError, TypeError, zipfile.BadZipFile) as error:
            raise errors.UserError(f"'{path}' cannot be read as an .npz file: {error}") from error
        if "images" in keys:
            self._keys = {"train": ("images", "labels")}
        elif "x_train" in keys:
            self._keys = {"train": ("x_train", "y_train"), "test": ("x_test", "y_test")}
        else:
            raise errors.UserError(
                f"'{path}' holds {', '.join(sorted(keys)) or 'nothing'}: expected the keys images [and labels], or "
                "x_train [y_train x_test y_test]"
            )
        self._keys = {split: names for split, names in self._keys.items() if names[0] in keys}
        self._has_labels = all(names[1] in keys for names in self._keys.values())
        self.splits = {split: split for split in self._keys}
        self.columns = {"label": []} if self._has_labels else {}
        status = os.stat(path)
        self.identity = {"path": os.path.realpath(path), "bytes": status.st_size, "modified_ns": status.st_mtime_ns}

    @functools.cached_property
    def channels(self) -> int:
        images, _ = self._arrays["train"]
        return 1 if images.ndim == 3 or images.shape[-1] == 1 else 3

    def size(self, split: str) -> int:
        return len(self._arrays[split][0])

    def examples(self, split: str, resolution: int, limit: int | None) -> Iterator[base.Example]:
        images, labels = self._arrays[split]
        for index, (image, row) in enumerate(zip(images, labels, strict=True)):
            yield base.Example(f"{self._keys[split][0]}[{index}]", functools.partial(np.asarray, image), row)

    @functools.cached_property
    def _arrays(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        return {split: self._load(split) for split in self._keys}

    def _load(self, split: str) -> tuple[np.ndarray, np.ndarray]:
        """Returns the images of a split and their labels, int32 (N, 1) or (N, 0)."""
        image_key, label_key = self._keys[split]
        try:
            with np.load(self._path, allow_pickle=False) as arrays:
                images = arrays[image_key]
                labels = arrays[label_key] if self._has_labels else np.zeros((len(images), 0), np.int32)
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise errors.UserError(f"'{self._path}': {image_key} or {label_key} cannot be read: {error}") from error
        if images.dtype != np.uint8 or not (images.ndim == 3 or (images.ndim == 4 and images.shape[-1] in (1, 3, 4))):
            raise errors.UserError(
                f"'{self._path}': {image_key} is {images.dtype} {images.shape}; expected uint8 (N, H, W) or (N, H, W, "
                "C) with 1, 3 or 4 channels"
            )
        if self._has_labels:
            if not np.issubdtype(labels.dtype, np.integer) or labels.shape not in ((len(images),), (len(images), 1)):
                raise errors.UserError(
                    f"'{self._path}': {label_key} is {labels.dtype} {labels.shape}; expected integers "
                    f"({len(images)},), one for each image"
                )
            labels = labels.reshape(-1, 1).astype(np.int32)
        return images, labels
