"""What several architectures share: inputs of labels, normalization of feature maps, outputs of D."""

import math
import types

import keras

from gan_keras import errors
from gan_keras.config import names
from gan_keras.layers import convolution
from gan_keras.layers import spectral_normalization
from gan_keras.layers.batch_normalization import BatchNormalization
from gan_keras.layers.conditional_batch_normalization import ConditionalBatchNormalization
from gan_keras.layers.direction import Direction
from gan_keras.runtime import randomness

PLAIN = types.SimpleNamespace(
    Conv2D=convolution.Conv2D,
    Dense=keras.layers.Dense,
    Embedding=keras.layers.Embedding,
)
SPECTRAL = types.SimpleNamespace(
    Conv2D=spectral_normalization.SpectralConv2D,
    Dense=spectral_normalization.SpectralDense,
    Embedding=spectral_normalization.SpectralEmbedding,
)


class Initializers:
    """Initializers whose seeds are derived from (seed, network, layer): each layer has its own.

    Args:
        network: name of the network.
        seed: int in [0, 2^31), seed of the game.
    """

    def __init__(self, network, seed):
        self.network, self.seed = network, seed

    def normal(self, layer, mean=0.0, stddev=1.0):
        """Returns the initializer of a layer that draws from a normal distribution."""
        return keras.initializers.RandomNormal(mean, stddev, seed=self._seed(layer))

    def scaled(self, layer, gain, mode, distribution):
        """Returns the initializer of a layer with the standard deviation gain / √fan.

        Args:
            layer: name of the layer.
            gain: float.
            mode: which fan, as in `keras.initializers.VarianceScaling`: `"fan_in"`, `"fan_out"` or `"fan_avg"`.
            distribution: `"uniform"`, `"truncated_normal"` or `"untruncated_normal"`.
        """
        return keras.initializers.VarianceScaling(gain**2, mode, distribution, seed=self._seed(layer))

    def _seed(self, layer):
        return randomness.derived_seed(self.seed, self.network, layer)


# === Labels ===


class Labels:
    """The condition of a network, one of its inputs: `labels` int32 (N,), or `attributes` float32 (N, A) in [0, 1].

    Args:
        num_classes: number of classes, or None.
        num_attributes: A, or None; one of the two is given.
    """

    def __init__(self, num_classes=None, num_attributes=None):
        self.num_classes, self.num_attributes = num_classes, num_attributes
        if num_classes:
            self.input = keras.Input((), dtype="int32", name="labels")
        else:
            self.input = keras.Input((num_attributes,), name="attributes")
            self._signed = keras.layers.Rescaling(2.0, -1.0, name="signed_attributes")(self.input)

    def beside_latents(self, latents, init, initializer=None):
        """Returns latents followed by the condition, float (N, 2 z) or (N, z + A).

        Classes have an embedding as long as the latents; attributes are mapped to [-1, 1].

        Args:
            latents: float (N, z).
            init: the network's `Initializers`.
            initializer: of the embedding; None: normal with the standard deviation 1 / √z, so that its vectors have
                length 1, as one-hot vectors have. Numbers as large as the latents lead G to ignore the latents.
        """
        if self.num_attributes:
            vectors = self._signed
        else:
            units = latents.shape[-1]
            vectors = self.embed(units, initializer or init.normal("label_embedding", stddev=units**-0.5))
        return keras.layers.Concatenate(name="with_labels")([latents, vectors])

    def beside_images(self, images, init):
        """Returns images (N, …, C) and one more channel, a learned linear function of the label: (N, …, C + 1)."""
        plane = (*images.shape[1:-1], 1)
        # The numbers of the plane have standard deviation 1, about as much as pixels.
        stddev = 1.0 if self.num_classes else self.num_attributes**-0.5
        x = self.embed(math.prod(plane), init.normal("label_embedding", stddev=stddev))
        return keras.layers.Concatenate(name="with_labels")(
            [images, keras.layers.Reshape(plane, name="label_plane")(x)]
        )

    def embed(self, units, initializer, name="label_embedding", kinds=None, dtype=None):
        """Returns learned vectors (N, units): a row of a table for each class, or a linear map of the attributes.

        Args:
            units: length of the vectors.
            initializer: of the table, or of the kernel.
            name: of the layer.
            kinds: the layers to use, `PLAIN` (the default) or `SPECTRAL`.
            dtype: of the layer.
        """
        kinds = kinds or PLAIN
        if self.num_classes:
            return kinds.Embedding(self.num_classes, units, initializer, dtype=dtype, name=name)(self.input)
        return kinds.Dense(units, use_bias=False, kernel_initializer=initializer, dtype=dtype, name=name)(self._signed)


def label_input(num_classes, num_attributes):
    """Returns the `Labels` of a network; None for an unconditional one."""
    return Labels(num_classes, num_attributes) if num_classes or num_attributes else None


def condition_generator(latents, labels, conditioning, init, initializer=None):
    """Returns (inputs of G, input of its first layer, function that normalizes its feature maps).

    Args:
        latents: the input of latents, (N, z).
        labels: `Labels`, or None.
        conditioning: `"concat"` (see `Labels.beside_latents`), or `"batch_norm"`: the class has a gain and an offset in
            each batch normalization.
        init: the network's `Initializers`.
        initializer: see `Labels.beside_latents`.

    Raises:
        UserError: an unknown conditioning, or one that needs classes for attributes.
    """
    errors.expect_one_of(conditioning, names.GENERATOR_CONDITIONINGS, "conditioning of G")
    if labels is None:
        return latents, latents, batch_norm
    if conditioning == "concat":
        return [latents, labels.input], labels.beside_latents(latents, init, initializer), batch_norm
    _expect_classes(labels, conditioning)
    return [latents, labels.input], latents, conditional_batch_norm(labels.input, labels.num_classes)


