"""The residual networks of SNGAN, and of SAGAN with self-attention.

With `width` 64 they are those of the papers' tables. Up to 32 × 32, all feature maps have 256 channels in G and 128 in
D. From 64 × 64 on there are 64 channels next to the image, and twice as many with every halving of the side, up to
1024.

Sources: Miyato et al. 2018 (arXiv 1802.05957); for labels Miyato and Koyama 2018 (arXiv 1802.05637); for attention and
spectral normalization in G Zhang et al. 2018 (arXiv 1805.08318); for layer normalization in D Gulrajani et al. 2017
(arXiv 1704.00028).
"""

import keras

from gan_keras.layers.attention import SelfAttention
from gan_keras.networks import blocks
from gan_keras.networks import dcgan

ROOT_2 = 2**0.5


def generator(
    resolution=32,
    channels=3,
    latent_dim=128,
    width=64,
    spectral_normalization=False,
    attention=False,
    synchronized=True,
    seed=0,
    num_classes=None,
    num_attributes=None,
    conditioning="batch_norm",
):
    """Returns G: `latents` (N, latent_dim) [, `labels` int32 (N,)] → float32 `images`.

    Images are (N, resolution, resolution, channels) in [-1, 1].

    Args:
        resolution: side of the images, a power of two in 16 … 256.
        channels: 1 or 3.
        latent_dim: length of a latent vector.
        width: proportional to all numbers of channels; 64 is that of the papers.
        spectral_normalization: whether all kernels are divided by their largest singular value, as in SAGAN.
        attention: SAGAN's networks in place of SNGAN's, as their authors' codes have them: self-attention where the
            feature map has a quarter of the image's side (at least 8), a gain of 1 instead of √2 of the kernels in
            residual branches, and in D branches that change the number of channels at their first convolution.
        synchronized: whether batch statistics are those of all replicas rather than of each.
        seed: seed of the initial weights.
        num_classes: number of classes; with it, G has a second input `labels`.
        num_attributes: A, instead of classes; with it, G has a second input `attributes`, float32 (N, A) in [0, 1].
        conditioning: `"batch_norm"`, batch normalization in the blocks takes a gain and an offset of the class; or
            `"concat"`, an embedding of the label, as long as the latents, follows them.

    Raises:
        UserError: an unknown conditioning, or one that needs classes for attributes.
    """
    init = Initializers("generator", seed, block_gain=1.0 if attention else ROOT_2)
    kinds = blocks.SPECTRAL if spectral_normalization else blocks.PLAIN
    sides = [*dcgan.sides(resolution), resolution]
    attended = attended_block(attention, sides[1:], resolution)
    latents = keras.Input((latent_dim,), name="latents")
    labels = blocks.label_input(num_classes, num_attributes)
    inputs, x, normalize = blocks.condition_generator(latents, labels, conditioning, init)
    first = generator_channels(4, resolution, width)
    x = kinds.Dense(4 * 4 * first, kernel_initializer=init("dense"), name="dense")(x)
    x = keras.layers.Reshape((4, 4, first), name="reshape")(x)
    for index, side in enumerate(sides[1:]):
        x = up_block(x, side, generator_channels(side, resolution, width), normalize, synchronized, kinds, init)
        if index == attended:
            x = attend(x, spectral_normalization, init)
    x = blocks.batch_norm(x, "image", synchronized)
    x = keras.layers.ReLU(name="activation_image")(x)
    x = convolution(x, channels, 3, kinds, init, "conv_image")
    images = keras.layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(inputs, images, name="generator")


def discriminator(
    resolution=32,
    channels=3,
    width=64,
    normalization="spectral",
    attention=False,
    san=False,
    synchronized=True,
    seed=0,
    num_classes=None,
    num_attributes=None,
    conditioning="projection",
):
    """Returns D: `images` (N, resolution, resolution, channels) in [-1, 1] [, `labels` int32 (N,)] → logits (N, 1).

    The last feature map is summed over its pixels; the sums are the inputs of a dense unit. Other arguments as in
    `generator`.

    Args:
        normalization: `"spectral"`, of all kernels; or `"layer"` (over H, W, C of a sample), `"batch"` or `"none"`, of
            the feature maps before each activation in all blocks but the first.
        attention: see `generator`.
        san: whether the last layer is a `Direction`; D then returns a dict with `logits` and `direction_logits`.
        num_classes, num_attributes: see `generator`.
        conditioning: `"projection"`, the inner product of the features with an embedding of the label is added to the
            logit; `"concat"`, a learned plane for each class is a further channel of the image; or `"classifier"`, D
            has no input `labels` and returns {"logits": (N, 1), "class_logits": (N, num_classes)}.

    Raises:
        UserError: an unknown normalization or conditioning, or a conditioning that needs classes for attributes.
    """
    init = Initializers("discriminator", seed, block_gain=1.0 if attention else ROOT_2)
    normalize, kinds = blocks.normalization(normalization)
    table = discriminator_table(resolution, width)
    attended = attended_block(attention, [side for side, _ in table], resolution)
    images = keras.Input((resolution, resolution, channels), name="images")
    labels = blocks.label_input(num_classes, num_attributes)
    inputs, x = blocks.condition_discriminator(images, labels, conditioning, init)
    x = first_block(x, table[0][1], kinds, init)
    for index, (side, filters) in enumerate(table):
        if index > 0:
            hidden = filters if attention else x.shape[-1]
            x = down_block(x, index, side, hidden, filters, normalize, synchronized, kinds, init)
        if index == attended:
            x = attend(x, normalization == "spectral", init)
    x = keras.layers.ReLU(name="activation_last")(x)
    x = keras.layers.GlobalAveragePooling2D(dtype="float32", name="mean_of_places")(x)
    features = keras.layers.Rescaling(table[-1][0] ** 2, dtype="float32", name="sum_of_places")(x)
    if san:
        logits, others = blocks.direction(features, init)
    else:
        logits, others = kinds.Dense(1, kernel_initializer=init("logits"), dtype="float32", name="logits")(features), {}
    outputs = blocks.outputs(features, logits, labels, conditioning, kinds, init, others)
    return keras.Model(inputs, outputs, name="discriminator")


