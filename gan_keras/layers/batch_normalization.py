"""Batch normalization as one fused operation."""

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("gan_keras")
class BatchNormalization(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization`, computed by one fused operation where that is the same function.

    Weights, config, moving statistics and results are those of the Keras layer, which reads the batch many times where
    `FusedBatchNormV3` reads it twice. The implementation of Keras is used if several replicas share their statistics
    (`synchronized=True`), with another backend, for another axis than the last, and with a mask.

    Source: Ioffe and Szegedy 2015 (arXiv 1502.03167).
    """

    def call(self, inputs, training=None, mask=None):
        if not self._is_fusible(inputs, mask):
            return super().call(inputs, training=training, mask=mask)
        training = bool(training) and self.trainable
        shape = ops.shape(inputs)
        images = inputs if len(shape) == 4 else ops.reshape(inputs, (-1, 1, 1, shape[-1]))
        channels = (shape[-1],)
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=images,
            scale=self.gamma if self.scale else ops.ones(channels),
            offset=self.beta if self.center else ops.zeros(channels),
            mean=ops.zeros((0,)) if training else self.moving_mean,
            variance=ops.zeros((0,)) if training else self.moving_variance,
            epsilon=self.epsilon,
            is_training=training,
        )
        if training:
            self._update_moving_statistics(mean, variance, count=ops.size(images) // shape[-1])
        return ops.reshape(outputs, shape)

    def _is_fusible(self, inputs, mask):
        return (
            keras.backend.backend() == "tensorflow"
            and mask is None
            and not self.renorm
            and self.axis in (-1, len(inputs.shape) - 1)
            and len(inputs.shape) in (2, 4)
            and inputs.dtype == self.compute_dtype != "float64"
            and not (self.synchronized and tf.distribute.get_strategy().num_replicas_in_sync > 1)
        )

    def _update_moving_statistics(self, mean, variance, count):
        # The operation returns the variance times n / (n − 1), Bessel's correction; Keras stores it without.
        count = ops.cast(count, "float32")
        variance = variance * ((count - 1.0) / count)
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + batch * (1.0 - self.momentum))