def condition_discriminator(images, labels, conditioning, init):
    """Returns (inputs of D, input of its first layer).

    Args:
        images: the input of images.
        labels: `Labels`, or None.
        conditioning: `"concat"` (see `Labels.beside_images`), `"projection"` or `"classifier"` (see `outputs`).
        init: the network's `Initializers`.

    Raises:
        UserError: an unknown conditioning, or one that needs classes for attributes.
    """
    errors.expect_one_of(conditioning, names.DISCRIMINATOR_CONDITIONINGS, "conditioning of D")
    if labels is None:
        return images, images
    if conditioning == "classifier":
        _expect_classes(labels, conditioning)
        return images, images
    if conditioning == "projection":
        return [images, labels.input], images
    return [images, labels.input], labels.beside_images(images, init)


def _expect_classes(labels, conditioning):
    """Raises a UserError for a conditioning that needs classes, in a network that takes attributes."""
    if not labels.num_classes:
        raise errors.UserError(f"conditioning '{conditioning}' needs classes, and the network takes attributes")


def direction(features, init):
    """Returns (logits (N, 1), {"direction_logits": (N, 1)}) of a `Direction` of D's last features, flattened here."""
    flat = keras.layers.Flatten(dtype="float32", name="direction_input")(features)
    logits, direction_logits = Direction(init("direction"), dtype="float32", name="direction")(flat)
    return logits, {"direction_logits": direction_logits}


def outputs(features, logits, labels, conditioning, kinds, init, others=None):
    """Returns D's outputs from its last features.

    Args:
        features: float (N, …), flattened here.
        logits: float32 (N, 1), what an unconditional D returns.
        labels: `Labels`, or None.
        conditioning: `"projection"` adds the inner product of the features with an embedding of the label (Miyato and
            Koyama 2018, arXiv 1802.05637); `"classifier"` also returns the logits of the classes (Odena et al. 2016,
            arXiv 1610.09585); with `"concat"` the labels have entered D beside the images.
        kinds: the layers to use, `PLAIN` or `SPECTRAL`.
        init: maps the name of a layer to its initializer.
        others: dict of further outputs, or None.

    Returns:
        logits (N, 1), float32; or a dict with `logits`, the others, and `class_logits` (N, num_classes) of a
        classifier.
    """
    others = others or {}
    if labels is None or conditioning == "concat":
        return {"logits": logits, **others} if others else logits
    features = keras.layers.Flatten(dtype="float32", name="features")(features)
    if conditioning == "projection":
        vectors = labels.embed(features.shape[-1], init("projection"), "projection", kinds, dtype="float32")
        agreement = keras.layers.Dot(axes=1, dtype="float32", name="agreement")([features, vectors])
        return keras.layers.Add(dtype="float32", name="conditional_logits")([logits, agreement])
    class_logits = kinds.Dense(
        labels.num_classes, kernel_initializer=init("class_logits"), dtype="float32", name="class_logits"
    )(features)
    return {"logits": logits, **others, "class_logits": class_logits}


# === Normalization ===


def batch_norm(x, suffix, synchronized, gain="ones"):
    """Returns the batch normalization of feature maps, with the constants of DCGAN.

    Args:
        x: float (N, …, C).
        suffix: end of the layer's name.
        synchronized: whether the statistics are those of all replicas rather than of each.
        gain: initializer of the gains.
    """
    return BatchNormalization(
        momentum=0.9, epsilon=1e-5, synchronized=synchronized, gamma_initializer=gain, name=f"bn_{suffix}"
    )(x)


def conditional_batch_norm(labels, num_classes):
    """Returns a function like `batch_norm`, with a gain and an offset for each class; labels are int32 (N,)."""

    def normalize(x, suffix, synchronized, gain="ones"):
        return ConditionalBatchNormalization(
            num_classes,
            momentum=0.9,
            epsilon=1e-5,
            synchronized=synchronized,
            gamma_initializer=gain,
            name=f"bn_{suffix}",
        )(x, labels)

    return normalize


def layer_norm(x, suffix, synchronized, gain="ones"):
    """Returns the layer normalization of (N, H, W, C) over H, W and C; each channel has a gain and an offset.

    Arguments as in `batch_norm`. Source: Ba et al. 2016 (arXiv 1607.06450).
    """
    return keras.layers.GroupNormalization(groups=1, epsilon=1e-5, gamma_initializer=gain, name=f"ln_{suffix}")(x)


def no_norm(x, suffix, synchronized, gain="ones"):
    """Returns x."""
    return x


NORMALIZATIONS = {"batch": batch_norm, "layer": layer_norm, "spectral": no_norm, "none": no_norm}


def normalization(name):
    """Returns (function that normalizes a feature map, layers to use) for a discriminator's normalization.

    Args:
        name: a key of `NORMALIZATIONS`; `"spectral"` normalizes kernels instead of feature maps.

    Raises:
        UserError: an unknown name.
    """
    errors.expect_one_of(name, NORMALIZATIONS, "normalization")
    return NORMALIZATIONS[name], SPECTRAL if name == "spectral" else PLAIN
