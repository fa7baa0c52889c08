"""The exponential moving average of the generator, whose half-life is counted in images."""

import tensorflow as tf

from gan_keras import distribution

RAMP = 0.05  # The half-life is never more than this share of the images shown so far: young averages forget fast.


def decay(batch_images, images_shown, half_life_images):
    """Returns the float32 factor by which the old average counts after `batch_images` more real images.

    Args:
        batch_images: number of real images shown in this iteration.
        images_shown: number of real images shown so far, this iteration included.
        half_life_images: number of images after which a weight's influence has halved; 0 keeps no memory.

    Source: the half-life in images and its ramp are those of StyleGAN2-ADA (arXiv 2006.06676, appendix C).
    """
    half_life = tf.minimum(tf.cast(half_life_images, tf.float32), RAMP * tf.cast(images_shown, tf.float32))
    return 0.5 ** (tf.cast(batch_images, tf.float32) / tf.maximum(half_life, 1e-8))


def update(averages, values, decay):
    """Moves every variable of `averages` towards its twin in `values`: average = decay·average + (1 − decay)·value.

    All of a generator's variables are meant, moving batch statistics included: weights of one age with statistics of
    another draw grey pictures.
    """
    def move(average, value, decay):
        return average.assign(decay * average + (1.0 - decay) * tf.cast(value, average.dtype))

    distribution.update_each(averages, values, move, decay)
