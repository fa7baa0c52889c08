"""DCGAN: the tables of the course material for 64 × 64 × 3, and the same rule for other sizes.

G doubles the side of its feature maps from 4 × 4 up to the image, D halves it down to 4 × 4. `width` is the number of
channels next to the image; the number doubles with every halving of the side, up to 8 × `width`.

Labels enter G as an embedding that follows the latents (`concat`: Mirza and Osindero 2014, arXiv 1411.1784), or as
gains and offsets of each class (`batch_norm`). They enter D as a plane beside the image (`concat`), or as vectors that
D's features are multiplied with (`projection`); or D predicts the class itself (`classifier`).

D's normalization can be exchanged: WGAN-GP uses `layer`, SNGAN `spectral`. Its inner convolutions then have biases, as
in those papers' code. Without biases, layer normalization would make D(a·x) = D(x) for every a > 0: D could not detect
the contrast of an image, and the contrast of generated images faded in experiments.

Source: Radford, Metz and Chintala 2015 (arXiv 1511.06434); kernels are 4 × 4, as in widespread ports of it.
"""

import keras

from gan_keras.layers import convolution
from gan_keras.networks import blocks


def generator(
    resolution=64,
    channels=3,
    latent_dim=100,
    width=64,
    activation="relu",
    relu_latents=False,
    synchronized=True,
    seed=0,
    num_classes=None,
    num_attributes=None,
    conditioning="concat",
):
    """Returns G: `latents` (N, latent_dim) [, `labels` int32 (N,)] → float32 `images`.

    Images are (N, resolution, resolution, channels) in [-1, 1].

    Args:
        resolution: side of the images, a power of two in 16 … 256.
        channels: 1 or 3.
        latent_dim: length of a latent vector.
        width: channels of the feature maps next to the image.
        activation: `"relu"`, or `"leaky_relu"` (slope 0.2), a variant of the course material.
        relu_latents: applies the ReLU that the table of the course material has in the row of the latents. It sets half
            of the numbers of a latent vector to zero, so it is left out by default.
        synchronized: whether batch statistics are those of all replicas rather than of each.
        seed: seed of the initial weights.
        num_classes: number of classes; with it, G has a second input `labels`.
        num_attributes: A, instead of classes; with it, G has a second input `attributes`, float32 (N, A) in [0, 1].
        conditioning: `"concat"`, an embedding of the label, as long as the latents, follows them; or `"batch_norm"`,
            batch normalization takes a gain and an offset of the class.

    Raises:
        UserError: an unknown conditioning, or one that needs classes for attributes.
    """
    init = Initializers("generator", seed)
    latents = keras.Input((latent_dim,), name="latents")
    labels = blocks.label_input(num_classes, num_attributes)
    inputs, x, normalize = blocks.condition_generator(latents, labels, conditioning, init)
    x = keras.layers.Reshape((1, 1, x.shape[-1]), name="project_input")(x)
    if relu_latents:
        x = keras.layers.ReLU(name="relu_latents")(x)
    x = convolution.Conv2DTranspose(
        channels_at(4, resolution, width), 4, use_bias=False, kernel_initializer=init("conv_4"), name="conv_4"
    )(x)
    x = normalize_and_activate(x, 4, activation, synchronized, init, normalize)
    for side in sides(resolution)[1:]:
        x = up(x, channels_at(side, resolution, width), 4, init, f"conv_{side}")
        x = normalize_and_activate(x, side, activation, synchronized, init, normalize)
    x = up(x, channels, 4, init, "conv_image")
    images = keras.layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(inputs, images, name="generator")


