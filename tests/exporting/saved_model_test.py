import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from gan_keras.data import images
from gan_keras.exporting import parity
from gan_keras.exporting import saved_model
from gan_keras.runtime import randomness
from tests.exporting import generators


def _specs(signature):
    inputs = signature.structured_input_signature[1]
    return (
        {name: (spec.dtype, spec.shape.as_list()) for name, spec in inputs.items()},
        {name: (spec.dtype, spec.shape.as_list()) for name, spec in signature.structured_outputs.items()},
    )


def test_signatures(exported):
    assert set(exported.signatures) == {"serving_default", "sample", "sample_png"}
    latents = {"latents": (tf.float32, [None, 8])}
    seeds = {"seeds": (tf.int64, [None])}
    shape = [None, 16, 16, 3]
    assert _specs(exported.signatures["serving_default"]) == (latents, {"images": (tf.float32, shape)})
    assert _specs(exported.signatures["sample"]) == (seeds, {"images": (tf.uint8, shape)})
    assert _specs(exported.signatures["sample_png"]) == (seeds, {"image_bytes": (tf.string, [None])})


def test_signatures_of_conditional_generators(exported_with_labels, exported_with_attributes):
    for exported, condition in (
        (exported_with_labels, {"labels": (tf.int32, [None])}),
        (exported_with_attributes, {"attributes": (tf.float32, [None, 2])}),
    ):
        for name, inputs in (
            ("serving_default", {"latents": (tf.float32, [None, 8])}),
            ("sample", {"seeds": (tf.int64, [None])}),
            ("sample_png", {"seeds": (tf.int64, [None])}),
        ):
            assert _specs(exported.signatures[name])[0] == inputs | condition


def test_it_draws_what_keras_draws(exported, generator):
    latents = randomness.sample_latents(np.arange(5), 8, "uniform")
    drawn = exported.signatures["serving_default"](latents=latents)["images"]
    np.testing.assert_allclose(drawn, generator(latents, training=False), rtol=0, atol=1e-6)
    assert np.std(drawn) > 0.1


def test_a_sample_is_the_picture_of_the_seeds_latents(exported_with_labels, with_labels):
    seeds, labels = np.array([7, 3, 2**40]), np.array([2, 0, 1], np.int32)
    latents = randomness.sample_latents(seeds, 8, "normal")
    keras_images = images.to_uint8(np.asarray(with_labels([tf.constant(labels), latents], training=False)))
    drawn = exported_with_labels.generate(seeds, labels=labels)
    assert np.abs(drawn.astype(int) - keras_images).max() <= 1  # Half a pixel may round the other way.
    assert (exported_with_labels.generate(seeds, labels=[1, 1, 1])[:2] != drawn[:2]).any()


def test_a_sample_is_the_picture_of_the_seeds_latents_and_attributes(exported_with_attributes, with_attributes):
    seeds, attributes = np.array([7, 3, 2**40]), np.array([[0, 1], [1, 0], [0.25, 1]], np.float32)
    latents = randomness.sample_latents(seeds, 8, "normal")
    keras_images = images.to_uint8(np.asarray(with_attributes([tf.constant(attributes), latents], training=False)))
    drawn = exported_with_attributes.generate(seeds, attributes=attributes)
    assert np.abs(drawn.astype(int) - keras_images).max() <= 1  # Half a pixel may round the other way.
    assert (exported_with_attributes.generate(seeds, attributes=attributes[::-1])[:2] != drawn[:2]).any()


def test_a_seed_is_the_same_picture_in_every_batch(exported):
    whole = exported.generate(range(96), batch_size=96)
    for batch_size in (1, 3, 5, 64):
        np.testing.assert_array_equal(exported.generate(range(96), batch_size=batch_size), whole)
    backwards = exported.generate(range(95, -1, -1), batch_size=96)
    np.testing.assert_array_equal(backwards[::-1], whole)


def test_pngs_hold_the_samples(exported, exported_with_labels, exported_with_attributes):
    seeds = tf.constant([4, 9], tf.int64)
    for model, conditions in (
        (exported, {}),
        (exported_with_labels, {"labels": tf.constant([0, 2])}),
        (exported_with_attributes, {"attributes": tf.constant([[0.0, 1.0], [0.5, 0.0]])}),
    ):
        pngs = model.signatures["sample_png"](seeds=seeds, **conditions)["image_bytes"]
        pixels = model.signatures["sample"](seeds=seeds, **conditions)["images"]
        np.testing.assert_array_equal([tf.io.decode_png(png) for png in pngs.numpy()], pixels)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_graph_refuses_latents_that_are_not_finite(exported, bad):
    latents = np.zeros((3, 8), np.float32)
    latents[1, 5] = bad
    with pytest.raises(tf.errors.InvalidArgumentError, match="latents must be finite numbers"):
        exported.signatures["serving_default"](latents=tf.constant(latents))


