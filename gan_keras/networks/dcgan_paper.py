"""DCGAN as in its authors' code: 1 024 channels at 4 × 4, kernels of 5 × 5, dense layers at both ends.

Departures from that code: an epsilon of 1e-5 in batch normalization (theirs: 1e-8); samples are generated with moving
statistics (theirs: those of the batch); `same` padding; and no real images are drawn for an update of G, which does not
use them.

Source: Radford, Metz and Chintala 2015 (arXiv 1511.06434) and their published training script.
"""

import keras

from gan_keras.networks import dcgan


def generator(resolution=64, channels=3, latent_dim=100, width=128, activation="relu", synchronized=True, seed=0):
    """Returns G: `latents` (N, latent_dim) → float32 images (N, resolution, resolution, channels) in [-1, 1].

    The latents pass a dense layer whose units are normalized one by one, before they are reshaped to 4 × 4. Arguments
    as in `dcgan.generator`.
    """
    init = dcgan.Initializers("generator", seed)
    first = dcgan.channels_at(4, resolution, width)
    latents = keras.Input((latent_dim,), name="latents")
    x = keras.layers.Dense(4 * 4 * first, use_bias=False, kernel_initializer=init("dense"), name="dense")(latents)
    x = dcgan.normalize_and_activate(x, 4, activation, synchronized, init)
    x = keras.layers.Reshape((4, 4, first), name="reshape")(x)
    for side in dcgan.sides(resolution)[1:]:
        x = dcgan.up(x, dcgan.channels_at(side, resolution, width), 5, init, f"conv_{side}")
        x = dcgan.normalize_and_activate(x, side, activation, synchronized, init)
    x = dcgan.up(x, channels, 5, init, "conv_image")
    images = keras.layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(latents, images, name="generator")


def discriminator(resolution=64, channels=3, width=128, synchronized=True, seed=0):
    """Returns D: `images` (N, resolution, resolution, channels) in [-1, 1] → float32 logits (N, 1).

    The logit is that of a dense unit. Arguments as in `dcgan.discriminator`.
    """
    init = dcgan.Initializers("discriminator", seed)
    images = keras.Input((resolution, resolution, channels), name="images")
    x = dcgan.downsample(images, resolution, width, 5, synchronized, init)
    x = keras.layers.Flatten(name="flatten")(x)
    logits = keras.layers.Dense(1, use_bias=False, kernel_initializer=init("logit"), dtype="float32", name="logit")(x)
    return keras.Model(images, logits, name="discriminator")
