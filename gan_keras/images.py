"""Pictures: bytes and numbers in [-1, 1], grids, PNGs and GIFs."""

import io
import math

import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras import files


def to_float(pixels):
    """Returns float32 images in [-1, 1] of uint8 pixels, an array or a tensor of any shape; `to_uint8` undoes it."""
    if isinstance(pixels, np.ndarray):
        return pixels.astype(np.float32) / 127.5 - 1.0
    return tf.cast(pixels, tf.float32) / 127.5 - 1.0


def to_uint8(images):
    """Returns uint8 pixels of float32 images in [-1, 1], an array or a tensor of any shape.

    A pixel is floor(127.5 x + 128), clipped: halves round up, in training, in samples and inside an exported graph.
    """
    scaled = images * 127.5 + 128.0
    if isinstance(scaled, np.ndarray):
        return np.clip(scaled, 0.0, 255.0).astype(np.uint8)
    return tf.cast(tf.clip_by_value(scaled, 0.0, 255.0), tf.uint8)


def grid(images, columns=None, padding=2):
    """Returns one white-framed picture of many, row by row.

    Args:
        images: uint8 (N, H, W, C), N > 0.
        columns: int, pictures in a row; by default as many as make the grid about square.
        padding: int, pixels between pictures and around them.

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


def write_png(path, pixels):
    """Writes uint8 (H, W, C) pixels as a PNG, whole or not at all; C is 1 or 3.

    Raises:
        UserError: the folder does not exist or cannot be written.
    """
    _save(path, _pillow(pixels), format="PNG")


def write_gif(path, frames, milliseconds):
    """Writes uint8 (H, W, C) frames as a GIF that repeats for ever, whole or not at all.

    Args:
        path: where.
        frames: at least one frame, all of one shape; C is 1 or 3.
        milliseconds: int, how long a frame is shown; a GIF counts in hundredths of a second.

    Raises:
        UserError: the folder does not exist or cannot be written.
    """
    first, *others = [_pillow(frame) for frame in frames]
    _save(path, first, format="GIF", save_all=True, append_images=others, duration=milliseconds, loop=0)


def _pillow(pixels):
    from PIL import Image

    return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)


def _save(path, picture, **options):
    encoded = io.BytesIO()
    picture.save(encoded, **options)
    try:
        files.write_bytes(path, encoded.getvalue())
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError) as error:
        raise errors.UserError(
            f"cannot write '{path}' ({error.strerror}): choose a file in an existing folder that you may write to"
        ) from error
