"""Two exports that all tests here share: making one takes seconds."""

import pytest

from gan_keras.export import ExportedGenerator
from gan_keras.export import export_generator
from tests.export import generators


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
def conditional():
    """The conditional generator: grey images, three classes."""
    return generators.generator(channels=1, classes=3)


@pytest.fixture(scope="session")
def exported_conditional(conditional, tmp_path_factory):
    """The conditional generator, exported with normal latents."""
    folder = tmp_path_factory.mktemp("exports")
    return ExportedGenerator(
        export_generator(
            conditional, name="classes", export_dir=folder, latents="normal", class_names=generators.CLASSES
        )
    )
