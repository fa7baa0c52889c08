"""The low-pass filter of R3GAN, applied where the resolution changes."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("gan_keras")
class Binomial(keras.layers.Layer):
    """Filters each channel of feature maps (N, H, W, C) by [1, 2, 1] / 4 along both axes, with zeros beyond the border.

    `UpSampling2D(2)` followed by this filter is linear interpolation: [1, 3, 3, 1] / 4 after zeros were inserted
    between the values. This filter followed by `AveragePooling2D(2)` is [1, 3, 3, 1] / 8, of which every second value
    is kept.
    """

    def call(self, inputs):
        kernel = np.outer([1, 2, 1], [1, 2, 1])[:, :, None, None] / 16
        kernel = ops.convert_to_tensor(np.tile(kernel, (1, 1, inputs.shape[-1], 1)), inputs.dtype)
        return ops.depthwise_conv(inputs, kernel, padding="same")

    def compute_output_shape(self, input_shape):
        return input_shape