def discriminator(
    resolution=64,
    channels=3,
    width=64,
    synchronized=True,
    seed=0,
    normalization="batch",
    san=False,
    num_classes=None,
    num_attributes=None,
    conditioning="concat",
):
    """Returns D: `images` (N, resolution, resolution, channels) in [-1, 1] [, `labels` int32 (N,)] → logits (N, 1).

    The probability that an image is real is the sigmoid of its logit. Other arguments as in `generator`.

    Args:
        normalization: `"batch"`, `"layer"` (over H, W, C of a sample) or `"none"`, of all feature maps but the one next
            to the image; or `"spectral"`, of all kernels instead.
        san: whether the last layer is a `Direction`; D then returns a dict with `logits` and `direction_logits`.
        num_classes, num_attributes: see `generator`.
        conditioning: `"concat"`, a learned plane for each class is a further channel of the image; `"projection"`, each
            class has weights of its own that are added to those of the logit; or `"classifier"`, D has no input
            `labels` and returns {"logits": (N, 1), "class_logits": (N, num_classes)}.

    Raises:
        UserError: an unknown normalization or conditioning, or a conditioning that needs classes for attributes.
    """
    init = Initializers("discriminator", seed)
    normalize, kinds = blocks.normalization(normalization)
    images = keras.Input((resolution, resolution, channels), name="images")
    labels = blocks.label_input(num_classes, num_attributes)
    inputs, x = blocks.condition_discriminator(images, labels, conditioning, init)
    features = downsample(
        x, resolution, width, 4, synchronized, init, normalize, kinds, biased=normalization != "batch"
    )
    if san:
        logits, others = blocks.direction(features, init)
    else:
        kernel = init("conv_logit")
        x = kinds.Conv2D(1, 4, use_bias=False, kernel_initializer=kernel, dtype="float32", name="conv_logit")(features)
        logits, others = keras.layers.Flatten(dtype="float32", name="logits")(x), {}
    outputs = blocks.outputs(features, logits, labels, conditioning, kinds, init, others)
    return keras.Model(inputs, outputs, name="discriminator")


def sides(resolution):
    """Returns the sides of the inner feature maps, from 4 to half the image: [4, 8, 16, 32] for 64."""
    return [4 * 2**index for index in range((resolution // 4).bit_length() - 1)]


def channels_at(side, resolution, width):
    """Returns the channels of a feature map: `width` at half the image, doubling at every halving up to 8 × `width`."""
    return width * min(8, resolution // (2 * side))


def up(x, channels, kernel, init, name):
    """Returns x (N, H, W, C) after a transposed convolution without a bias: (N, 2 H, 2 W, channels)."""
    return convolution.Conv2DTranspose(
        channels, kernel, strides=2, padding="same", use_bias=False, kernel_initializer=init(name), name=name
    )(x)


def downsample(
    images, resolution, width, kernel, synchronized, init, normalize=blocks.batch_norm, kinds=blocks.PLAIN, biased=False
):
    """Returns D's feature map (N, 4, 4, C): strided convolutions, all but the first followed by a normalization.

    Args:
        images: float (N, resolution, resolution, C).
        resolution, width, synchronized: see `discriminator`.
        kernel: side of the kernels.
        init: maps the name of a layer to its initializer.
        normalize: function such as `blocks.batch_norm`.
        kinds: the layers to use, `blocks.PLAIN` or `blocks.SPECTRAL`.
        biased: whether the convolutions have biases.
    """
    x = images
    for side in reversed(sides(resolution)):
        x = kinds.Conv2D(
            channels_at(side, resolution, width),
            kernel,
            strides=2,
            padding="same",
            use_bias=biased,
            kernel_initializer=init(f"conv_{side}"),
            name=f"conv_{side}",
        )(x)
        if side == resolution // 2:  # A normalization next to the image would hide the scale and offset of its colors.
            x = keras.layers.LeakyReLU(0.2, name=f"activation_{side}")(x)
        else:
            x = normalize_and_activate(x, side, "leaky_relu", synchronized, init, normalize)
    return x


def normalize_and_activate(x, side, activation, synchronized, init, normalize=blocks.batch_norm):
    """Returns a feature map (N, side, side, C), or units (N, C), after a normalization and a (leaky) ReLU."""
    x = normalize(x, side, synchronized, gain=init(f"bn_{side}", mean=1.0))
    name = f"activation_{side}"
    return keras.layers.ReLU(name=name)(x) if activation == "relu" else keras.layers.LeakyReLU(0.2, name=name)(x)


class Initializers(blocks.Initializers):
    """Maps the name of a layer to a normal distribution with standard deviation 0.02."""

    def __call__(self, layer, mean=0.0):
        return self.normal(layer, mean, 0.02)
