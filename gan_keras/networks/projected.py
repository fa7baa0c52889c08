"""Projected GAN: a discriminator on the feature maps of a network that was trained on other images and stays as it is.

The maps of four strides are mixed by random convolutions that are not trained either, across channels and, from the
coarsest to the finest, across scales. A small discriminator looks at each of the four mixtures. G is that of the DCGAN.

Departures from the authors' code, for a CPU: the backbone sees smaller images (`backbone_size`), a mixture keeps the
side of its feature map instead of doubling it, and the small discriminators are narrower and end at 4 × 4.

Source: Sauer et al. 2021 (arXiv 2111.01007) and the authors' code.
"""

import pathlib

import keras

from gan_keras import errors
from gan_keras.layers.precision import dtype_policy
from gan_keras.networks import blocks
from gan_keras.networks import dcgan

STRIDES = (4, 8, 16, 32)


def generator(resolution=64, channels=3, latent_dim=100, width=64, activation="relu", synchronized=True, seed=0):
    """Returns the G of the DCGAN, without labels: `latents` (N, latent_dim) → float32 images; see `dcgan.generator`."""
    return dcgan.generator(
        resolution, channels, latent_dim, width, activation=activation, synchronized=synchronized, seed=seed
    )


def discriminator(
    resolution=64, channels=3, backbone=None, backbone_size=128, mixture_width=32, synchronized=True, seed=0
):
    """Returns D: `images` (N, resolution, resolution, channels) in [-1, 1] → logits float32 (N, 4), one a mixture.

    Args:
        resolution: side of the images, a power of two in 16 … 256.
        channels: 1 or 3; grey images are shown to the backbone in three equal channels.
        backbone: path of a `.keras` file of a model float32 (N, S, S, 3) in [-1, 1] → dict with the feature maps
            `stride_4`, `stride_8`, `stride_16` and `stride_32`.
        backbone_size: S, side to which the images are resized for the backbone, a power of two from 128 on.
        mixture_width: channels of the finest mixture; they double with every halving of its side.
        synchronized: whether batch statistics are those of all replicas rather than of each.
        seed: seed of the initial weights and of the random convolutions.

    Raises:
        UserError: no backbone, or a file that holds something else.
    """
    init = Initializers("discriminator", seed)
    images = keras.Input((resolution, resolution, channels), name="images")
    x = keras.layers.Concatenate(name="three_channels")([images] * 3) if channels == 1 else images
    if resolution != backbone_size:
        x = keras.layers.Resizing(backbone_size, backbone_size, dtype="float32", name="resize")(x)
    maps = load_backbone(backbone)(x)
    widths = [mixture_width * 2**index for index in range(len(STRIDES))]
    mixtures = mix([maps[f"stride_{stride}"] for stride in STRIDES], widths, init)
    logits = [
        small_discriminator(mixture, STRIDES[index], synchronized, init) for index, mixture in enumerate(mixtures)
    ]
    logits = keras.layers.Concatenate(dtype="float32", name="logits")(logits)
    return keras.Model(images, logits, name="discriminator")


def load_backbone(path):
    """Returns the frozen model of a `.keras` file, from images to a dict of feature maps.

    Raises:
        UserError: no path, or a file that holds something else.
    """
    if path is None or not pathlib.Path(path).is_file():
        raise errors.UserError(
            f"backbone={path}: expected the path of a .keras model, float32 images (N, S, S, 3) in [-1, 1] → a dict of "
            f"feature maps with {', '.join(f'stride_{stride}' for stride in STRIDES)}"
        )
    try:
        with dtype_policy("float32"):
            model = keras.saving.load_model(path, compile=False, safe_mode=True)
        maps = {f"stride_{stride}": model.output[f"stride_{stride}"] for stride in STRIDES}
    except Exception as error:  # A damaged file fails in many ways.
        reason = str(error).splitlines()[0]
        raise errors.UserError(f"backbone={path}: not a Keras model with such feature maps ({reason})") from error
    model = keras.Model(model.input, maps, name="backbone")
    model.trainable = False
    return model


def mix(maps, widths, init):
    """Returns random mixtures of feature maps (N, H, W, C), from the finest to the coarsest, with `widths` channels.

    Each is a random linear function of the map's channels, plus that of the coarser mixture, at twice its side.
    """
    mixtures = []
    for index in reversed(range(len(maps))):
        x = random_convolution(maps[index], widths[index], init, f"mix_channels_{index}")
        if mixtures:
            coarser = random_convolution(mixtures[0], widths[index], init, f"mix_scales_{index}")
            coarser = keras.layers.UpSampling2D(2, interpolation="bilinear", name=f"up_{index}")(coarser)
            x = keras.layers.Add(name=f"mixture_{index}")([x, coarser])
        mixtures.insert(0, x)
    return mixtures


def random_convolution(x, channels, init, name):
    """Returns x after a 1 × 1 convolution that is not trained."""
    return keras.layers.Conv2D(
        channels, 1, use_bias=False, kernel_initializer=init.fixed(name), trainable=False, name=name
    )(x)


def small_discriminator(x, stride, synchronized, init):
    """Returns the logit (N, 1) of a mixture: convolutions that halve its side down to 4, then one of 4 × 4."""
    kinds = blocks.SPECTRAL
    while x.shape[1] > 4:
        side, channels = x.shape[1] // 2, 2 * x.shape[-1]
        name = f"{stride}_{side}"
        x = kinds.Conv2D(
            channels,
            4,
            strides=2,
            padding="same",
            use_bias=False,
            kernel_initializer=init(f"conv_{name}"),
            name=f"conv_{name}",
        )(x)
        x = blocks.batch_norm(x, name, synchronized)
        x = keras.layers.LeakyReLU(0.2, name=f"activation_{name}")(x)
    kernel = init(f"logit_{stride}")
    x = kinds.Conv2D(1, 4, use_bias=False, kernel_initializer=kernel, dtype="float32", name=f"conv_logit_{stride}")(x)
    return keras.layers.Flatten(dtype="float32", name=f"logit_{stride}")(x)


class Initializers(dcgan.Initializers):
    """Maps the name of a layer to a normal distribution with standard deviation 0.02."""

    def fixed(self, layer):
        """Returns the initializer of a random convolution, which keeps the variance of a map."""
        return self.scaled(layer, 1.0, "fan_in", "untruncated_normal")
