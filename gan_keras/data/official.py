"""Builds TFDS data sets from official files that the user downloaded by hand.

TFDS's own builder does the work: it gets these files in place of its downloads. So the result is the same data set as
after a download, and `tfds.load` and `--dataset` find it.
"""

import gzip
import os
import pathlib
import tempfile
import zipfile
from collections.abc import Iterable
from typing import Any

from gan_keras import errors
from gan_keras.data.sources import tfds_library

_ANNOTATIONS = {
    "list_eval_partition": "list_eval_partition.txt",
    "list_attr_celeba": "list_attr_celeba.txt",
    "landmarks_celeba": "list_landmarks_align_celeba.txt",
    "identity_celeba": "identity_CelebA.txt",
}
_IDX = {  # name and unpacked length in bytes
    "train_data": ("train-images-idx3-ubyte", 16 + 60_000 * 28 * 28),
    "train_labels": ("train-labels-idx1-ubyte", 8 + 60_000),
    "test_data": ("t10k-images-idx3-ubyte", 16 + 10_000 * 28 * 28),
    "test_labels": ("t10k-labels-idx1-ubyte", 8 + 10_000),
}

Path = str | os.PathLike[str]


def celeb_a(images: Path, annotations: Path, data_dir: Path | None = None) -> pathlib.Path:
    """Builds `celeb_a` and returns its folder.

    Args:
        images: path of `img_align_celeba.zip`, or of a folder that holds its .jpg files.
        annotations: folder with list_eval_partition.txt, list_attr_celeba.txt, list_landmarks_align_celeba.txt and
            identity_CelebA.txt.
        data_dir: folder where TFDS keeps its data sets; None: its default.

    Raises:
        UserError: files are missing or do not belong together, or the data set exists already.
    """
    paths = {key: pathlib.Path(annotations) / name for key, name in _ANNOTATIONS.items()}
    _require(paths.values(), "--annotations")
    faces = _faces(pathlib.Path(images))
    lines = paths["list_eval_partition"].read_text().splitlines()
    missing = [line.split()[0] for line in lines if line.strip() and line.split()[0] not in faces]
    if missing:
        raise errors.UserError(
            f"{len(missing)} of the {len(lines)} images of list_eval_partition.txt are not in '{images}', such as "
            f"{missing[0]}: expected the aligned images, img_align_celeba.zip"
        )
    return _build("celeb_a", data_dir, paths | {"img_align_celeba": faces})


def mnist(name: str, files: Path, data_dir: Path | None = None) -> pathlib.Path:
    """Builds `mnist` or `fashion_mnist` and returns its folder.

    Args:
        name: name of the data set.
        files: folder with the four idx files, as they are or with .gz.
        data_dir: folder where TFDS keeps its data sets; None: its default.

    Raises:
        UserError: files are missing, damaged or of another length, or the data set exists already.
    """
    folder = pathlib.Path(files)
    found = {key: _packed_or_not(folder, idx) for key, (idx, _) in _IDX.items()}
    _require(found.values(), "--files")
    with tempfile.TemporaryDirectory() as unpacked:
        paths = {}
        for key, path in found.items():
            paths[key] = pathlib.Path(unpacked) / key
            paths[key].write_bytes(_idx_bytes(path, _IDX[key][1]))
        return _build(name, data_dir, paths)


class _LocalFiles:
    """Takes the place of TFDS's download manager: its answers are files that are here already."""

    downloaded_size = 0

    def __init__(self, paths: dict[str, Any]):
        self._paths = paths

    def download(self, urls):
        return {key: self._paths[key] for key in urls}

    download_and_extract = download

    def iter_archive(self, faces):
        return faces.items()


class _Member:
    """A file in a zip that is read when TFDS encodes it, so that not all of CelebA is in memory at once."""

    def __init__(self, archive: zipfile.ZipFile, name: str):
        self._archive = archive
        self._name = name

    def read(self) -> bytes:
        return self._archive.read(self._name)


def _build(name: str, data_dir: Path | None, paths: dict[str, Any]) -> pathlib.Path:
    with tfds_library.quiet() as tfds:
        builder = tfds.builder(name, data_dir=data_dir)
        if builder.data_path.exists():
            raise errors.UserError(
                f"{name} is already in '{builder.data_dir}': train on it, or delete that folder to build it again"
            )
        builder._make_download_manager = lambda **_: _LocalFiles(paths)
        try:
            builder.download_and_prepare()
        except (KeyError, IndexError, ValueError, zipfile.BadZipFile) as error:
            raise errors.UserError(
                f"{name} cannot be built from these files ({type(error).__name__}: {error}): expected the official "
                "files, unchanged"
            ) from error
        return pathlib.Path(builder.data_dir)


def _packed_or_not(folder: pathlib.Path, name: str) -> pathlib.Path:
    """Returns the path of the file with .gz, unless there is only the one without."""
    packed, plain = folder / f"{name}.gz", folder / name
    return plain if plain.is_file() and not packed.is_file() else packed


def _require(paths: Iterable[pathlib.Path], flag: str) -> None:
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        raise errors.UserError(f"missing {', '.join(missing)}: put the official files into the folder of {flag}")


def _faces(path: pathlib.Path) -> dict[str, Any]:
    """Maps the names of all .jpg files to something that TFDS can read an image from."""
    if path.is_dir():
        walked = ((folder, name) for folder, _, names in os.walk(path) for name in names)
        return {name: os.path.join(folder, name) for folder, name in walked if name.endswith(".jpg")}
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise errors.UserError(
            f"--images={path} cannot be read ({error}): expected img_align_celeba.zip or a folder with its images"
        ) from error
    return {os.path.basename(name): _Member(archive, name) for name in archive.namelist() if name.endswith(".jpg")}


def _idx_bytes(path: pathlib.Path, length: int) -> bytes:
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError) as error:
        raise errors.UserError(f"'{path}' cannot be unpacked ({error}): download it again") from error
    if len(content) != length:
        raise errors.UserError(f"'{path}' holds {len(content)} bytes unpacked, expected {length}: download it again")
    return content
