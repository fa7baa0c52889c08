"""Self-attention over the pixels of a feature map."""

import keras
from keras import ops

from gan_keras.layers import convolution
from gan_keras.layers import spectral_normalization


@keras.saving.register_keras_serializable("gan_keras")
class SelfAttention(keras.layers.Layer):
    """x + γ · attention(x): feature maps (N, H, W, C) → (N, H, W, C); H and W even.

    At each pixel attention is the mean of the values (C / 2 channels) of all pixels, weighted by the softmax of the
    inner products of the pixel's query with their keys (C / 8 channels), followed by a linear map to C channels. Keys
    and values are max-pooled 2 × 2. The gate γ starts at 0, so that the layer starts as the identity.

    Args:
        spectral_normalization: whether the kernels of the four 1 × 1 convolutions are divided by their largest singular
            value.
        kernel_initializers: initializers of the convolutions `query`, `key`, `value`, `output`, by these names;
            Glorot's uniform one for a name that is missing.

    Source: Zhang et al. 2018 (arXiv 1805.08318) and its authors' code.
    """

    def __init__(self, spectral_normalization=False, kernel_initializers=None, **kwargs):
        super().__init__(**kwargs)
        self.spectral_normalization = spectral_normalization
        self.kernel_initializers = {
            name: keras.initializers.get(initializer) for name, initializer in (kernel_initializers or {}).items()
        }

    def build(self, input_shape):
        channels = input_shape[-1]
        self.query = self._convolution("query", max(1, channels // 8), input_shape)
        self.key = self._convolution("key", max(1, channels // 8), input_shape)
        self.value = self._convolution("value", max(1, channels // 2), input_shape)
        self.output_convolution = self._convolution("output", channels, self.value.compute_output_shape(input_shape))
        self.gate = self.add_weight(name="gate", shape=(), initializer="zeros")

    def call(self, inputs):
        shape = ops.shape(inputs)
        queries = _pixels(self.query(inputs))
        keys = _pixels(ops.max_pool(self.key(inputs), 2))
        values = _pixels(ops.max_pool(self.value(inputs), 2))
        scores = ops.cast(ops.matmul(queries, ops.transpose(keys, (0, 2, 1))), "float32")
        attended = ops.matmul(ops.cast(ops.softmax(scores), self.compute_dtype), values)
        attended = ops.reshape(attended, (-1, shape[1], shape[2], values.shape[-1]))
        return inputs + self.gate * self.output_convolution(attended)

    def power_iteration(self):
        """Makes one power iteration in the convolutions, if they are spectrally normalized."""
        if self.spectral_normalization:
            for convolution in (self.query, self.key, self.value, self.output_convolution):
                convolution.power_iteration()

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return super().get_config() | {
            "spectral_normalization": self.spectral_normalization,
            "kernel_initializers": {
                name: keras.initializers.serialize(initializer)
                for name, initializer in self.kernel_initializers.items()
            },
        }

    def _convolution(self, name, channels, input_shape):
        kind = spectral_normalization.SpectralConv2D if self.spectral_normalization else convolution.Conv2D
        layer = kind(
            channels,
            1,
            use_bias=False,
            kernel_initializer=self.kernel_initializers.get(name, "glorot_uniform"),
            dtype=self.dtype_policy,
            name=name,
        )
        layer.build(input_shape)
        return layer


def _pixels(maps):
    """Returns feature maps (N, H, W, C) as (N, H · W, C)."""
    return ops.reshape(maps, (-1, maps.shape[1] * maps.shape[2], maps.shape[3]))