# === The tables ===


def generator_channels(side, resolution, width):
    """Returns the number of channels of G's feature map with a side."""
    return 4 * width if resolution <= 32 else width * min(16, resolution // side)


def discriminator_table(resolution, width):
    """Returns a list of (side, channels) of the feature map after each of D's blocks.

    Up to 32 × 32 there are four blocks, of which the first two halve the side. From 64 × 64 on each block halves it
    down to 4 × 4; the last block has 16 × `width` channels, and halves the side once more where these are twice as many
    as before (at 64 × 64).
    """
    if resolution <= 32:
        return [(resolution // shrink, 2 * width) for shrink in (2, 4, 4, 4)]
    table = [(side, width * min(16, resolution // (2 * side))) for side in reversed(dcgan.sides(resolution))]
    return [*table, (2 if table[-1][1] < 16 * width else 4, 16 * width)]


def attended_block(attention, sides, resolution):
    """Returns the index of the first block whose result has a quarter of the image's side (at least 8); else None."""
    return sides.index(max(8, resolution // 4)) if attention else None


# === The blocks ===


def up_block(x, side, channels, normalize, synchronized, kinds, init):
    """Returns x after G's residual block, which doubles the side: BN, ReLU, up, conv, BN, ReLU, conv + (up, 1 × 1)."""
    h = normalize(x, f"{side}_1", synchronized)
    h = keras.layers.ReLU(name=f"activation_{side}_1")(h)
    h = keras.layers.UpSampling2D(2, name=f"up_{side}")(h)
    h = convolution(h, channels, 3, kinds, init, f"conv_{side}_1", init.block_gain)
    h = normalize(h, f"{side}_2", synchronized)
    h = keras.layers.ReLU(name=f"activation_{side}_2")(h)
    h = convolution(h, channels, 3, kinds, init, f"conv_{side}_2", init.block_gain)
    shortcut = keras.layers.UpSampling2D(2, name=f"shortcut_up_{side}")(x)
    shortcut = convolution(shortcut, channels, 1, kinds, init, f"shortcut_{side}")
    return keras.layers.Add(name=f"add_{side}")([h, shortcut])


def first_block(x, channels, kinds, init):
    """Returns x after D's first residual block, without a ReLU in front: conv, ReLU, conv, down + (down, 1 × 1)."""
    h = convolution(x, channels, 3, kinds, init, "conv_0_1", init.block_gain)
    h = keras.layers.ReLU(name="activation_0")(h)
    h = convolution(h, channels, 3, kinds, init, "conv_0_2", init.block_gain)
    h = keras.layers.AveragePooling2D(2, name="down_0")(h)
    shortcut = keras.layers.AveragePooling2D(2, name="shortcut_down_0")(x)
    shortcut = convolution(shortcut, channels, 1, kinds, init, "shortcut_0")
    return keras.layers.Add(name="add_0")([h, shortcut])


def down_block(x, index, side, hidden, channels, normalize, synchronized, kinds, init):
    """Returns x after D's residual block: ReLU, conv to `hidden`, ReLU, conv [, down] + x [after 1 × 1, down]."""
    h = normalize(x, f"{index}_1", synchronized)
    h = keras.layers.ReLU(name=f"activation_{index}_1")(h)
    h = convolution(h, hidden, 3, kinds, init, f"conv_{index}_1", init.block_gain)
    h = normalize(h, f"{index}_2", synchronized)
    h = keras.layers.ReLU(name=f"activation_{index}_2")(h)
    h = convolution(h, channels, 3, kinds, init, f"conv_{index}_2", init.block_gain)
    if x.shape[1] > side:
        h = keras.layers.AveragePooling2D(2, name=f"down_{index}")(h)
        x = convolution(x, channels, 1, kinds, init, f"shortcut_{index}")
        x = keras.layers.AveragePooling2D(2, name=f"shortcut_down_{index}")(x)
    return keras.layers.Add(name=f"add_{index}")([h, x])


def attend(x, spectral_normalization, init):
    """Returns the feature map x after self-attention."""
    initializers = {name: init(f"attention_{name}") for name in ("query", "key", "value", "output")}
    return SelfAttention(spectral_normalization, initializers, name="attention")(x)


def convolution(x, channels, kernel, kinds, init, name, gain=1.0):
    """Returns x after a convolution with a bias that keeps the side."""
    return kinds.Conv2D(channels, kernel, padding="same", kernel_initializer=init(name, gain), name=name)(x)


class Initializers(blocks.Initializers):
    """Maps the name of a layer to Glorot's uniform distribution, times a gain.

    Args:
        network, seed: see `blocks.Initializers`.
        block_gain: gain of the kernels of 3 × 3 inside residual branches.
    """

    def __init__(self, network, seed, block_gain):
        super().__init__(network, seed)
        self.block_gain = block_gain

    def __call__(self, layer, gain=1.0):
        return self.scaled(layer, gain, "fan_avg", "uniform")
