"""Generators and exported models as sets of samples; and what is refused in one line."""

import keras
import numpy as np
import pytest

from gan_keras.data import conditions
from gan_keras.data import kinds
from gan_keras.exporting import ExportedGenerator
from gan_keras.exporting import export_generator
from gan_keras.exporting import tflite
from gan_keras.game import sampling
from gan_keras.metrics import subjects
from tests import tiny
from tests.exporting import generators
from tests.metrics import drawing

SEEDS = np.array([5, 0, 10**12, 7, 7, 3])


@pytest.fixture(scope="module")
def network():
    return generators.generator()


@pytest.fixture(scope="module")
def generator(network):
    return subjects.Generator(network, "normal", None, {"generator": "ema"})


@pytest.fixture(scope="module")
def sampled(network):
    """The samples of `SEEDS`, each computed on its own, as `scripts/generate.py` draws them."""
    return sampling.generate(network, "normal", SEEDS)


def test_a_generator_draws_the_samples_of_the_seeds(generator, sampled):
    assert (generator.shape, generator.count, generator.condition) == ((16, 16, 3), None, None)
    assert generator.origin == {"generator": "ema"}
    found = drawing.drawn(generator, SEEDS)
    assert np.abs(found.astype(int) - sampled).max() <= 1
    assert np.abs(found[0].astype(int) - found[1]).mean() > 10  # Other seeds are other samples.
    np.testing.assert_array_equal(found[3], found[4])


def test_the_size_of_batches_changes_no_pixel_by_more_than_one(generator, sampled, monkeypatch):
    for size in (1, 4):
        monkeypatch.setattr(subjects, "BATCH", size)
        assert [len(batch) for batch in generator.batches(SEEDS, {})] == ([1] * 6 if size == 1 else [4, 2])
        assert np.abs(drawing.drawn(generator, SEEDS).astype(int) - sampled).max() <= 1


def test_the_latents_are_those_of_the_run(network, sampled):
    uniform = subjects.Generator(network, "uniform", None, {})
    expected = sampling.generate(network, "uniform", SEEDS)
    assert np.abs(drawing.drawn(uniform, SEEDS).astype(int) - expected).max() <= 1
    assert np.abs(expected.astype(int) - sampled).mean() > 5


def test_a_conditional_generator_gets_its_conditions():
    network = generators.generator(channels=1, condition=generators.CLASSES)
    subject = subjects.Generator(network, "normal", generators.CLASSES, {})
    assert subject.shape == (16, 16, 1) and subject.condition is generators.CLASSES
    labels = np.array([0, 1, 2, 1, 2, 0], np.int32)
    expected = sampling.generate(network, "normal", SEEDS, {"labels": labels})
    found = drawing.drawn(subject, SEEDS, labels=labels)
    assert np.abs(found.astype(int) - expected).max() <= 1
    assert np.abs(found[3].astype(int) - found[4]).mean() > 5  # One seed, two classes.


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_generator_that_draws_nan_names_the_seeds(value, monkeypatch):
    """All seeds of the second batch of two, above 100, are spoiled; those of the first are not."""
    latents = keras.Input((2,), name="latents")
    images = keras.layers.Reshape((1, 1, 1))(keras.layers.Dense(1, kernel_initializer="zeros")(latents))
    network = keras.Model(latents, images)
    subject = subjects.Generator(network, "uniform", None, {})
    monkeypatch.setattr(subjects, "BATCH", 2)
    assert drawing.drawn(subject, [1, 2]).ravel().tolist() == [128, 128]
    batches = subject.batches(np.array([1, 2, 101, 103]), {})
    next(batches)
    network.set_weights([np.full((2, 1), value), np.zeros(1)])
    drawing.refused(lambda: next(batches), r"draws NaN or infinity \(seeds 101 to 103\): choose another --checkpoint")


@pytest.fixture(scope="module")
def exported(network, tmp_path_factory):
    metadata = {"identity_sha256": "abc", "checkpoint": "000001234", "images_shown": 1234, "config": {}}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tflite, "write", lambda *_, **__: {})  # Only the SavedModel is drawn from.
        folder = export_generator(
            network,
            name="tiny",
            export_dir=tmp_path_factory.mktemp("exports"),
            latents="normal",
            metadata=metadata,
        )
    return ExportedGenerator(folder)


def test_an_exported_model_draws_what_its_generator_draws(exported, sampled, monkeypatch):
    subject = subjects.Exported(exported)
    assert (subject.shape, subject.count, subject.condition) == ((16, 16, 3), None, None)
    assert subject.origin == {
        "model": str(exported.folder),
        "generator": "ema",
        "config_hash": "abc",
        "checkpoint": "000001234",
        "images_shown": 1234,
    }
    monkeypatch.setattr(subjects, "BATCH", 4)
    assert np.abs(drawing.drawn(subject, SEEDS).astype(int) - sampled).max() <= 1


def test_an_exported_model_gets_its_conditions():
    class Recorded:
        description = {"sample_shape": [16, 16, 3], "metadata": {}}
        condition = conditions.of_classes(["cat", "dog"])
        kind = kinds.IMAGES
        folder = "models/tiny/1"

        def stored_samples(self, seeds, **given):
            calls.append((seeds.tolist(), {name: values.tolist() for name, values in given.items()}))
            return tiny.images(len(seeds))

    calls = []
    subject = subjects.Exported(Recorded())
    assert subject.condition is Recorded.condition
    assert subject.origin["checkpoint"] is None  # An export by hand does not say.
    drawing.drawn(subject, [4, 9], labels=[1, 0])
    assert calls == [([4, 9], {"labels": [1, 0]})]
