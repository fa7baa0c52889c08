"""The augmentation of StyleGAN2-ADA (Karras et al. 2020, arXiv 2006.06676, appendix B), at a given probability.

It has the paper's pixel blitting (mirroring, quarter turns, integer translation), general geometry (scaling, rotation
before and after stretching, fractional translation) and color transforms (brightness, contrast, inverted luma, hue,
saturation), each with the paper's strength. Two departures: the paper's image-space filtering and corruptions, which
did not help there, are left out; and the geometric transforms of an image are composed into one affine map and
resampled once, bilinearly, where the authors' code adds a wavelet low-pass filter before and after.
"""

import math

import numpy as np
from keras import ops

from gan_keras.augment import resampling
from gan_keras.runtime import randomness

# The random numbers of an image, in this order: one for each transform that decides whether it is applied, then the
# parameters of the transforms.
GATES = (
    "mirror",
    "quarter_turn",
    "shift",
    "scale",
    "rotation_before",
    "stretch",
    "rotation_after",
    "fraction",
    "brightness",
    "contrast",
    "luma",
    "hue",
    "saturation",
)
NUMBERS = (
    "mirror",
    "quarter_turn",
    "shift_x",
    "shift_y",
    "scale",
    "rotation_before",
    "stretch",
    "rotation_after",
    "fraction_x",
    "fraction_y",
    "brightness",
    "contrast",
    "luma",
    "hue",
    "saturation",
)

# Largest integer translation, and standard deviation of the fractional one, as shares of the image's side.
FURTHEST_SHIFT = 0.125

RGB = np.diag(np.array([1, 1, 1, 0], np.float32))
GRAY = RGB @ np.full((4, 4), 1 / 3, np.float32) @ RGB  # Projects a color on the gray axis.
# Cross product with the unit vector of the gray axis.
AROUND_GRAY = np.pad(np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], np.float32), (0, 1)) / math.sqrt(3)


def draws(key, batch):
    """Returns the random numbers of a global batch, float32 (batch, 28) in [0, 1), a function of the key."""
    return randomness.uniform([batch, len(GATES) + len(NUMBERS)], key)


def augment(images, draws, probability):
    """Returns augmented images, of the same shape: each transform is applied to an image with the probability.

    As in the paper, half of the mirrorings and luma inversions and a quarter of the quarter turns are the identity, and
    the probability is that of at least one of the two rotations.

    Args:
        images: float32 (N, H, W, 1 or 3) in [-1, 1]; the result may leave that range.
        draws: float32 (N, 28), rows of `draws`.
        probability: number or scalar tensor in [0, 1]; at 0 the images are returned unchanged, bit by bit.
    """
    columns = ops.unstack(ops.reshape(draws, (-1, 1, 1, len(GATES) + len(NUMBERS))), axis=-1)
    gates, numbers = dict(zip(GATES, columns, strict=False)), dict(zip(NUMBERS, columns[len(GATES) :], strict=True))
    probabilities = dict.fromkeys(GATES, probability)
    probabilities["rotation_before"] = probabilities["rotation_after"] = 1.0 - ops.sqrt(1.0 - probability)

    def chosen(gate, value, neutral):
        return ops.where(gates[gate] < probabilities[gate], value, neutral)

    height, width = images.shape[1:3]
    images = resampled(images, geometry(chosen, numbers, height, width))
    return recolored(images, colors(chosen, numbers))


def geometry(chosen, numbers, height, width):
    """Returns affine maps from coordinates of the augmented images to coordinates of the images: float32 (N, 3, 3).

    They act on (x, y, 1), in pixels from the middle of the image; x points right and y points down.

    Args:
        chosen: function of the name of a transform, a value and a neutral value; it returns one of the two for each
            image.
        numbers: dict from the names in `NUMBERS` to float32 (N, 1, 1) in [0, 1).
        height, width: int, pixels.
    """

    def angle(gate):
        return chosen(gate, math.pi * (2.0 * numbers[gate] - 1.0), 0.0)

    def factor(gate):
        return chosen(gate, 2.0 ** (0.2 * normal(numbers[gate])), 1.0)

    mirror = chosen("mirror", 1.0 - 2.0 * ops.floor(2.0 * numbers["mirror"]), 1.0)
    quarters = chosen("quarter_turn", ops.floor(4.0 * numbers["quarter_turn"]), 0.0)
    shift, fraction = [], []
    for axis, size in (("x", width), ("y", height)):
        furthest = FURTHEST_SHIFT * size
        shift.append(chosen("shift", ops.round(furthest * (2.0 * numbers[f"shift_{axis}"] - 1.0)), 0.0))
        fraction.append(chosen("fraction", furthest * normal(numbers[f"fraction_{axis}"]), 0.0))
    scale, stretch = factor("scale"), factor("stretch")
    # The transforms are applied to the image from left to right; the product is of their inverses, in the same order.
    return _product(
        _scaling(mirror, 1.0),
        ops.round(_rotation(0.5 * math.pi * quarters)),
        _translation(*shift),
        _scaling(1.0 / scale, 1.0 / scale),
        _rotation(angle("rotation_before")),
        _scaling(1.0 / stretch, stretch),
        _rotation(angle("rotation_after")),
        _translation(*fraction),
    )


