"""Models by their path: one that averages colours, in each format, and a face network."""

import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.metrics.features import base
from gan_keras.metrics.features import model_file
from gan_keras.metrics.features import resize

SAMPLES = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), np.uint8)
MEANS = SAMPLES.mean((1, 2)) / 255


def save(path, shape=(16, 16, 3), outputs=("pixels",), name="averages"):
    """Saves a model that gives the pixels as they come, the pixels as one vector, or the first 2 rows of them."""
    pixels = keras.Input(shape)
    named = {
        "pixels": keras.layers.Activation("linear", name="pixels")(pixels),
        "vector": keras.layers.Flatten(name="vector")(pixels) if None not in shape else None,
    }
    model = keras.Model(pixels, {output: named[output] for output in outputs}, name=name)
    if path.suffix:
        model.save(path)
    else:
        model.export(path, verbose=False)
    return path


def tflite(path, batch, dtype="float32"):
    @tf.function(input_signature=[tf.TensorSpec((batch, 16, 16, 3), tf.float32)])
    def halve(images):
        return tf.reduce_mean(images, (1, 2)) / 2

    converter = tf.lite.TFLiteConverter.from_concrete_functions([halve.get_concrete_function()])
    path.write_bytes(converter.convert())
    return path


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model"])
def test_keras_files_and_saved_models(name, tmp_path):
    network = model_file.load(save(tmp_path / name))
    features, logits = network.extract(SAMPLES)
    np.testing.assert_allclose(features, MEANS, atol=1e-6)  # Values of 0 to 1, averaged over height and width.
    assert logits is None and network.width == 3 and len(network.sha256) == 64
    assert (network.name, network.resize) == (name, "antialiased to 16 px, values 0 to 1")
    np.testing.assert_allclose(network.extract(SAMPLES[1:2])[0][0], features[1], atol=1e-6)
    grey = SAMPLES[..., :1]
    np.testing.assert_allclose(network.extract(grey)[0], np.repeat(MEANS[:, :1], 3, 1), atol=1e-6)


def test_size_values_and_output_are_the_users(tmp_path):
    path = save(tmp_path / "open.keras", (None, None, 3))
    network = model_file.load(path, size=24, value_range="-1,1")
    np.testing.assert_allclose(
        network.extract(SAMPLES)[0], resize.antialiased(SAMPLES, 24).mean((1, 2)) / 127.5 - 1, atol=1e-5
    )
    assert network.resize == "antialiased to 24 px, values -1 to 1"
    path = save(tmp_path / "two.keras", outputs=("pixels", "vector"))
    network = model_file.load(path, output="vector")
    np.testing.assert_allclose(network.extract(SAMPLES)[0], SAMPLES.reshape(3, -1) / 255, atol=1e-6)
    assert (network.name, network.width) == ("two.keras:vector", 768)


def test_a_model_of_grey_images(tmp_path):
    network = model_file.load(save(tmp_path / "grey.keras", (16, 16, 1)))
    np.testing.assert_allclose(network.extract(SAMPLES[..., :1])[0], MEANS[:, :1], atol=1e-6)
    with pytest.raises(errors.UserError, match="the model takes grey images, but the samples have 3 channels"):
        network.extract(SAMPLES)


def test_the_digest_is_of_the_file(tmp_path):
    first = save(tmp_path / "first")
    shutil.copytree(first, tmp_path / "copy")
    other = save(tmp_path / "other", outputs=("vector",))
    digests = [model_file.load(path).sha256 for path in (first, tmp_path / "copy", other)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("batch", [1, 2])
def test_a_tflite_file_of_a_fixed_batch_size(batch, tmp_path):
    network = model_file.load(tflite(tmp_path / "model.tflite", batch), value_range="0,255")
    np.testing.assert_allclose(network.extract(SAMPLES)[0], MEANS * 127.5, rtol=1e-5)  # Three samples.


def test_a_face_network(real_data):
    path = real_data / "weights" / "mobilefacenet_arcface_112.tflite"
    network = model_file.load(path, value_range="0,255")
    features, _ = network.extract(SAMPLES[:2])
    assert network.width == 128 and features.shape == (2, 128) and np.isfinite(features).all()
    assert np.abs(features[0] - features[1]).max() > 1e-3
    np.testing.assert_allclose(network.extract(SAMPLES[1:2])[0][0], features[1], atol=1e-5)
    assert network.resize == "antialiased to 112 px, values 0 to 255"


def test_mistakes_are_named(tmp_path, monkeypatch):
    fixed, free = save(tmp_path / "fixed.keras"), save(tmp_path / "free.keras", (None, None, 3))
    two, four = save(tmp_path / "two.keras", outputs=("pixels", "vector")), save(tmp_path / "four.keras", (16, 16, 4))
    damaged, text = tmp_path / "damaged.tflite", tmp_path / "model.pt"
    damaged.write_text("not a model")
    text.write_text("not a model")
    (tmp_path / "empty").mkdir()
    for path, settings, reason in [
        (tmp_path / "missing.keras", {}, "there is no such file"),
        (text, {}, "expected .tflite, .keras, .h5 or the folder of a SavedModel"),
        (damaged, {}, "cannot be read"),
        (tmp_path / "empty", {}, "cannot be read"),
        (free, {}, "images of any size; name one with --features_size"),
        (fixed, {"size": 32}, "takes images of 16 × 16, --features_size is 32"),
        (fixed, {"value_range": "1"}, "features_range '1': expected LOW,HIGH"),
        (fixed, {"value_range": "1,-1"}, "features_range '1,-1': expected LOW,HIGH"),
        (two, {}, "name one of its outputs with --features_output: pixels, vector"),
        (two, {"output": "vectr"}, "did you mean 'vector'"),
        (four, {}, "1 or 3 channels"),
    ]:
        with pytest.raises(errors.UserError, match=reason) as refused:
            model_file.load(path, **settings)
        assert "\n" not in str(refused.value) and not isinstance(refused.value, base.Unavailable)
    monkeypatch.setitem(__import__("sys").modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(base.Unavailable, match="pip install"):
        model_file.load(damaged)
