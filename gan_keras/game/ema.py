"""The exponential moving average of the generator's weights, whose half-life is counted in samples."""

import tensorflow as tf

from gan_keras.runtime import replicas


def decay(batch_images, images_shown, half_life_images, ramp):
    """Returns the float32 weight of the old average after `batch_images` more real samples.

    Args:
        batch_images: number of real samples shown in this iteration.
        images_shown: number of real samples shown so far, including this iteration.
        half_life_images: number of samples after which the influence of a weight has halved; 0 keeps no average.
        ramp: the half-life is at most this share of the samples shown so far: a young average forgets fast.

    Source: half-life in images and its ramp as in StyleGAN2-ADA (arXiv 2006.06676, appendix C).
    """
    half_life = tf.minimum(tf.cast(half_life_images, tf.float32), ramp * tf.cast(images_shown, tf.float32))
    return 0.5 ** (tf.cast(batch_images, tf.float32) / tf.maximum(half_life, 1e-8))


def update(averages, values, decay):
    """Moves each variable of `averages` towards its counterpart: average ← decay · average + (1 − decay) · value.

    All variables of a generator take part, including moving batch statistics: old statistics under new weights give
        grey
    images. Variables that are not floating-point numbers, such as the state of a Dropout layer, are copied.
    """

    def move(average, value, decay):
        if not average.dtype.is_floating:
            return average.assign(value)
        return average.assign(decay * average + (1.0 - decay) * tf.cast(value, average.dtype))

    replicas.update_each(averages, values, move, decay)
