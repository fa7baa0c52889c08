"""Images that are measured as they are: those of a folder, or an array in a file."""

import io
import pathlib
import zipfile
import zlib

import numpy as np
from PIL import Image

from gan_keras import errors
from gan_keras.data import crop
from gan_keras.data import kinds
from gan_keras.data.sources import image_files
from gan_keras.metrics import rows
from gan_keras.metrics.subjects import BATCH
from gan_keras.metrics.subjects import Subject


class Samples(Subject):
    """Samples that exist already: the images of a folder, or an array in a `.npy` file or under `images` in a `.npz`.

    Raises:
        UserError: there are none, they are no images, not square, or they differ in size.
    """

    def __init__(self, path: pathlib.Path | str):
        path = pathlib.Path(path)
        self.origin = {"samples": str(path), "generator": None}
        if path.is_dir():
            self._files = sorted(each for each in path.rglob("*") if _is_image(each, path))
            if not self._files:
                raise errors.UserError(
                    f"--samples={path}: the folder holds no images ({', '.join(image_files.SUFFIXES)})"
                )
            self._array = None
            self.shape, self.count = self._read(self._files[0]).shape, len(self._files)
        else:
            self._array = _array(path)
            self.shape, self.count = self._array.shape[1:], len(self._array)

    def batches(self, seeds, conditions):
        for chosen in rows.blocks(seeds, BATCH):
            yield self._array[chosen] if self._array is not None else self._images(chosen)

    def _images(self, chosen):
        images = [self._read(self._files[index]) for index in chosen]
        for index, image in zip(chosen, images, strict=True):
            if image.shape != self.shape:
                raise errors.UserError(
                    f"'{self._files[index]}' is {_size(image.shape)}, and '{self._files[0]}' is {_size(self.shape)}: "
                    "samples have to be of one size"
                )
        return np.stack(images)

    def _read(self, path):
        """Returns the pixels of a file, as those of the real images: a square is neither cropped nor resized."""
        try:
            with Image.open(path) as image:
                width, height = image.size
            content = path.read_bytes()
            channels = 1 if crop.is_grey(io.BytesIO(content)) else 3
            pixels = crop.pixels(content, crop=None, resolution=min(width, height), channels=channels)
        except Exception as error:  # Pillow raises many types for a broken file.
            raise errors.UserError(f"'{path}' cannot be read as an image: {error}; remove or replace it") from error
        if width != height:
            raise errors.UserError(
                f"'{path}' is {width} × {height} pixels: expected square images, as the real ones are"
            )
        return pixels


def _is_image(path, folder):
    return image_files.is_image_name(path.relative_to(folder).as_posix())


def _array(path):
    try:
        if zipfile.is_zipfile(path):
            with np.load(path, allow_pickle=False) as arrays:
                array = arrays["images"]
        else:  # `numpy.load` leaves a file open that begins as a zip and is none.
            array = np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise errors.UserError(
            f"--samples={path}: expected a folder of images, a .npy file, or a .npz file with the key images ({error})"
        ) from error
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[-1] not in (1, 3) or not len(array):
        raise errors.UserError(f"--samples={path}: got shape {array.shape}, expected (N, H, W, C) with 1 or 3 channels")
    if array.dtype == np.uint8:
        return array
    if not np.issubdtype(array.dtype, np.floating):
        raise errors.UserError(f"--samples={path}: got {array.dtype}, expected uint8, or floats in [-1, 1]")
    bad = ~np.isfinite(array).all(axis=(1, 2, 3))
    if bad.any():
        raise errors.UserError(
            f"--samples={path}: {bad.sum()} samples are NaN or infinite, the first is {bad.argmax()}"
        )
    if array.min() < -1.001 or array.max() > 1.001:
        raise errors.UserError(
            f"--samples={path}: floats from {array.min():.3g} to {array.max():.3g}, expected them in [-1, 1], or uint8"
        )
    return kinds.IMAGES.to_stored(np.asarray(array, np.float32))


def _size(shape):
    return " × ".join(map(str, shape))
