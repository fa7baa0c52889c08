"""R3GAN: residual bottlenecks with grouped convolutions, Fixup initialization, and no normalization.

Each network is a sequence of stages, one for each side of the feature maps: G starts from a learned 4 × 4 feature map
and ends with the image; D has the same stages in reverse order.

Source: Huang et al. 2025 (arXiv 2501.05441) and the authors' code.
"""

import collections
import math

import keras
from keras import ops

from gan_keras import errors
from gan_keras.layers.binomial import Binomial
from gan_keras.layers.grouped_convolution import GroupedConv2D
from gan_keras.networks import blocks
from gan_keras.networks import dcgan

Stage = collections.namedtuple("Stage", "width blocks cardinality")  # Channels, residual blocks, groups.
EXPANSION = 2  # Channels inside a residual branch, over those of the stage.
SLOPE = 0.2  # Of LeakyReLU.
GROUP = 16  # Channels of a group.


def paper_stages(resolution, width=768):
    """Returns the paper's stages: two blocks each; `width` channels up to side 32, then half with each doubling of it.

    With groups of 16 channels these are the paper's networks for CIFAR-10 (32) and FFHQ (64, 256).
    """
    return _stages(resolution, width, depth=2, widest=32)


def small_stages(resolution, width=64):
    """Returns stages for a CPU: one block each; `width` channels up to side 8, then half with each doubling of it."""
    return _stages(resolution, width, depth=1, widest=8)


PRESETS = {"paper": paper_stages, "small": small_stages}


def generator(
    resolution=32,
    channels=3,
    latent_dim=64,
    width=None,
    preset="small",
    stages=None,
    seed=0,
    num_classes=None,
    num_attributes=None,
):
    """Returns G: `latents` (N, latent_dim), normal [, `labels` int32 (N,)] → float32 `images`.

    Images are (N, resolution, resolution, channels). As in the paper, the last layer is linear; with `training=False`
    the images are clipped to [-1, 1].

    Args:
        resolution: side of the images, a power of two in 16 … 256.
        channels: 1 or 3.
        latent_dim: length of a latent vector.
        width: channels of the widest stages (default: the preset's).
        preset: `"paper"` or `"small"`.
        stages: list of (width, blocks, cardinality), one for each side from 4 to that of the image, in place of
            `preset` and `width`.
        seed: seed of the initial weights.
        num_classes: number of classes; with it, G has a second input `labels`, whose embedding, as long as the latents,
            follows them.
        num_attributes: A, instead of classes; with it, G has a second input `attributes`, float32 (N, A) in [0, 1],
            which follow the latents.

    Raises:
        UserError: an unknown preset, or stages that do not fit.
    """
    stages = choose_stages(resolution, width, preset, stages)
    init = Initializers("generator", seed)
    gain = fix_up_gain(stages)
    latents = keras.Input((latent_dim,), name="latents")
    labels = blocks.label_input(num_classes, num_attributes)
    initializer = init("label_embedding") if num_classes else None
    inputs, x, _ = blocks.condition_generator(latents, labels, "concat", init, initializer)
    for index, stage in enumerate(stages):
        side = 4 * 2**index
        x = up(x, stage.width, side, init) if index else generative_basis(x, stage.width, init)
        x = residual_blocks(x, stage, side, gain, init)
    x = convolution(x, channels, 1, init, "conv_image")
    images = Clip(dtype="float32", name="images")(x)
    return keras.Model(inputs, images, name="generator")


def discriminator(
    resolution=32, channels=3, width=None, preset="small", stages=None, seed=0, num_classes=None, num_attributes=None
):
    """Returns D: `images` (N, resolution, resolution, channels) [, `labels` int32 (N,)] → float32 logits (N, 1).

    The stages are those of G in reverse order. With classes or attributes, the last layer returns a vector as long as
    the first of G's stages is wide, and the logit is its inner product with an embedding of the label. Arguments as in
    `generator`.
    """
    stages = choose_stages(resolution, width, preset, stages)
    init = Initializers("discriminator", seed)
    gain = fix_up_gain(stages)
    inputs = keras.Input((resolution, resolution, channels), name="images")
    x = convolution(inputs, stages[-1].width, 1, init, "conv_image")
    for index, stage in reversed(list(enumerate(stages))):
        side = 4 * 2**index
        x = residual_blocks(x, stage, side, gain, init)
        x = down(x, stages[index - 1].width, side, init) if index else discriminative_basis(x, init)
    labels = blocks.label_input(num_classes, num_attributes)
    if labels is None:
        return keras.Model(inputs, last_dense(x, 1, init, "logits"), name="discriminator")
    units = stages[0].width
    vectors = labels.embed(units, init("projection", gain=units**-0.5), "projection", dtype="float32")
    x = last_dense(x, units, init, "features")
    logits = keras.layers.Dot(axes=1, dtype="float32", name="logits")([x, vectors])
    return keras.Model([inputs, labels.input], logits, name="discriminator")


# === The stages ===


def choose_stages(resolution, width, preset, stages):
    """Returns the list of `Stage`s for the arguments of a builder.

    Raises:
        UserError: an unknown preset; too many or too few stages; or a cardinality that does not divide the channels.
    """
    errors.expect_one_of(preset, PRESETS, "preset")
    if stages is None:
        return PRESETS[preset](resolution, *([width] if width else []))
    stages = [Stage(*stage) for stage in stages]
    expected = len(dcgan.sides(resolution)) + 1
    if len(stages) != expected:
        raise errors.UserError(f"{len(stages)} stages were given: side {resolution} takes {expected}, from 4 × 4 on")
    for stage in stages:
        if stage.width * EXPANSION % stage.cardinality:
            raise errors.UserError(f"cardinality {stage.cardinality} does not divide {EXPANSION} × width {stage.width}")
    return stages


