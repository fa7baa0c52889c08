"""Pixels of images at other places: what all geometric augmentations are made of.

Differentiable with respect to the images, any number of times; shapes are static, so that XLA compiles them.
"""

from keras import ops


def pixels(images, rows, columns):
    """Returns the pixels at whole coordinates.

    Args:
        images: (N, H, W, C).
        rows, columns: int32 of one shape with (N, H, W) by broadcasting, each within the image.

    Returns:
        (N, H, W, C).
    """
    count, height, width, channels = ops.shape(images)
    first = ops.reshape(ops.arange(count) * (height * width), (-1, 1, 1))
    places = ops.reshape(first + rows * width + columns, (-1,))
    flat = ops.take(ops.reshape(images, (-1, channels)), places, axis=0)
    return ops.reshape(flat, (-1, height, width, channels))


def bilinear(images, y, x):
    """Returns the images at fractional coordinates, interpolated between four pixels and mirrored at their borders.

    At whole coordinates these are the pixels themselves, to the last bit.

    Args:
        images: float32 (N, H, W, C).
        y, x: float32 (N, H, W), 0 being the middle of the first row and column.
    """
    height, width = images.shape[1:3]
    y, x = _mirrored(y, height), _mirrored(x, width)
    top, left = ops.floor(y), ops.floor(x)
    down, right = ops.expand_dims(y - top, -1), ops.expand_dims(x - left, -1)
    top, left = ops.cast(top, "int32"), ops.cast(left, "int32")
    bottom, far = ops.minimum(top + 1, height - 1), ops.minimum(left + 1, width - 1)
    above = pixels(images, top, left) * (1.0 - right) + pixels(images, top, far) * right
    below = pixels(images, bottom, left) * (1.0 - right) + pixels(images, bottom, far) * right
    return above * (1.0 - down) + below * down


def _mirrored(coordinate, size):
    """Folds a coordinate into [0, size − 1]: the picture goes on as its own mirror image, again and again."""
    there_and_back = 2.0 * (size - 1)
    coordinate = ops.mod(coordinate, there_and_back)
    return ops.minimum(coordinate, there_and_back - coordinate)
