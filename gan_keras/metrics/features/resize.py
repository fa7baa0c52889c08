"""Samples, resized for a network: the ways differ by several points of FID (Parmar et al. 2022, arXiv 2104.11222)."""

import numpy as np
import tensorflow as tf
from PIL import Image

from gan_keras import errors


def rgb(samples):
    """Returns samples as colours, float32 (n, H, W, 3) in [0, 255]; grey ones are repeated.

    Args:
        samples: uint8 (n, H, W, C), C 1 or 3.

    Raises:
        UserError: they have another number of channels.
    """
    channels = samples.shape[-1]
    if channels not in (1, 3):
        raise errors.UserError(f"samples have {channels} channels: expected 1 (grey) or 3 (red, green, blue)")
    return np.repeat(np.asarray(samples, np.float32), 3 // channels, axis=-1)


def bilinear(samples, size):
    """Returns samples resized bilinearly between half-pixel centres, without antialias, as `tf.image.resize` does.

    Args:
        samples: uint8 (n, H, W, C), C 1 or 3.
        size: side S of the result in pixels.

    Returns:
        float32 (n, S, S, 3) in [0, 255].

    Raises:
        UserError: as `rgb`.
    """
    return tf.image.resize(rgb(samples), (size, size)).numpy()


def tf1_bilinear(samples, size):
    """Returns samples resized as TensorFlow 1 did, and with it the graph of the original FID (arXiv 1706.08500).

    Pixel i of the result is read at i · (H / S), not at the centre of the pixel, and without antialias. Arguments,
    result and error are those of `bilinear`.
    """
    resized = tf.compat.v1.image.resize_bilinear(
        rgb(samples), (size, size), align_corners=False, half_pixel_centers=False
    )
    return resized.numpy()


def antialiased(samples, size):
    """Returns samples resized as the clean-fid of arXiv 2104.11222 does.

    Each channel goes through Pillow's bicubic filter with antialias as float32: values are limited to [0, 255], but
    not rounded. Arguments, result and error are those of `bilinear`.
    """
    samples = np.asarray(samples, np.float32)
    resized = np.empty((len(samples), size, size, samples.shape[-1]), np.float32)
    for sample, target in zip(samples, resized, strict=True):
        for channel in range(samples.shape[-1]):
            image = Image.fromarray(np.ascontiguousarray(sample[..., channel]))
            target[..., channel] = image.resize((size, size), Image.Resampling.BICUBIC)
    return rgb(resized.clip(0, 255, out=resized))
