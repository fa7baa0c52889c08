"""SqueezeNet 1.1 (Iandola et al. 2016, arXiv 1602.07360), trained on ImageNet: 512 features, small and fast."""

import pathlib

import h5py
import tensorflow as tf

from gan_keras import errors
from gan_keras.metrics.features import base
from gan_keras.metrics.features import resize
from gan_keras.runtime import files

SIZE = 128
MEAN = (103.939, 116.779, 123.68)
"""Of ImageNet's pixels: blue, green, red."""

_SQUEEZED = {2: 16, 3: 16, 4: 32, 5: 32, 6: 48, 7: 48, 8: 64, 9: 64}  # Channels of each fire; it expands them to 8 ×.


def load(path):
    """Returns the `Features` of a Keras weights file: the average over the pixels of the last fire, all at least 0.

    Args:
        path: HDF5 file with layers `conv1`, `fireK/squeeze1x1`, `fireK/expand1x1` and `fireK/expand3x3`, K from 2 to 9.

    Raises:
        UserError: there is no such file, or it does not hold these weights.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise errors.UserError(f"--features=squeezenet:{path}: there is no such file; expected SqueezeNet 1.1 as .h5")
    weights = _weights(path)

    @tf.function(input_signature=[tf.TensorSpec((None, SIZE, SIZE, 3))], autograph=False)
    def run(images):
        return _forward(images, weights)

    def extract(samples):
        return run(tf.constant(resize.bilinear(samples, SIZE))).numpy(), None

    digest = files.sha256(path)
    return base.Features("squeezenet", f"bilinear to {SIZE} px", digest, 8 * _SQUEEZED[9], extract)


def _weights(path):
    """Returns (kernel, bias) by layer."""
    shapes, channels = {"conv1": (3, 3, 3, 64)}, 64
    for fire, squeezed in _SQUEEZED.items():
        shapes[f"fire{fire}/squeeze1x1"] = (1, 1, channels, squeezed)
        shapes[f"fire{fire}/expand1x1"] = (1, 1, squeezed, 4 * squeezed)
        shapes[f"fire{fire}/expand3x3"] = (3, 3, squeezed, 4 * squeezed)
        channels = 8 * squeezed
    weights = {}
    try:
        with h5py.File(path) as file:
            for name, shape in shapes.items():
                kernel, bias = (file[name][entry][()] for entry in file[name].attrs["weight_names"])
                if (kernel.shape, bias.shape) != (shape, shape[-1:]):
                    raise ValueError(f"{name} is {kernel.shape}, expected {shape}")
                weights[name] = tf.constant(kernel, tf.float32), tf.constant(bias, tf.float32)
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        reason = str(error).splitlines()[0]
        raise errors.UserError(
            f"--features=squeezenet:{path}: not the Keras weights of SqueezeNet 1.1 ({reason}); get the file again"
        ) from error
    return weights


def _forward(images, weights):
    """Images float32 (n, S, S, 3), red, green, blue in [0, 255] → float32 (n, 512)."""

    def convolved(x, name, stride=1, padding="SAME"):
        kernel, bias = weights[name]
        return tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, kernel, stride, padding), bias))

    x = convolved(images[..., ::-1] - MEAN, "conv1", 2, "VALID")
    for fire in _SQUEEZED:
        if fire in (2, 4, 6):
            x = tf.nn.max_pool2d(x, 3, 2, "VALID")
        squeezed = convolved(x, f"fire{fire}/squeeze1x1")
        x = tf.concat([convolved(squeezed, f"fire{fire}/expand{side}") for side in ("1x1", "3x3")], -1)
    return tf.reduce_mean(x, (1, 2))
