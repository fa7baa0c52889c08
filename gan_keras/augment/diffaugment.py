"""DiffAugment: color, translation and cutout (Zhao et al. 2020, arXiv 2006.10738).

The constants are those of the authors' code, which always applies all three (probability 1).
"""

from keras import ops

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
    gates, numbers = draws[:, :3] < probability, ops.unstack(draws[:, 3:], axis=1)
    images = color(images, *(ops.where(gates[:, 0], number, 0.5) for number in numbers[:3]))
    down, right = (
        ops.where(gates[:, 1], _shift(number, size), 0)
        for number, size in zip(numbers[3:5], images.shape[1:3], strict=True)
    )
    images = translation(images, down, right)
    return cutout(images, *numbers[5:], gates[:, 2])


def color(images, brightness, saturation, contrast):
    """Returns images plus brightness − 1/2, with their saturation scaled by [0, 2), then their contrast by [1/2, 3/2).

    All three together are one linear function of a pixel, its grey value and the mean of the image, which changes no
    bit where the numbers are 1/2.

    Args:
        images: float32 (N, H, W, C).
        brightness, saturation, contrast: float32 (N,) in [0, 1); 1/2 changes nothing.
    """
    channels = images.shape[-1]
    gray = ops.matmul(images, ops.full((channels, 1), 1.0 / channels))
    mean = ops.mean(gray, axis=(1, 2, 3), keepdims=True)
    brightness, saturation, contrast = (
        ops.reshape(number, (-1, 1, 1, 1)) for number in (brightness - 0.5, 2.0 * saturation, contrast + 0.5)
    )
    rest = (contrast * (1.0 - saturation)) * gray + ((1.0 - contrast) * mean + brightness)
    return (contrast * saturation) * images + rest


def translation(images, down, right):
    """Returns images moved by whole pixels and filled up with zeros (gray).

    A move is a product with a matrix of zeros and ones for each side, which is faster than picking pixels.

    Args:
        images: float32 (N, H, W, C).
        down, right: int32 (N,), in pixels.
    """
    _, height, width, channels = images.shape
    moved = ops.matmul(_moves(down, height), ops.reshape(images, (-1, height, width * channels)))
    moved = ops.reshape(moved, (-1, height, width, channels))
    return ops.matmul(ops.expand_dims(_moves(right, width), 1), moved)


def _moves(shift, size):
    """Returns the matrices (N, size, size) that move rows down by shifts (N,)."""
    places = ops.arange(size)
    from_place = ops.expand_dims(places, 0) - ops.reshape(shift, (-1, 1))  # (N, size): where a row comes from.
    return ops.cast(ops.equal(ops.expand_dims(from_place, 2), places), "float32")


def _shift(number, size):
    """Returns a shift in pixels for numbers (N,) in [0, 1): int32 (N,), all shifts up to an eighth equally likely."""
    furthest = int(size * SHIFT + 0.5)
    return ops.cast(ops.floor(number * (2 * furthest + 1)), "int32") - furthest


def cutout(images, down, right, gate):
    """Returns images with a square of half their side set to zero (gray), whose middle lies anywhere in the image.

    Args:
        images: float32 (N, H, W, C).
        down, right: float32 (N,) in [0, 1), the place of the middle; at 0 it is at the upper or left border.
        gate: bool (N,), which images are changed.
    """
    height, width = images.shape[1:3]
    rows = ops.expand_dims(_covered(down, height) & ops.expand_dims(gate, 1), 2)
    hidden = rows & ops.expand_dims(_covered(right, width), 1)
    return images * ops.cast(ops.expand_dims(~hidden, 3), "float32")


def _covered(number, size):
    """Returns which places of a side the square covers, for numbers (N,): bool (N, size)."""
    hole = int(size * HOLE + 0.5)
    first = ops.reshape(ops.floor(number * (size + 1 - hole % 2)) - hole // 2, (-1, 1))
    places = ops.arange(size, dtype="float32")
    return (places >= first) & (places < first + hole)
