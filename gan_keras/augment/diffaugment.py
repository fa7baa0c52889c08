"""DiffAugment: color, translation and cutout (Zhao et al. 2020, arXiv 2006.10738).

The constants are those of the authors' code, which always applies all three (probability 1).
"""

from keras import ops

from gan_keras.augment import resampling
from gan_keras.runtime import randomness

SHIFT = 0.125  # Largest translation, as a share of the image's side.
HOLE = 0.5  # Side of the cutout, as a share of the image's side.


def draws(key, batch):
    """Returns the random numbers of a global batch, float32 (batch, 10) in [0, 1), a function of the key."""
    return randomness.uniform([batch, 10], key)


def augment(images, draws, probability):
    """Returns augmented images (N, H, W, C): color, translation and cutout are each applied with the probability.

    Args:
        images: float32 (N, H, W, C) in [-1, 1]; the result may leave that range.
        draws: float32 (N, 10), rows of `draws`: the first three numbers decide what is applied, the others how.
        probability: number or scalar tensor in [0, 1]; at 0 the images are returned unchanged, bit by bit.
    """
    by_image = ops.reshape(draws, (-1, 1, 1, 1, 10))
    gates, numbers = ops.unstack(by_image[..., :3], axis=-1), ops.unstack(by_image[..., 3:], axis=-1)
    images = ops.where(gates[0] < probability, color(images, *numbers[:3]), images)
    images = ops.where(gates[1] < probability, translation(images, *numbers[3:5]), images)
    return ops.where(gates[2] < probability, cutout(images, *numbers[5:]), images)


def color(images, brightness, saturation, contrast):
    """Returns images plus brightness − 1/2, with their saturation scaled by [0, 2), then their contrast by [1/2, 3/2).

    Args:
        images: float32 (N, H, W, C).
        brightness, saturation, contrast: float32 (N, 1, 1, 1) in [0, 1); 1/2 changes nothing.
    """
    images = images + (brightness - 0.5)
    gray = ops.mean(images, axis=3, keepdims=True)
    images = gray + (images - gray) * (2.0 * saturation)
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return mean + (images - mean) * (contrast + 0.5)


def translation(images, down, right):
    """Returns images moved by whole pixels, at most an eighth of the side, and filled up with zeros (gray).

    Args:
        images: float32 (N, H, W, C).
        down, right: float32 (N, 1, 1, 1) in [0, 1); 0 moves furthest up or left.
    """
    height, width = images.shape[1:3]
    rows = ops.reshape(ops.arange(height), (1, -1, 1)) - _shift(down, height)
    columns = ops.reshape(ops.arange(width), (1, 1, -1)) - _shift(right, width)
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    moved = resampling.pixels(images, ops.clip(rows, 0, height - 1), ops.clip(columns, 0, width - 1))
    return ops.where(ops.expand_dims(inside, -1), moved, 0.0)


def _shift(number, size):
    """Returns a shift in pixels for numbers (N, 1, 1, 1) in [0, 1): int32 (N, 1, 1), all shifts equally likely."""
    furthest = int(size * SHIFT + 0.5)
    return ops.cast(ops.floor(number[..., 0] * (2 * furthest + 1)), "int32") - furthest


def cutout(images, down, right):
    """Returns images with a square of half their side set to zero (gray), whose middle lies anywhere in the image.

    Args:
        images: float32 (N, H, W, C).
        down, right: float32 (N, 1, 1, 1) in [0, 1), the place of the middle; at 0 it is at the upper or left border.
    """
    height, width = images.shape[1:3]
    hidden = _covered(down, height, axis=1) & _covered(right, width, axis=2)
    return ops.where(hidden, 0.0, images)


def _covered(number, size, axis):
    """Returns which rows (axis 1) or columns (axis 2) the square covers: bool (N, size, 1, 1) or (N, 1, size, 1)."""
    hole = int(size * HOLE + 0.5)
    first = ops.floor(number * (size + 1 - hole % 2)) - hole // 2
    places = ops.reshape(ops.arange(size, dtype="float32"), [-1 if index == axis else 1 for index in range(4)])
    return (places >= first) & (places < first + hole)
