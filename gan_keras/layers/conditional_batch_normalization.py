"""Batch normalization with a gain and an offset for each class."""

import keras
from keras import ops

from gan_keras.layers.batch_normalization import BatchNormalization


@keras.saving.register_keras_serializable("gan_keras")
class ConditionalBatchNormalization(keras.layers.Layer):
    """Batch normalization, then gain[label] · x + offset[label]: inputs (N, …, C) and labels int (N,) → (N, …, C).

    Args:
        num_classes: number of classes.
        momentum: decay rate of the moving statistics, which all classes share.
        epsilon: added to the variance.
        synchronized: whether batch statistics are those of all replicas rather than of each.
        gamma_initializer: initial gains (num_classes, C); the offsets start at zero.

    Source: Dumoulin et al. 2017 (arXiv 1610.07629), de Vries et al. 2017 (arXiv 1707.00683); in the generator of a GAN,
    Miyato and Koyama 2018 (arXiv 1802.05637).
    """

    def __init__(self, num_classes, momentum=0.9, epsilon=1e-5, synchronized=True, gamma_initializer="ones", **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.momentum = momentum
        self.epsilon = epsilon
        self.synchronized = synchronized
        self.gamma_initializer = keras.initializers.get(gamma_initializer)
        self.normalization = BatchNormalization(
            momentum=momentum,
            epsilon=epsilon,
            scale=False,
            center=False,
            synchronized=synchronized,
            dtype=self.dtype_policy,
            name="normalization",
        )

    def build(self, inputs_shape, labels_shape=None):
        table = (self.num_classes, inputs_shape[-1])
        self.normalization.build(inputs_shape)
        self.gamma = self.add_weight(name="gamma", shape=table, initializer=self.gamma_initializer)
        self.beta = self.add_weight(name="beta", shape=table, initializer="zeros")

    def call(self, inputs, labels, training=None):
        shape = (-1, *[1] * (len(inputs.shape) - 2), inputs.shape[-1])
        gain, offset = (ops.reshape(ops.take(table, labels, axis=0), shape) for table in (self.gamma, self.beta))
        return self.normalization(inputs, training=training) * gain + offset

    def compute_output_shape(self, inputs_shape, labels_shape=None):
        return inputs_shape

    def get_config(self):
        return super().get_config() | {
            "num_classes": self.num_classes,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "synchronized": self.synchronized,
            "gamma_initializer": keras.initializers.serialize(self.gamma_initializer),
        }
