"""The low-pass filter around a change of resolution."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("gan_keras")
class Binomial(keras.layers.Layer):
    """Filters each channel of feature maps (N, H, W, C) by [1, 2, 1] / 4 along both sides, with zeros beyond the edge.

    After `UpSampling2D(2)` the two are linear interpolation, [1, 3, 3, 1] / 4 on zero-inserted values; before
    `AveragePooling2D(2)` they are [1, 3, 3, 1] / 8 and every other value.
    """

    def call(self, inputs):
        kernel = np.outer([1, 2, 1], [1, 2, 1])[:, :, None, None] / 16
        kernel = ops.convert_to_tensor(np.tile(kernel, (1, 1, inputs.shape[-1], 1)), inputs.dtype)
        return ops.depthwise_conv(inputs, kernel, padding="same")

    def compute_output_shape(self, input_shape):
        return input_shape
