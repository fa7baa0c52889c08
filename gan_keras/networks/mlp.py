"""The networks of the first GAN: dense layers alone, for images or for points.

Departures from the authors' code: D has no dropout, so that its output is a function of its inputs; initial weights are
Glorot's; and images end in tanh, for [-1, 1], where theirs end in a sigmoid.

Source: Goodfellow et al. 2014 (arXiv 1406.2661); with labels, Mirza and Osindero 2014 (arXiv 1411.1784).
"""

import math

import keras

from gan_keras import errors
from gan_keras.networks import blocks


def generator(
    resolution=32,
    channels=1,
    latent_dim=100,
    width=1200,
    depth=2,
    image_shape=None,
    seed=0,
    num_classes=None,
    num_attributes=None,
):
    """Returns G: `latents` (N, latent_dim) [, `labels` int32 (N,)] → float32 `images`; hidden layers are ReLU.

    Images (N, resolution, resolution, channels) in [-1, 1] end in tanh; points (N, d) are unbounded.

    Args:
        resolution: side of the images.
        channels: 1 or 3.
        latent_dim: length of a latent vector.
        width: units of a hidden layer.
        depth: number of hidden layers.
        image_shape: shape of a sample, in place of resolution and channels: `(2,)` for points in the plane.
        seed: seed of the initial weights.
        num_classes: number of classes; with it, G has a second input `labels`, whose embedding follows the latents.
        num_attributes: A, instead of classes; with it, G has a second input `attributes`, float32 (N, A) in [0, 1],
            which follow the latents.
    """
    init = Initializers("generator", seed)
    shape = tuple(image_shape or (resolution, resolution, channels))
    latents = keras.Input((latent_dim,), name="latents")
    labels = blocks.label_input(num_classes, num_attributes)
    inputs, x, _ = blocks.condition_generator(latents, labels, "concat", init)
    for index in range(depth):
        x = dense(x, width, init, f"dense_{index}")
        x = keras.layers.ReLU(name=f"activation_{index}")(x)
    x = dense(x, math.prod(shape), init, "dense_image")
    x = keras.layers.Reshape(shape, name="reshape")(x)
    images = keras.layers.Activation("tanh" if len(shape) > 1 else "linear", dtype="float32", name="images")(x)
    return keras.Model(inputs, images, name="generator")


def discriminator(
    resolution=32,
    channels=1,
    width=240,
    depth=2,
    activation="maxout",
    image_shape=None,
    seed=0,
    num_classes=None,
    num_attributes=None,
    conditioning="concat",
):
    """Returns D: `images` (N, resolution, resolution, channels) or (N, d) [, `labels` int32 (N,)] → logits (N, 1).

    Args:
        resolution, channels, image_shape, seed, num_classes, num_attributes: see `generator`.
        width: units of a hidden layer.
        depth: number of hidden layers.
        activation: `"maxout"` as in the paper: a unit is the largest of 5 linear maps, which takes 5 times the weights;
            or `"leaky_relu"` (slope 0.2), which takes less time.
        conditioning: `"concat"`, a learned plane for each class is a further channel of the image (for points, a
            learned number is a further coordinate); `"projection"` and `"classifier"` as in `dcgan.discriminator`.

    Raises:
        UserError: an unknown activation or conditioning, or a conditioning that needs classes for attributes.
    """
    errors.expect_one_of(activation, ACTIVATIONS, "activation")
    init = Initializers("discriminator", seed)
    images = keras.Input(tuple(image_shape or (resolution, resolution, channels)), name="images")
    labels = blocks.label_input(num_classes, num_attributes)
    inputs, x = blocks.condition_discriminator(images, labels, conditioning, init)
    x = keras.layers.Flatten(name="flatten")(x)
    for index in range(depth):
        x = ACTIVATIONS[activation](x, width, init, f"dense_{index}")
    logits = keras.layers.Dense(1, kernel_initializer=init("logits"), dtype="float32", name="logits")(x)
    outputs = blocks.outputs(x, logits, labels, conditioning, blocks.PLAIN, init)
    return keras.Model(inputs, outputs, name="discriminator")


def maxout(x, units, init, name, pieces=5):
    """Returns units (N, units), each the largest of several linear maps (Goodfellow et al. 2013, arXiv 1302.4389)."""
    x = dense(x, pieces * units, init, name)
    x = keras.layers.Reshape((pieces, units), name=f"{name}_pieces")(x)
    return keras.layers.GlobalMaxPooling1D(name=f"{name}_maxout")(x)


def leaky_relu(x, units, init, name):
    """Returns units (N, units): a linear map followed by LeakyReLU."""
    return keras.layers.LeakyReLU(0.2, name=f"{name}_leaky_relu")(dense(x, units, init, name))


ACTIVATIONS = {"maxout": maxout, "leaky_relu": leaky_relu}


def dense(x, units, init, name):
    """Returns x after a dense layer with a bias."""
    return keras.layers.Dense(units, kernel_initializer=init(name), name=name)(x)


class Initializers(blocks.Initializers):
    """Maps the name of a layer to Glorot's uniform distribution."""

    def __call__(self, layer):
        return self.scaled(layer, 1.0, "fan_avg", "uniform")
