"""Networks of keras.applications, without their weights: nothing is downloaded here."""

import keras
import numpy as np
import pytest
from keras.src.applications import imagenet_utils

from gan_keras import errors
from gan_keras.metrics.features import base
from gan_keras.metrics.features import keras_application
from gan_keras.metrics.features import resize

SAMPLES = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)


def replace(monkeypatch, name, constructor):
    constructor.__module__ = getattr(keras.applications, name).__module__
    monkeypatch.setattr(keras.applications, name, constructor)


def average(weights, include_top, pooling, input_shape):
    """A network that averages each colour, and multiplies by 2."""
    assert (weights, include_top, pooling) == ("imagenet", False, "avg")
    pixels = keras.Input(input_shape)
    features = keras.layers.BatchNormalization(epsilon=0.0, gamma_initializer=keras.initializers.Constant(2))(pixels)
    return keras.Model(pixels, keras.layers.GlobalAveragePooling2D()(features))


def test_size_and_preprocessing_are_the_networks_own(monkeypatch):
    replace(monkeypatch, "InceptionV3", average)
    network = keras_application.load("InceptionV3")
    features, logits = network.extract(SAMPLES)
    means = resize.antialiased(SAMPLES, 299).mean((1, 2))
    np.testing.assert_allclose(features, 2 * (means / 127.5 - 1), atol=1e-4)  # Values from −1 to 1.
    assert logits is None and network.width == 3
    assert (network.name, network.resize) == ("keras:InceptionV3", "antialiased to 299 px")
    np.testing.assert_allclose(network.extract(SAMPLES[1:2])[0][0], features[1], atol=1e-5)
    grey = SAMPLES[..., :1]
    np.testing.assert_array_equal(network.extract(grey)[0], network.extract(np.repeat(grey, 3, -1))[0])


def test_the_precision_of_the_training_has_no_influence(monkeypatch):
    replace(monkeypatch, "ResNet50", average)
    expected = keras_application.load("ResNet50").extract(SAMPLES)[0]
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = keras_application.load("ResNet50")
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")
    np.testing.assert_array_equal(network.extract(SAMPLES)[0], expected)


def test_the_digest_is_of_the_weights(monkeypatch):
    replace(monkeypatch, "ResNet50", average)
    first, second = (keras_application.load("ResNet50").sha256 for _ in range(2))

    def tripled(**settings):
        model = average(**settings)
        model.layers[1].gamma.assign([3, 3, 3])
        return model

    replace(monkeypatch, "ResNet50", tripled)
    assert first == second != keras_application.load("ResNet50").sha256


def test_mistakes_are_named(monkeypatch):
    with pytest.raises(errors.UserError, match="unknown network of keras.applications 'Resnet50'.*mean 'ResNet50'"):
        keras_application.load("Resnet50")

    def offline(**_):
        raise Exception("URL fetch failure on https://host/weights.h5\nNone")

    replace(monkeypatch, "VGG16", offline)
    with pytest.raises(base.Unavailable, match="keras:VGG16: .*URL fetch failure on https://host") as refused:
        keras_application.load("VGG16")
    assert "\n" not in str(refused.value)


def test_every_network_is_given_the_size_that_keras_gives_it(monkeypatch):
    class Asked(Exception):
        pass

    def ask(*_, default_size, **__):
        raise Asked(default_size)

    monkeypatch.setattr(imagenet_utils, "obtain_input_shape", ask)
    names, sizes = keras_application.names(), {}
    for name in names:
        if name.startswith("MobileNetV3"):  # It takes any size, and asks for none; trained on 224.
            continue
        with pytest.raises(Asked) as asked:
            getattr(keras.applications, name)(weights=None)
        sizes[name] = asked.value.args[0]
    assert len(names) >= 38 and sizes["ResNet50"] == 224 and sizes["EfficientNetB7"] == 600
    assert {name: size for name, size in sizes.items() if size != 224} == keras_application._SIZES
