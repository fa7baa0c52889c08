"""Convolutions that are faster on a processor without a GPU.

Weights, config and results of the layers are those of Keras' layers. What differs is the order in which numbers are
added up, and the time it takes. Four ways were measured to be faster than the convolutions of oneDNN (two cores with
AVX-512 and bfloat16, batches of 64; others were no gain):

* A kernel that covers its whole input is a matrix product: the first layer of DCGAN's generator, 3.1 ms → 0.6 ms.
* A 1 × 1 kernel in float32 is a product, too: its gradient, 4.6 ms → 2.2 ms (32 × 32 × 64 → 32).
* The gradient of a kernel with stride 2 is a matrix product for each 2 × 2 block of the kernel. For small maps that is
  faster: 16.5 ms → 7.0 ms in bfloat16, 13.7 ms → 13.0 ms in float32 (8 × 8 × 256 → 512).
* A transposed convolution to an image is a convolution without a stride whose outputs are blocks of 2 × 2 pixels:
  6.8 ms → 3.8 ms in float32, 4.4 ms → 2.6 ms in bfloat16 (32 × 32 × 64 → 64 × 64 × 3).

Which way is taken is a function of shapes, precision and device, so that it is the same in each run.
"""

import keras
import tensorflow as tf
from keras import ops

# Side of the largest map whose kernel gradient is made of products, by precision and side of the kernel.
_LARGEST_SIDE = {("bfloat16", 4): 16, ("bfloat16", 5): 8, ("float32", 4): 8}
_FEW_CHANNELS = 4  # An image's, and perhaps a plane of labels.


