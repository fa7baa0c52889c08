"""Batch normalization by fused operations, on one replica and on several."""

import keras
import tensorflow as tf
from keras import ops

from gan_keras.runtime import replicas


@keras.saving.register_keras_serializable("gan_keras")
class BatchNormalization(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization`, computed by fused operations where that is the same function.

    Weights, config, moving statistics and results are those of the Keras layer, which reads the batch many times where
    `FusedBatchNormV3` reads it twice. Statistics stay in float32, also where the batch is not; those of several
    replicas (`synchronized=True`) are shared by one sum over replicas in each direction. The implementation of Keras is
    used with another backend, for another axis than the last, and with a mask.

    Source: Ioffe and Szegedy 2015 (arXiv 1502.03167).
    """

    def call(self, inputs, training=None, mask=None):
        if not self._is_fusible(inputs, mask):
            return super().call(inputs, training=training, mask=mask)
        training = bool(training) and self.trainable
        shape = ops.shape(inputs)
        images = inputs if len(shape) == 4 else ops.reshape(inputs, (-1, 1, 1, shape[-1]))
        scale = tf.convert_to_tensor(self.gamma) if self.scale else tf.ones(shape[-1:])
        offset = tf.convert_to_tensor(self.beta) if self.center else tf.zeros(shape[-1:])
        if training and self.synchronized and replicas.count() > 1 and tf.distribute.get_replica_context():
            shift = tf.convert_to_tensor(self.moving_mean)
            outputs, mean, variance = normalize_over_replicas(images, scale, offset, self.epsilon, shift)
        elif training:
            outputs, mean, variance = _normalize(images, scale, offset, self.epsilon)
        else:
            moving = tf.convert_to_tensor(self.moving_mean), tf.convert_to_tensor(self.moving_variance)
            outputs = _normalize(images, scale, offset, self.epsilon, *moving)[0]
        if training:
            for statistic, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
                statistic.assign(statistic * self.momentum + batch * (1.0 - self.momentum))
        return ops.reshape(outputs, shape)

    def _is_fusible(self, inputs, mask):
        return (
            keras.backend.backend() == "tensorflow"
            and mask is None
            and not self.renorm
            and self.axis in (-1, len(inputs.shape) - 1)
            and len(inputs.shape) in (2, 3, 4)
            and inputs.dtype == self.compute_dtype != "float64"
        )


def _normalize(images, scale, offset, epsilon, mean=None, variance=None):
    """Returns images (N, H, W, C) normalized by given statistics (C,), or by their own; mean; and variance."""
    is_training = mean is None
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=images,
        scale=scale,
        offset=offset,
        mean=tf.zeros([0]) if is_training else mean,
        variance=tf.zeros([0]) if is_training else variance,
        epsilon=epsilon,
        is_training=is_training,
    )
    if is_training:
        # The operation returns the variance times n / (n − 1), Bessel's correction; Keras stores it without.
        variance *= (_count(images) - 1.0) / _count(images)
    return outputs, mean, variance


def _count(images):
    """Returns the numbers of a channel in images (N, H, W, C), a float32 scalar."""
    return tf.cast(tf.size(images) // tf.shape(images)[-1], tf.float32)


def normalize_over_replicas(images, scale, offset, epsilon, shift):
    """Returns images normalized by the statistics of all replicas, and these.

    Every replica has as many images (N, H, W, C), float; scale, offset, mean and variance are float32 (C,). Mean and
    variance have no gradient. `shift` (C,), the same on every replica, is about the mean: the variance of the replicas'
    means loses as many digits as these differ from it.
    """

    @tf.custom_gradient
    def normalize(images, scale, offset):
        _, mean, variance = _normalize(images, scale, offset, epsilon)
        mean, within, square = tf.unstack(replicas.mean_over_replicas(tf.stack([mean, variance, (mean - shift) ** 2])))
        variance = within + tf.maximum(square - (mean - shift) ** 2, 0.0)
        outputs, *_ = _normalize(images, scale, offset, epsilon, mean, variance)

        def gradients(outputs_gradient, *_):
            return differentiate(images, scale, outputs_gradient, mean, variance)

        return (outputs, mean, variance), gradients

    @tf.custom_gradient
    def differentiate(images, scale, outputs_gradient, mean, variance):
        # As if the statistics were constants …
        images_gradient, scale_gradient, offset_gradient, *_ = tf.raw_ops.FusedBatchNormGradV3(
            y_backprop=outputs_gradient,
            x=images,
            scale=scale,
            reserve_space_1=mean,
            reserve_space_2=variance,
            reserve_space_3=tf.zeros([0]),
            epsilon=epsilon,
            is_training=False,
        )
        # … and through the mean and the variance of all replicas: a linear function of each normalized number.
        sums = replicas.mean_over_replicas(tf.stack([scale_gradient, offset_gradient]))
        slope, constant = tf.unstack(sums * (-scale * tf.math.rsqrt(variance + epsilon) / _count(images)))
        images_gradient += _normalize(images, slope, constant, epsilon, mean, variance)[0]

        def gradients(*upstream):  # The fused operation has none with respect to the statistics.
            sources = [images, scale, outputs_gradient]
            with tf.GradientTape() as second:
                second.watch(sources)
                with tf.GradientTape() as first:
                    first.watch([images, scale, offset])
                    outputs = _normalize_plainly(images, scale, offset, epsilon)
                plain = first.gradient(outputs, [images, scale, offset], outputs_gradient)
            return *second.gradient(plain, sources, upstream), None, None

        return (images_gradient, scale_gradient, offset_gradient), gradients

    return normalize(images, scale, offset)


def _normalize_plainly(images, scale, offset, epsilon):
    """Returns the outputs of `normalize_over_replicas`, in operations that have all gradients."""
    numbers = tf.cast(images, tf.float32)
    mean = replicas.mean_over_replicas(tf.reduce_mean(numbers, [0, 1, 2]))
    variance = replicas.mean_over_replicas(tf.reduce_mean((numbers - mean) ** 2, [0, 1, 2]))
    return tf.cast((numbers - mean) * tf.math.rsqrt(variance + epsilon) * scale + offset, images.dtype)
