"""Pictures: pixels and numbers in [-1, 1], grids, PNG and GIF files. TensorFlow is imported only for its tensors."""

import io
import math
import pathlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from PIL import Image

from gan_keras import errors
from gan_keras.runtime import files


def to_float(pixels: Any) -> Any:
    """Returns float32 images in [-1, 1] of uint8 pixels, an array or a tensor of any shape; inverse of `to_uint8`."""
    if isinstance(pixels, np.ndarray):
        return pixels.astype(np.float32) / 127.5 - 1.0
    import tensorflow as tf

    return tf.cast(pixels, tf.float32) / 127.5 - 1.0


def to_uint8(images: Any) -> Any:
    """Returns uint8 pixels of float32 images in [-1, 1], an array or a tensor of any shape.

    A pixel is floor(127.5 x + 128), clipped to 0 … 255: halves round up, in training, samples and exported graphs.
    """
    scaled = images * 127.5 + 128.0
    if isinstance(scaled, np.ndarray):
        return np.clip(scaled, 0.0, 255.0).astype(np.uint8)
    import tensorflow as tf

    return tf.cast(tf.clip_by_value(scaled, 0.0, 255.0), tf.uint8)


def mirror(images: np.ndarray, chosen: np.ndarray) -> None:
    """Mirrors in place those images (N, H, W, C) that are chosen, bool (N,).

    One channel after the other: NumPy copies rows of W numbers several times as fast as pixels of C numbers each.
    """
    originals = images[chosen]
    for channel in range(images.shape[-1]):
        images[chosen, :, :, channel] = originals[:, :, ::-1, channel]


def grid(images: np.ndarray, columns: int | None = None, padding: int = 2) -> np.ndarray:
    """Returns one picture of many with white frames, row by row.

    Args:
        images: uint8 (N, H, W, C), N > 0.
        columns: pictures in a row; None: as many as make the grid about square.
        padding: pixels between pictures and around them.

    Returns:
        uint8 (rows·(H + padding) + padding, columns·(W + padding) + padding, C).
    """
    images = np.asarray(images)
    count, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    canvas = np.full(
        (rows * (height + padding) + padding, columns * (width + padding) + padding, channels), 255, np.uint8
    )
    for index, image in enumerate(images):
        top = padding + index // columns * (height + padding)
        left = padding + index % columns * (width + padding)
        canvas[top : top + height, left : left + width] = image
    return canvas


def write_png(path: pathlib.Path | str, pixels: np.ndarray) -> None:
    """Writes uint8 (H, W, C) pixels as a PNG, whole or not at all; C is 1 or 3.

    Raises:
        UserError: the folder does not exist or cannot be written.
    """
    _save(path, _pillow(pixels), format="PNG")


def write_gif(path: pathlib.Path | str, frames: Iterable[np.ndarray], milliseconds: int) -> None:
    """Writes uint8 (H, W, C) frames as a GIF that repeats for ever, whole or not at all.

    Args:
        path: the file.
        frames: at least one frame, all of one shape; C is 1 or 3.
        milliseconds: how long a frame is shown; a GIF counts in hundredths of a second.

    Raises:
        UserError: the folder does not exist or cannot be written.
    """
    first, *others = [_pillow(frame) for frame in frames]
    _save(path, first, format="GIF", save_all=True, append_images=others, duration=milliseconds, loop=0)


def _pillow(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)


def _save(path: pathlib.Path | str, picture: Image.Image, **options: Any) -> None:
    encoded = io.BytesIO()
    picture.save(encoded, **options)
    try:
        files.write_bytes(pathlib.Path(path), encoded.getvalue())
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError) as error:
        raise errors.UserError(
            f"cannot write '{path}' ({error.strerror}): choose a file in an existing folder that you may write to"
        ) from error
