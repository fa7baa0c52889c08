"""Networks of texts: one-dimensional convolutions over the places of characters or words.

G makes a probability distribution over the vocabulary at each place, D sees these where it sees the one-hot symbols of
real texts.

Source: Gulrajani et al. 2017 (arXiv 1704.00028), the language model of section 5.4 and its code: residual blocks of two
convolutions of kernel 5, weighted with 0.3, 512 channels. Departures: G has batch normalization before each ReLU, and
one ReLU more before its last layer; without, it stopped to improve early in all trials. Initial weights are He's,
scaled by fan in.
"""

import math

import keras
import tensorflow as tf
from keras import ops

from gan_keras import errors
from gan_keras.config import names
from gan_keras.networks import blocks

PRESETS = {"small": 64, "paper": 512}
"""Channels by preset."""

BLOCKS, KERNEL, SHARE = 5, 5, 0.3


def generator(
    length=32,
    vocabulary_size=32,
    latent_dim=128,
    width=None,
    preset="small",
    relaxation="softmax",
    synchronized=True,
    seed=0,
    num_classes=None,
    num_attributes=None,
):
    """Returns G: `latents` (N, z) [, `labels` int32 (N,)] → `probabilities` float32 (N, length, vocabulary_size).

    Args:
        length: tokens of a text.
        vocabulary_size: number of symbols.
        latent_dim: length of a latent vector, z; with `"gumbel"` the input has `length` · `vocabulary_size` numbers
            more.
        width: channels (default: the preset's).
        preset: `"small"` or `"paper"`.
        relaxation: `"softmax"`, the probabilities; or `"gumbel"`: symbols drawn from them, one-hot, whose gradient is
            that of the probabilities with the same noise (Jang et al. 2016, arXiv 1611.01144, straight-through). The
            noise is made of the latents behind the first z, so that a latent vector is one text.
        synchronized: whether batch statistics are those of all replicas rather than of each.
        seed: seed of the initial weights.
        num_classes: number of classes; with it, G has a second input `labels`, whose embedding follows the latents.
        num_attributes: A, instead of classes; with it, G has a second input `attributes`, float32 (N, A) in [0, 1].

    Raises:
        UserError: an unknown preset or relaxation.
    """
    errors.expect_one_of(relaxation, names.RELAXATIONS, "relaxation")
    channels, init = _channels(width, preset), Initializers("generator", seed)
    noise = length * vocabulary_size if relaxation == "gumbel" else 0
    latents = keras.Input((latent_dim + noise,), name="latents")
    first = Part(0, latent_dim, name="text_latents")(latents) if noise else latents
    labels = blocks.label_input(num_classes, num_attributes)
    inputs, x, _ = blocks.condition_generator(first, labels, "concat", init)
    inputs = latents if labels is None else [latents, labels.input]
    x = keras.layers.Dense(length * channels, kernel_initializer=init("dense"), name="dense")(x)
    x = keras.layers.Reshape((length, channels), name="reshape")(x)

    def normalize(x, suffix):
        return blocks.batch_norm(x, suffix, synchronized)

    x = normalize(residual_blocks(x, channels, init, normalize), "last")
    x = keras.layers.ReLU(name="activation_last")(x)
    logits = keras.layers.Dense(vocabulary_size, kernel_initializer=init("logits"), dtype="float32", name="logits")(x)
    if noise:
        uniform = Part(latent_dim, latent_dim + noise, dtype="float32", name="noise")(latents)
        uniform = keras.layers.Reshape((length, vocabulary_size), dtype="float32", name="noise_of_symbols")(uniform)
        symbols = StraightThroughGumbel(dtype="float32", name="probabilities")([logits, uniform])
    else:
        symbols = keras.layers.Softmax(dtype="float32", name="probabilities")(logits)
    return keras.Model(inputs, symbols, name="generator")


