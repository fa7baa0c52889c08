"""Exports that all tests here share: making one takes seconds."""

import pytest

from gan_keras.exporting import ExportedGenerator
from gan_keras.exporting import export_generator
from gan_keras.exporting import tflite
from tests.exporting import generators


@pytest.fixture(scope="session")
def generator():
    """The unconditional generator."""
    return generators.generator()


@pytest.fixture(scope="session")
def exported(generator, tmp_path_factory):
    """The unconditional generator, exported."""
    folder = tmp_path_factory.mktemp("exports")
    metadata = {"dataset": "pets", "recipe": "tiny", "images_shown": 1234, "config": {"seed": 5}}
    return ExportedGenerator(export_generator(generator, name="tiny-pets", export_dir=folder, metadata=metadata))


@pytest.fixture(scope="session")
def with_labels():
    """A conditional generator: grey images, three classes."""
    return generators.generator(channels=1, condition=generators.CLASSES)


@pytest.fixture(scope="session")
def exported_with_labels(with_labels, tmp_path_factory):
    """The generator with classes, exported with normal latents."""
    return _exported(with_labels, "classes", generators.CLASSES, tmp_path_factory)


@pytest.fixture(scope="session")
def with_attributes():
    """A conditional generator: grey images, two attributes."""
    return generators.generator(channels=1, condition=generators.ATTRIBUTES)


@pytest.fixture(scope="session")
def exported_with_attributes(with_attributes, tmp_path_factory):
    """The generator with attributes, exported with normal latents."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(tflite, "FILES", ("generator_float32.tflite",))  # One file of each is enough.
        return _exported(with_attributes, "attributes", generators.ATTRIBUTES, tmp_path_factory)


def _exported(generator, name, condition, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    return ExportedGenerator(
        export_generator(generator, name=name, export_dir=folder, latents="normal", condition=condition)
    )
