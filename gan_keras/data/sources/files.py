"""What folders and zip files have in common: image names, class sub-folders, and whether all is grey."""

import os
import pathlib

import numpy as np

from gan_keras.data import crop

SUFFIXES = (".avif", ".bmp", ".gif", ".jfif", ".jp2", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".ppm", ".tif", ".tiff",
            ".webp")


def is_image_name(name):
    """Whether a relative path (`/` between its parts) looks like an image, and is not a system's hidden copy of one."""
    parts = pathlib.PurePosixPath(name).parts
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return not hidden and name.lower().endswith(SUFFIXES)


def class_labels(names):
    """Reads labels from sub-folders: the first folder below the one that all names share is the class.

    Args:
        names: relative paths of all images, `/` between their parts.

    Returns:
        `(columns, labels)`: `{"label": class names}` and int32 (N, 1); or `{}` and int32 (N, 0) where images lie
        outside class folders or there is but one class.
    """
    folders = [os.path.dirname(name) for name in names]
    shared = os.path.commonpath(folders)
    classes = [os.path.relpath(folder, shared).split("/")[0] if folder != shared else "" for folder in folders]
    known = sorted(set(classes))
    if len(known) < 2 or "" in known:
        return {}, np.zeros((len(names), 0), np.int32)
    index = {name: position for position, name in enumerate(known)}
    return {"label": known}, np.asarray([[index[name]] for name in classes], np.int32)


def all_grey(openers):
    """Whether every readable image is grey, by its header; the first one in colour ends the search.

    Args:
        openers: iterable of functions that open an image's file for reading.
    """
    for opener in openers:
        try:
            with opener() as file:
                if not crop.is_grey(file):
                    return False
        except Exception:  # Unreadable files are dealt with, and named, when they are decoded.
            continue
    return True