def discriminator(
    length=32,
    vocabulary_size=32,
    width=None,
    preset="small",
    seed=0,
    num_classes=None,
    num_attributes=None,
    conditioning="concat",
):
    """Returns D: `texts` (N, length, vocabulary_size) [, `labels` int32 (N,)] → logits (N, 1), the mirror image of G.

    Arguments as of `generator`.

    Args:
        conditioning: `"concat"`, a learned number for each class and place is a further symbol; `"projection"` and
            `"classifier"` as in `dcgan.discriminator`.

    Raises:
        UserError: an unknown preset or conditioning, or a conditioning that needs classes for attributes.
    """
    channels, init = _channels(width, preset), Initializers("discriminator", seed)
    texts = keras.Input((length, vocabulary_size), name="texts")
    labels = blocks.label_input(num_classes, num_attributes)
    inputs, x = blocks.condition_discriminator(texts, labels, conditioning, init)
    x = keras.layers.Dense(channels, kernel_initializer=init("dense"), name="dense")(x)
    x = residual_blocks(x, channels, init)
    logits = keras.layers.Flatten(dtype="float32", name="flatten")(x)
    logits = keras.layers.Dense(1, kernel_initializer=init("logits"), dtype="float32", name="logits")(logits)
    outputs = blocks.outputs(x, logits, labels, conditioning, blocks.PLAIN, init)
    return keras.Model(inputs, outputs, name="discriminator")


def residual_blocks(x, channels, init, normalize=lambda x, suffix: x):
    """Returns x (N, L, channels) after five blocks, each x + 0.3 · (ReLU, convolution, ReLU, convolution of x).

    Args:
        x: float (N, L, channels).
        channels: of the blocks.
        init: `Initializers`.
        normalize: function (x, suffix), what comes before each ReLU.
    """
    for index in range(BLOCKS):
        y = x
        for half in ("a", "b"):
            name = f"{index}{half}"
            y = keras.layers.ReLU(name=f"activation_{name}")(normalize(y, name))
            y = keras.layers.Conv1D(
                channels, KERNEL, padding="same", kernel_initializer=init(f"conv_{name}"), name=f"conv_{name}"
            )(y)
        y = keras.layers.Rescaling(SHARE, name=f"share_{index}")(y)
        x = keras.layers.Add(name=f"add_{index}")([x, y])
    return x


def _channels(width, preset):
    errors.expect_one_of(preset, PRESETS, "preset")
    return width or PRESETS[preset]


@keras.saving.register_keras_serializable("gan_keras")
class Part(keras.layers.Layer):
    """The columns first … stop of its input (N, F)."""

    def __init__(self, first, stop, **kwargs):
        super().__init__(**kwargs)
        self.first, self.stop = first, stop

    def call(self, inputs):
        return inputs[:, self.first : self.stop]

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.stop - self.first)

    def get_config(self):
        return super().get_config() | {"first": self.first, "stop": self.stop}


@keras.saving.register_keras_serializable("gan_keras")
class StraightThroughGumbel(keras.layers.Layer):
    """One-hot symbols drawn by logits (N, L, V) and uniform noise in [-1, 1]; the gradient is that of a softmax.

    The largest sum of a logit and of Gumbel noise is a draw from the softmax of the logits.
    """

    def call(self, inputs):
        logits, uniform = inputs
        uniform = ops.clip(0.5 * (uniform + 1.0), 1e-6, 1.0 - 1e-6)
        noisy = logits - ops.log(-ops.log(uniform))
        soft = ops.softmax(noisy)
        hard = ops.one_hot(tf.argmax(noisy, axis=-1), noisy.shape[-1], dtype=soft.dtype)  # Keras' is not in TFLite.
        return ops.stop_gradient(hard) + (soft - ops.stop_gradient(soft))  # Exactly one-hot.

    def compute_output_shape(self, input_shape):
        return input_shape[0]


class Initializers(blocks.Initializers):
    """Maps the name of a layer to He's normal distribution."""

    def __call__(self, layer):
        return self.scaled(layer, math.sqrt(2.0), "fan_in", "untruncated_normal")
