"""What several architectures share: how labels enter a network, what normalizes feature maps, how D ends."""

import math
import types

import keras

from gan_keras import errors
from gan_keras import random
from gan_keras.layers import spectral_normalization
from gan_keras.layers.batch_normalization import BatchNormalization
from gan_keras.layers.conditional_batch_normalization import ConditionalBatchNormalization

GENERATOR_CONDITIONINGS = ("concat", "batch_norm")
DISCRIMINATOR_CONDITIONINGS = ("concat", "projection", "classifier")

PLAIN = keras.layers
SPECTRAL = types.SimpleNamespace(
    Conv2D=spectral_normalization.SpectralConv2D,
    Dense=spectral_normalization.SpectralDense,
    Embedding=spectral_normalization.SpectralEmbedding,
)


class Initializers:
    """Initial values, each variable with a seed of its own, derived from (seed, network, layer)."""

    def __init__(self, network, seed):
        self.network, self.seed = network, seed

    def normal(self, layer, mean=0.0, stddev=1.0):
        """Returns N(mean, stddev)."""
        return keras.initializers.RandomNormal(mean, stddev, seed=self._seed(layer))

    def scaled(self, layer, gain, mode, distribution):
        """Returns a law whose standard deviation is gain / √fan, `mode` says which fan."""
        return keras.initializers.VarianceScaling(gain**2, mode, distribution, seed=self._seed(layer))

    def _seed(self, layer):
        return random.derived_seed(self.seed, self.network, layer)


# === Labels ===


def condition_generator(latents, num_classes, conditioning, init, initial=None):
    """Returns (inputs of G, what its first layer sees, function that normalizes its feature maps).

    Without classes these are the latents, the latents and `batch_norm`. `initial` is the initializer of the label's
    embedding (default: as strong as one entry of a one-hot label, for one as strong as the latents leads G to ignore these).
    """
    errors.expect_one_of(conditioning, GENERATOR_CONDITIONINGS, "conditioning of G")
    if not num_classes:
        return latents, latents, batch_norm
    labels = labels_input()
    if conditioning == "batch_norm":
        return [latents, labels], latents, conditional_batch_norm(labels, num_classes)
    units = latents.shape[-1]
    embedding = embed(labels, num_classes, units, initial or init.normal("label_embedding", stddev=units**-0.5))
    return [latents, labels], keras.layers.Concatenate(name="with_labels")([latents, embedding]), batch_norm


def condition_discriminator(images, num_classes, conditioning, init):
    """Returns (inputs of D, labels or None, what its first layer sees)."""
    errors.expect_one_of(conditioning, DISCRIMINATOR_CONDITIONINGS, "conditioning of D")
    if not num_classes or conditioning == "classifier":
        return images, None, images
    labels = labels_input()
    if conditioning == "projection":
        return [images, labels], labels, images
    return [images, labels], labels, concatenate_plane(images, labels, num_classes, init)


def labels_input():
    """Returns the input of a conditional network: `labels`, int32 (N,)."""
    return keras.Input((), dtype="int32", name="labels")


def concatenate_plane(images, labels, num_classes, init):
    """Returns images (N, H, W, C) with one more plane, learned for each class: (N, H, W, C + 1); or (N, d + 1)."""
    plane = (*images.shape[1:-1], 1)
    x = embed(labels, num_classes, math.prod(plane), init.normal("label_embedding"))  # as strong as the images' pixels
    return keras.layers.Concatenate(name="with_labels")([images, keras.layers.Reshape(plane, name="label_plane")(x)])


def embed(labels, num_classes, units, initial):
    """Returns the learned vectors of labels, (N, units), from an initializer."""
    return keras.layers.Embedding(num_classes, units, initial, name="label_embedding")(labels)


def judge(features, logits, labels, num_classes, conditioning, kinds, init):
    """Returns D's outputs from its last features.

    Args:
        features: float (N, …), flattened here.
        logits: float32 (N, 1), what a D without classes returns.
        labels: the input of labels, int32 (N,), or None without classes.
        num_classes: number of classes, or None.
        conditioning: `"projection"` adds the inner product of the features with an embedding of the label (Miyato and
            Koyama 2018, arXiv 1802.05637); `"classifier"` also returns the logits of the classes (Odena et al. 2016,
            arXiv 1610.09585); with `"concat"` the labels have been seen before.
        kinds: `PLAIN` or `SPECTRAL`, the layers to use.
        init: function of a layer's name, its initializer.

    Returns:
        logits (N, 1), or the dict {"logits": (N, 1), "class_logits": (N, num_classes)}, float32.
    """
    if not num_classes or conditioning == "concat":
        return logits
    features = keras.layers.Flatten(dtype="float32", name="features")(features)
    if conditioning == "projection":
        classes = kinds.Embedding(
            num_classes, features.shape[-1], init("projection"), dtype="float32", name="projection"
        )(labels)
        agreement = keras.layers.Dot(axes=1, dtype="float32", name="agreement")([features, classes])
        return keras.layers.Add(dtype="float32", name="conditional_logits")([logits, agreement])
    class_logits = kinds.Dense(
        num_classes, kernel_initializer=init("class_logits"), dtype="float32", name="class_logits"
    )(features)
    return {"logits": logits, "class_logits": class_logits}


# === Normalization ===


def batch_norm(x, suffix, synchronized, gain="ones"):
    """Returns batch normalization of (N, …, C), with the constants of DCGAN; `gain` is the gains' initializer."""
    return BatchNormalization(
        momentum=0.9, epsilon=1e-5, synchronized=synchronized, gamma_initializer=gain, name=f"bn_{suffix}"
    )(x)


def conditional_batch_norm(labels, num_classes):
    """Returns the same function as `batch_norm`, but with a gain and an offset of each class."""
    def normalize(x, suffix, synchronized, gain="ones"):
        return ConditionalBatchNormalization(
            num_classes, momentum=0.9, epsilon=1e-5, synchronized=synchronized, gamma_initializer=gain,
            name=f"bn_{suffix}",
        )(x, labels)

    return normalize


def layer_norm(x, suffix, synchronized, gain="ones"):
    """Returns layer normalization (arXiv 1607.06450): over H, W, C of a sample, gain and offset a channel."""
    return keras.layers.GroupNormalization(groups=1, epsilon=1e-5, gamma_initializer=gain, name=f"ln_{suffix}")(x)


def no_norm(x, suffix, synchronized, gain="ones"):
    """Returns x."""
    return x


NORMALIZATIONS = {"batch": batch_norm, "layer": layer_norm, "spectral": no_norm, "none": no_norm}


def normalization(name):
    """Returns (function that normalizes a feature map, layers to use) of a discriminator's normalization.

    `"spectral"` normalizes kernels instead of feature maps.
    """
    errors.expect_one_of(name, NORMALIZATIONS, "normalization")
    return NORMALIZATIONS[name], SPECTRAL if name == "spectral" else PLAIN
