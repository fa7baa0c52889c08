"""What folders and zip files have in common: names of images, class sub-folders, and whether all images are grey."""

import os
import pathlib
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

import numpy as np

from gan_keras.data import crop

SUFFIXES = (
    ".avif",
    ".bmp",
    ".gif",
    ".jfif",
    ".jp2",
    ".jpeg",
    ".jpg",
    ".pbm",
    ".pgm",
    ".png",
    ".ppm",
    ".tif",
    ".tiff",
    ".webp",
)


def is_image_name(name: str) -> bool:
    """Returns whether a relative path, with `/` between its parts, is that of an image and not of a hidden file."""
    return not is_hidden(name) and name.lower().endswith(SUFFIXES)


def is_hidden(name: str) -> bool:
    """Returns whether a file is not meant to be seen, by its relative path with `/` between its parts."""
    return any(part.startswith(".") or part == "__MACOSX" for part in pathlib.PurePosixPath(name).parts)


def class_labels(names: Sequence[str]) -> tuple[dict[str, list[str]], np.ndarray]:
    """Returns the labels that sub-folders give: the first folder below the one that all images share is the class.

    Args:
        names: relative paths of all images, with `/` between their parts.

    Returns:
        `(columns, labels)`: `{"label": names of the classes}` and int32 (N, 1); or `{}` and int32 (N, 0) if images lie
        outside class folders or if there is only one class.
    """
    folders = [os.path.dirname(name) for name in names]
    shared = os.path.commonpath(folders)
    classes = [os.path.relpath(folder, shared).split("/")[0] if folder != shared else "" for folder in folders]
    known = sorted(set(classes))
    if len(known) < 2 or "" in known:
        return {}, np.zeros((len(names), 0), np.int32)
    index = {name: position for position, name in enumerate(known)}
    return {"label": known}, np.asarray([[index[name]] for name in classes], np.int32)


def all_grey(openers: Iterable[Callable[[], Any]]) -> bool:
    """Returns whether every readable image is grey by its header; the first one in color ends the search.

    Args:
        openers: functions that open the file of an image for reading.
    """
    for opener in openers:
        try:
            with opener() as file:
                if not crop.is_grey(file):
                    return False
        except Exception:  # An unreadable file is skipped, and named, when it is decoded.
            continue
    return True