def resampled(images, maps):
    """Returns images (N, H, W, C) resampled by affine maps (N, 3, 3) of `geometry`, mirrored at their borders."""
    height, width = images.shape[1:3]
    middle_x, middle_y = 0.5 * (width - 1), 0.5 * (height - 1)
    x = ops.arange(width, dtype="float32") - middle_x
    y = ops.reshape(ops.arange(height, dtype="float32") - middle_y, (-1, 1))
    source_x, source_y = (
        maps[:, i, 0, None, None] * x + maps[:, i, 1, None, None] * y + maps[:, i, 2, None, None] for i in (0, 1)
    )
    return resampling.bilinear(images, source_y + middle_y, source_x + middle_x)


def colors(chosen, numbers):
    """Returns affine maps of colors (red, green, blue, 1), float32 (N, 4, 4); arguments as in `geometry`."""
    brightness = chosen("brightness", 0.2 * normal(numbers["brightness"]), 0.0)
    contrast = chosen("contrast", 2.0 ** (0.5 * normal(numbers["contrast"])), 1.0)
    inverted = chosen("luma", ops.floor(2.0 * numbers["luma"]), 0.0)
    hue = chosen("hue", math.pi * (2.0 * numbers["hue"] - 1.0), 0.0)
    saturation = chosen("saturation", 2.0 ** normal(numbers["saturation"]), 1.0)
    identity = np.eye(4, dtype=np.float32)
    # The transforms are applied to the colors from right to left.
    return _product(
        identity + (saturation - 1.0) * (RGB - GRAY),
        identity + ops.sin(hue) * AROUND_GRAY + (ops.cos(hue) - 1.0) * (RGB - GRAY),  # Rodrigues' rotation
        identity - 2.0 * inverted * GRAY,
        identity + (contrast - 1.0) * RGB,
        identity + brightness * sum(_unit(i, 3, size=4) for i in range(3)),
    )


def recolored(images, maps):
    """Returns images (N, H, W, 1 or 3) whose colors are mapped by affine maps (N, 4, 4); gray images count as RGB."""
    gains, offset = ops.unstack(maps[:, None, None, :3, :3], axis=-1), maps[:, None, None, :3, 3]
    if images.shape[-1] == 1:
        gain, offset = (ops.mean(value, axis=-1, keepdims=True) for value in (sum(gains), offset))
        return images * gain + offset
    return sum(images[..., j, None] * gain for j, gain in enumerate(gains)) + offset


def normal(number):
    """Returns the quantiles of the standard normal distribution for numbers in [0, 1): float32 in (−5.3, 5.3)."""
    # The numbers are multiples of 2⁻²³; half of that is added, so that the argument of erfinv stays within ±1.
    return math.sqrt(2.0) * ops.erfinv(2.0 * number - (1.0 - 2.0**-23))


def _product(*matrices):
    """Returns the product of stacks of small matrices, in float32 also on GPUs whose `matmul` rounds its factors."""
    product, *others = matrices
    for matrix in others:
        product = ops.sum(product[..., None] * ops.expand_dims(matrix, -3), axis=-2)
    return product


def _unit(row, column, size=3):
    return np.outer(np.eye(size, dtype=np.float32)[row], np.eye(size, dtype=np.float32)[column])


def _scaling(x, y):
    return x * _unit(0, 0) + y * _unit(1, 1) + _unit(2, 2)


def _rotation(angle):
    turned = ops.sin(angle) * (_unit(1, 0) - _unit(0, 1))
    return ops.cos(angle) * (_unit(0, 0) + _unit(1, 1)) + turned + _unit(2, 2)


def _translation(x, y):
    """Returns the inverse of a translation by (x, y) pixels."""
    return np.eye(3, dtype=np.float32) - x * _unit(0, 2) - y * _unit(1, 2)
