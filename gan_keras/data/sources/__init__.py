"""Where images come from: `parse` tells which source a `--dataset` means, `open_source` opens it."""

import dataclasses
import os
import pathlib
import re
import zipfile

from gan_keras import errors

_PATH_KINDS = ("folder", "zip", "npz")
_SMALL = ("mnist", "fashion_mnist", "cifar10")
_FACES = ("celeb_a", "avatars")


@dataclasses.dataclass(frozen=True)
class Description:
    """What a data set's name alone tells.

    Attributes:
        kind: "avatars", "folder", "zip", "npz", or the name of a TFDS data set without version and configuration.
        location: the path, or the full name of the TFDS data set.
        name: short and fit for a file name.
        default_crop: side of the centred square that is cut out first, or None for the largest one.
        default_resolution: side of the prepared images.
        default_flip: whether mirrored images belong to the set.
    """

    kind: str
    location: str
    name: str
    default_crop: int | None
    default_resolution: int
    default_flip: bool


def describe(dataset):
    """Returns the `Description` of a `--dataset`, without reading images.

    Args:
        dataset: `avatars`, `folder:PATH`, `zip:PATH`, `npz:PATH`, an existing path alone, or the name of a TFDS set.

    Raises:
        UserError: the path does not exist or is of no known kind.
    """
    kind, location = _parse(dataset)
    last_part = pathlib.Path(location).name if kind in _PATH_KINDS else location
    return Description(
        kind=kind,
        location=location,
        name=re.sub(r"[^A-Za-z0-9_]+", "_", pathlib.Path(last_part).stem if kind in ("zip", "npz") else last_part),
        default_crop=178 if kind == "celeb_a" else None,
        default_resolution=32 if kind in _SMALL else 64,
        default_flip=kind in _FACES,
    )


def open_source(description, data_dir=None, progress=True):
    """Returns the `Source` of a `Description`; a TFDS data set that is not in `data_dir` is downloaded.

    Raises:
        UserError: the source cannot be read, holds no images, or is unknown.
    """
    if description.kind == "avatars":
        from gan_keras.data.sources.avatars import Avatars

        return Avatars()
    if description.kind == "folder":
        from gan_keras.data.sources.folder import Folder

        return Folder(description.location)
    if description.kind == "zip":
        from gan_keras.data.sources.zip import Zip

        return Zip(description.location)
    if description.kind == "npz":
        from gan_keras.data.sources.npz import Npz

        return Npz(description.location)
    from gan_keras.data.sources.tfds import Tfds

    return Tfds(description.location, data_dir, progress)


def _parse(dataset):
    if dataset == "avatars":
        return "avatars", "avatars"
    prefix, colon, rest = dataset.partition(":")
    path = pathlib.Path(rest if colon and prefix in _PATH_KINDS else dataset).expanduser()
    if colon and prefix in _PATH_KINDS:
        if not rest or not (path.is_dir() if prefix == "folder" else path.is_file()):
            raise errors.UserError(f"--dataset={dataset}: there is no {'folder' if prefix == 'folder' else 'file'} "
                                   f"'{rest}'; check the path")
        return prefix, os.path.abspath(path)
    if dataset and path.exists() and not (path.name == dataset and _is_tfds_name(dataset)):
        return _kind_of(path), os.path.abspath(path)
    if path.is_absolute() or dataset.startswith(".") or path.suffix in (".zip", ".npz"):
        raise errors.UserError(f"--dataset={dataset}: there is no file or folder '{path}'; check the path")
    return re.split("[:/]", dataset)[0], dataset


def _kind_of(path):
    if path.is_dir():
        return "folder"
    # An .npz is a zip too, so its suffix is asked first.
    if path.suffix == ".npz":
        return "npz"
    if zipfile.is_zipfile(path):
        return "zip"
    raise errors.UserError(f"--dataset={path}: expected a folder, a zip file or an .npz file, got another kind of file")


def _is_tfds_name(name):
    from gan_keras.data.sources import tfds

    return name in tfds.known_names()
