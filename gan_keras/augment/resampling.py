"""Values of images at given coordinates, of which the geometric transformations of ADA consist.

The functions have derivatives of any order with respect to the images, and static shapes, which XLA requires.
"""

from keras import ops


def pixels(images, rows, columns):
    """Returns the pixels at integer coordinates.

    Args:
        images: (N, H, W, C).
        rows, columns: int32, which broadcast to (N, H, W): rows in [0, H), columns in [0, W).

    Returns:
        (N, H, W, C).
    """
    count, height, width, channels = ops.shape(images)
    first = ops.reshape(ops.arange(count) * (height * width), (-1, 1, 1))
    places = ops.reshape(first + rows * width + columns, (-1,))
    flat = ops.take(ops.reshape(images, (-1, channels)), places, axis=0)
    return ops.reshape(flat, (-1, height, width, channels))


def bilinear(images, y, x):
    """Returns the values of images at fractional coordinates, float32 (N, H, W, C).

    They are interpolated between four pixels; beyond its borders an image continues as its own mirror image. At integer
    coordinates they are the pixels themselves, to the last bit.

    Args:
        images: float32 (N, H, W, C).
        y, x: float32 (N, H, W), in pixels; 0 is the middle of the first row or column.
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
    """Returns coordinates reflected at both borders, as often as needed, into [0, size − 1]."""
    there_and_back = 2.0 * (size - 1)
    coordinate = ops.mod(coordinate, there_and_back)
    return ops.minimum(coordinate, there_and_back - coordinate)