def _stages(resolution, width, depth, widest):
    """Returns stages of `depth` blocks whose width is halved with each doubling of the side beyond `widest`."""
    widths = [max(1, width * widest // max(widest, side)) for side in (*dcgan.sides(resolution), resolution)]
    return [Stage(width, depth, EXPANSION * width // math.gcd(EXPANSION * width, GROUP)) for width in widths]


def fix_up_gain(stages):
    """Returns the gain of the kernels in residual branches: that of LeakyReLU, times L^(−1 / (2 m − 2)).

    L is the number of branches, m = 3 that of the kernels in a branch (Fixup: Zhang et al. 2019, arXiv 1901.09321).
    """
    return (2 / (1 + SLOPE**2)) ** 0.5 * sum(stage.blocks for stage in stages) ** -0.25


# === The layers ===


def residual_blocks(x, stage, side, gain, init):
    """Returns x after the residual blocks of a stage, each x + (1 × 1, grouped 3 × 3, 1 × 1 convolutions of x).

    The last kernel of a branch starts at zero, so that a block starts as the identity.
    """
    expanded = EXPANSION * stage.width
    for index in range(stage.blocks):
        name = f"{side}_{index}"
        y = convolution(x, expanded, 1, init, f"expand_{name}", gain, use_bias=True)
        y = keras.layers.LeakyReLU(SLOPE, name=f"activation_{name}_1")(y)
        y = convolution(y, expanded, 3, init, f"grouped_{name}", gain, use_bias=True, groups=stage.cardinality)
        y = keras.layers.LeakyReLU(SLOPE, name=f"activation_{name}_2")(y)
        y = convolution(y, stage.width, 1, init, f"reduce_{name}", gain=0.0)
        x = keras.layers.Add(name=f"add_{name}")([x, y])
    return x


def up(x, width, side, init):
    """Returns a feature map of twice the side: a 1 × 1 convolution where the widths differ, then interpolation."""
    x = change_width(x, width, side, init)
    x = keras.layers.UpSampling2D(2, name=f"up_{side}")(x)
    return Binomial(name=f"binomial_{side}")(x)


def down(x, width, side, init):
    """Returns a feature map of half the side: interpolation, then a 1 × 1 convolution where the widths differ."""
    x = Binomial(name=f"binomial_{side}")(x)
    x = keras.layers.AveragePooling2D(2, name=f"down_{side}")(x)
    return change_width(x, width, side, init)


def change_width(x, width, side, init):
    """Returns x with `width` channels, after a 1 × 1 convolution unless it has as many."""
    return x if x.shape[-1] == width else convolution(x, width, 1, init, f"transition_{side}")


def generative_basis(x, width, init):
    """Returns a learned feature map (N, 4, 4, width) whose channels are scaled by a linear map of x (N, F)."""
    x = keras.layers.Dense(width, use_bias=False, kernel_initializer=init("dense"), name="dense")(x)
    x = keras.layers.Reshape((1, 1, width), name="reshape")(x)
    return Basis(init.normal("basis"), name="basis")(x)


def discriminative_basis(x, init):
    """Returns the inner products (N, C) of the channels of x (N, 4, 4, C) with those of a learned feature map."""
    return keras.layers.Flatten(name="flatten")(
        keras.layers.DepthwiseConv2D(
            4, use_bias=False, depthwise_initializer=init.normal("basis", stddev=0.25), name="basis"
        )(x)
    )


def last_dense(x, units, init, name):
    """Returns x after a dense layer in float32, without a bias."""
    return keras.layers.Dense(units, use_bias=False, kernel_initializer=init(name), dtype="float32", name=name)(x)


def convolution(x, channels, kernel, init, name, gain=1.0, use_bias=False, groups=1):
    """Returns x after a (grouped) convolution that keeps the side."""
    return GroupedConv2D(
        channels,
        kernel,
        padding="same",
        groups=groups,
        use_bias=use_bias,
        kernel_initializer=init(name, gain),
        name=name,
    )(x)


@keras.saving.register_keras_serializable("gan_keras")
class Basis(keras.layers.Layer):
    """A learned feature map (4, 4, C), times its input: (N, 1, 1, C) → (N, 4, 4, C)."""

    def __init__(self, initializer="random_normal", **kwargs):
        super().__init__(**kwargs)
        self.initializer = keras.initializers.get(initializer)

    def build(self, input_shape):
        self.basis = self.add_weight(name="basis", shape=(4, 4, input_shape[-1]), initializer=self.initializer)

    def call(self, inputs):
        return inputs * self.basis

    def get_config(self):
        return super().get_config() | {"initializer": keras.initializers.serialize(self.initializer)}


@keras.saving.register_keras_serializable("gan_keras")
class Clip(keras.layers.Layer):
    """Clips images to [-1, 1], except in training, where clipping would stop the gradient."""

    def call(self, inputs, training=False):
        return inputs if training else ops.clip(inputs, -1.0, 1.0)


class Initializers(blocks.Initializers):
    """Maps the name of a layer to a normal distribution with deviation gain / √fan in; to zeros for a gain of 0."""

    def __call__(self, layer, gain=1.0):
        return self.scaled(layer, gain, "fan_in", "untruncated_normal") if gain else "zeros"