@pytest.mark.parametrize("count", [0, 1025])
def test_the_graph_refuses_batches_that_are_empty_or_too_large(exported, count):
    seeds, latents = tf.zeros([count], tf.int64), tf.zeros([count, 8])
    for name, inputs in (
        ("serving_default", {"latents": latents}),
        ("sample", {"seeds": seeds}),
        ("sample_png", {"seeds": seeds}),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match="a call takes 1 to 1024 rows"):
            exported.signatures[name](**inputs)


def test_the_graph_takes_1024(exported):
    assert exported.signatures["sample"](seeds=tf.range(1024, dtype=tf.int64))["images"].shape[0] == 1024


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 99], "labels are 0 to 2"),
        ([-1, 0], "labels are 0 to 2"),
        ([0, 3], "labels are 0 to 2"),
        ([0], "as many labels as rows"),
    ],
)
def test_the_graph_refuses_labels_that_are_not_classes(exported_with_labels, labels, message):
    _expect_refusal(exported_with_labels, message, labels=tf.constant(labels))


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ([[0, 1], [np.nan, 0]], "attributes are numbers from 0 to 1"),
        ([[0, 1], [np.inf, 0]], "attributes are numbers from 0 to 1"),
        ([[0, -np.inf], [0, 1]], "attributes are numbers from 0 to 1"),
        ([[0, 1], [0, 1.01]], "attributes are numbers from 0 to 1"),
        ([[0, 1], [-0.01, 1]], "attributes are numbers from 0 to 1"),
        ([[0, 1]], "as many attributes as rows"),
        ([[0, 1], [1, 0], [1, 1]], "as many attributes as rows"),
    ],
)
def test_the_graph_refuses_attributes_that_are_not_from_0_to_1(exported_with_attributes, attributes, message):
    _expect_refusal(exported_with_attributes, message, attributes=tf.constant(attributes, tf.float32))


def test_the_graph_refuses_another_number_of_attributes(exported_with_attributes):
    _expect_refusal(exported_with_attributes, None, attributes=tf.zeros([2, 3]))


def _expect_refusal(exported, message, **condition):
    """Two rows of latents or seeds are given with a condition that is not valid."""
    for name, inputs in (
        ("serving_default", {"latents": tf.zeros([2, 8])}),
        ("sample", {"seeds": tf.zeros([2], tf.int64)}),
        ("sample_png", {"seeds": tf.zeros([2], tf.int64)}),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            exported.signatures[name](**condition, **inputs)


def test_weights_are_stored_once(exported, generator):
    weights = 4 * sum(np.prod(variable.shape) for variable in generator.weights)
    stored = (exported.folder / "variables" / "variables.data-00000-of-00001").stat().st_size
    assert weights <= stored < 1.1 * weights


def test_it_is_read_back_without_the_project(exported, tmp_path):
    program = (
        "import sys; sys.modules['gan_keras'] = None\n"
        "import tensorflow as tf\n"
        "model = tf.saved_model.load(sys.argv[1])\n"
        "pixels = model.signatures['sample'](seeds=tf.range(4, dtype=tf.int64))['images']\n"
        "open(sys.argv[2], 'wb').write(pixels.numpy().tobytes())\n"
    )
    subprocess.run([sys.executable, "-c", program, exported.folder, tmp_path / "pixels"], check=True, cwd=tmp_path)
    assert (tmp_path / "pixels").read_bytes() == exported.generate(range(4)).tobytes()


def test_the_wrong_weights_are_noticed(exported, exported_with_labels, with_labels):
    probe = parity.Probe.of(generators.generator(seed=1), "uniform")
    with pytest.raises(RuntimeError, match="does not draw what Keras draws"):
        saved_model.check(exported.folder, probe)
    # The images of latents are right here; only the distribution of the latents of seeds is not.
    uniform = parity.Probe.of(with_labels, "uniform", generators.CLASSES)
    with pytest.raises(RuntimeError, match="samples differ from Keras' images by up to [0-9]+ of 255 levels"):
        saved_model.check(exported_with_labels.folder, uniform)
