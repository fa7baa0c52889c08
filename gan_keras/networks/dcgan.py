"""DCGAN: the course's tables for 64 × 64 × 3, and the same rule at other sizes.

A network halves or doubles the side of its feature maps until 4 × 4. `width` is the number of channels next to the image;
it doubles at every halving of the side, up to 8 × `width`.

Source: Radford, Metz and Chintala 2015 (arXiv 1511.06434); kernels of 4 × 4 as in the ports that made it popular.
"""

import keras

from gan_keras import random
from gan_keras.layers.batch_normalization import BatchNormalization


def generator(
    resolution=64,
    channels=3,
    latent_dim=100,
    width=64,
    activation="relu",
    relu_latents=False,
    synchronized=True,
    seed=0,
):
    """Returns G: `latents` (N, latent_dim) → float32 images (N, resolution, resolution, channels) in [-1, 1].

    Args:
        resolution: side of the images, a power of two in 16 … 256.
        channels: 1 or 3.
        latent_dim: length of a latent vector.
        width: channels of the feature maps next to the image.
        activation: `"relu"`, or `"leaky_relu"` (slope 0.2), a variant of the course material.
        relu_latents: applies the ReLU that the course's table prints on the row of the latents. It zeroes half of every
            latent vector, throws away half of the space that G could use, and is left out by default.
        synchronized: batch statistics over all replicas rather than of each.
        seed: seed of the initial weights.
    """
    init = Initializers("generator", seed)
    latents = keras.Input((latent_dim,), name="latents")
    x = keras.layers.Reshape((1, 1, latent_dim), name="project_input")(latents)
    if relu_latents:
        x = keras.layers.ReLU(name="relu_latents")(x)
    x = keras.layers.Conv2DTranspose(
        channels_at(4, resolution, width), 4, use_bias=False, kernel_initializer=init("conv_4"), name="conv_4"
    )(x)
    x = normalize_and_activate(x, 4, activation, synchronized, init)
    for side in sides(resolution)[1:]:
        x = up(x, channels_at(side, resolution, width), 4, init, f"conv_{side}")
        x = normalize_and_activate(x, side, activation, synchronized, init)
    x = up(x, channels, 4, init, "conv_image")
    images = keras.layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(latents, images, name="generator")


def discriminator(resolution=64, channels=3, width=64, synchronized=True, seed=0):
    """Returns D: `images` (N, resolution, resolution, channels) in [-1, 1] → float32 logits (N, 1).

    The probability that an image is real is the sigmoid of its logit. Arguments as in `generator`.
    """
    init = Initializers("discriminator", seed)
    images = keras.Input((resolution, resolution, channels), name="images")
    x = downsample(images, resolution, width, 4, synchronized, init)
    x = keras.layers.Conv2D(1, 4, use_bias=False, kernel_initializer=init("conv_logit"), name="conv_logit")(x)
    logits = keras.layers.Flatten(dtype="float32", name="logits")(x)
    return keras.Model(images, logits, name="discriminator")


def sides(resolution):
    """Returns the sides of the inner feature maps, from 4 to half the image: [4, 8, 16, 32] for 64."""
    return [4 * 2**index for index in range((resolution // 4).bit_length() - 1)]


def channels_at(side, resolution, width):
    """Returns the channels of a feature map: `width` at half the image, doubling at every halving, at most 8 × `width`."""
    return width * min(8, resolution // (2 * side))


def up(x, channels, kernel, init, name):
    """Returns a transposed convolution that doubles the side, without a bias."""
    return keras.layers.Conv2DTranspose(
        channels, kernel, strides=2, padding="same", use_bias=False, kernel_initializer=init(name), name=name
    )(x)


def downsample(images, resolution, width, kernel, synchronized, init):
    """Returns D's feature map at 4 × 4: strided convolutions, all but the first with batch normalization."""
    x = images
    for side in reversed(sides(resolution)):
        x = keras.layers.Conv2D(
            channels_at(side, resolution, width), kernel, strides=2, padding="same", use_bias=False,
            kernel_initializer=init(f"conv_{side}"), name=f"conv_{side}",
        )(x)
        if side == resolution // 2:  # Next to the image D has to see the scale and the offset of its colours.
            x = keras.layers.LeakyReLU(0.2, name=f"activation_{side}")(x)
        else:
            x = normalize_and_activate(x, side, "leaky_relu", synchronized, init)
    return x


def normalize_and_activate(x, side, activation, synchronized, init):
    """Returns batch normalization, then (leaky) ReLU, of a feature map (N, side, side, C) or of units (N, C)."""
    x = BatchNormalization(
        momentum=0.9, epsilon=1e-5, synchronized=synchronized, gamma_initializer=init(f"bn_{side}", mean=1.0),
        name=f"bn_{side}",
    )(x)
    name = f"activation_{side}"
    return keras.layers.ReLU(name=name)(x) if activation == "relu" else keras.layers.LeakyReLU(0.2, name=name)(x)


class Initializers:
    """N(mean, 0.02), each variable with a seed of its own, derived from (seed, network, layer)."""

    def __init__(self, network, seed):
        self.network, self.seed = network, seed

    def __call__(self, layer, mean=0.0):
        return keras.initializers.RandomNormal(mean, 0.02, seed=random.derived_seed(self.seed, self.network, layer))