@keras.saving.register_keras_serializable("gan_keras")
class Conv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D`, computed in the fastest of the ways above."""

    def convolution_op(self, inputs, kernel):
        if _is_plain(self, inputs):
            if self.kernel_size == self.strides == (1, 1) and self.compute_dtype == "float32":
                return tf.tensordot(inputs, tf.reshape(kernel, kernel.shape[2:]), 1)
            if inputs.shape[1:3] == self.kernel_size and self.padding == "valid":
                return _whole(inputs, kernel)
            if _has_stride_2(self) and all(side % 2 == 0 for side in inputs.shape[1:3]):
                return halve(inputs, tf.convert_to_tensor(kernel))
        return super().convolution_op(inputs, kernel)


@keras.saving.register_keras_serializable("gan_keras")
class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose`, computed in the fastest of the ways above in training.

    Otherwise it is Keras' own convolution, whose result for a sample does not depend on its place in the batch.
    """

    def call(self, inputs, training=None):
        if not training or not _is_plain(self, inputs) or self.output_padding is not None:
            return super().call(inputs)
        if inputs.shape[1:3] == (1, 1) and self.padding == "valid" and max(self.strides) <= min(self.kernel_size):
            outputs = _spread(inputs, self.kernel)
        elif _has_stride_2(self):
            outputs = double(inputs, tf.convert_to_tensor(self.kernel))
        else:
            return super().call(inputs)
        if self.use_bias:
            outputs = ops.add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)


def is_fast_here():
    """Whether TensorFlow computes on a processor, and not on a GPU."""
    return keras.backend.backend() == "tensorflow" and not keras.distribution.list_devices("gpu")


def _is_plain(layer, inputs):
    return (
        is_fast_here()
        and layer.data_format == "channels_last"
        and layer.dilation_rate == (1, 1)
        and getattr(layer, "groups", 1) == 1
        and None not in inputs.shape[1:]
    )


def _has_stride_2(layer):
    side, other = layer.kernel_size
    return layer.strides == (2, 2) and layer.padding == "same" and side == other >= 2


# === Kernels that cover the whole input, or the whole output ===


def _whole(inputs, kernel):
    """Returns the convolution (N, 1, 1, K) of inputs (N, h, w, C) and a kernel (h, w, C, K) of their size."""
    matrix = tf.reshape(kernel, [-1, kernel.shape[-1]])
    outputs = tf.matmul(tf.reshape(inputs, [-1, matrix.shape[0]]), matrix)
    return tf.reshape(outputs, [-1, 1, 1, matrix.shape[1]])


def _spread(inputs, kernel):
    """Returns the transposed convolution (N, h, w, K) of inputs (N, 1, 1, C) and a kernel (h, w, K, C)."""
    matrix = tf.reshape(kernel, [-1, kernel.shape[-1]])
    outputs = tf.matmul(tf.reshape(inputs, [-1, matrix.shape[1]]), matrix, transpose_b=True)
    return tf.reshape(outputs, [-1, *kernel.shape[:-1]])


# === Stride 2, padding `same`: three functions, linear in both arguments, that are the gradients of each other ===


@tf.custom_gradient
def halve(large, kernel):
    """Returns the convolution (N, h, w, K) of maps (N, 2 h, 2 w, C) and a kernel (k, k, C, K)."""

    def gradients(small):
        return double(small, kernel), kernel_gradient(large, small, kernel.shape[0])

    return tf.nn.conv2d(large, kernel, 2, "SAME"), gradients


@tf.custom_gradient
def double(small, kernel):
    """Returns the transposed convolution (N, 2 h, 2 w, C) of maps (N, h, w, K) and a kernel (k, k, C, K)."""

    def gradients(large):
        return halve(large, kernel), kernel_gradient(large, small, kernel.shape[0])

    if kernel.shape[2] <= _FEW_CHANNELS:
        return _doubled_in_blocks(small, kernel), gradients
    shape = [tf.shape(small)[0], 2 * small.shape[1], 2 * small.shape[2], kernel.shape[2]]
    return tf.nn.conv2d_transpose(small, kernel, shape, 2, "SAME"), gradients


def kernel_gradient(large, small, side):
    """Returns the gradient (side, side, C, K) of Σ large · double(small, kernel) with respect to the kernel.

    Args:
        large: (N, 2 h, 2 w, C).
        small: (N, h, w, K).
        side: k, of the kernel.
    """

    @tf.custom_gradient
    def compute(large, small):
        def gradients(kernel):
            return double(small, kernel), halve(large, kernel)

        if max(large.shape[1:3]) <= _LARGEST_SIDE.get((large.dtype.name, side), 0):
            return _kernel_products(large, small, side), gradients
        sizes = [side, side, large.shape[3], small.shape[3]]
        gradient = tf.raw_ops.Conv2DBackpropFilter(
            input=large, filter_sizes=sizes, out_backprop=small, strides=[1, 2, 2, 1], padding="SAME"
        )
        return gradient, gradients

    return compute(large, small)


def _kernel_products(large, small, side):
    """Returns `kernel_gradient` as one matrix product for each block of 2 × 2 offsets of the kernel."""
    height, width, filters = small.shape[1:]
    channels = large.shape[3]
    before, blocks = _blocks(side)
    after = 2 * (blocks - 1) - before
    large = tf.nn.space_to_depth(tf.pad(large, [[0, 0], [before, after], [before, after], [0, 0]]), 2)
    small = tf.reshape(small, [-1, filters])
    products = [
        tf.matmul(tf.reshape(large[:, i : i + height, j : j + width], [-1, 4 * channels]), small, transpose_a=True)
        for i in range(blocks)
        for j in range(blocks)
    ]
    kernel = tf.reshape(tf.stack(products), [blocks, blocks, 2, 2, channels, filters])
    kernel = tf.reshape(tf.transpose(kernel, [0, 2, 1, 3, 4, 5]), [2 * blocks, 2 * blocks, channels, filters])
    return kernel[:side, :side]


def _doubled_in_blocks(small, kernel):
    """Returns `double` as a convolution without a stride whose outputs are blocks of 2 × 2 pixels."""
    side, _, channels, filters = kernel.shape
    height, width = small.shape[1:3]
    before, blocks = _blocks(side)
    kernel = tf.pad(kernel, [[0, 2 * blocks - side], [0, 2 * blocks - side], [0, 0], [0, 0]])
    kernel = tf.transpose(tf.reshape(kernel, [blocks, 2, blocks, 2, channels, filters]), [0, 2, 5, 1, 3, 4])
    kernel = tf.reverse(tf.reshape(kernel, [blocks, blocks, filters, 4 * channels]), [0, 1])
    edge = [blocks - 1, blocks - 1]
    large = tf.nn.conv2d(small, kernel, 1, [[0, 0], edge, edge, [0, 0]])
    return tf.nn.depth_to_space(large, 2)[:, before : before + 2 * height, before : before + 2 * width]


def _blocks(side):
    """Returns how far padding `same` begins before a map, and how many blocks of 2 a kernel's side has."""
    return (side - 2) // 2, (side + 1) // 2
