"""Exported models and a server of them, for all tests: making them takes seconds."""

import pytest

from gan_keras.exporting import export_generator
from gan_keras.exporting import models_config
from tests.exporting import generators
from tests.serving.process import Server


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """Folder of exported models: `plain` without a condition, `classes`, `attributes` and `texts`."""
    folder = tmp_path_factory.mktemp("models")
    for name, condition in (("plain", None), ("classes", generators.CLASSES), ("attributes", generators.ATTRIBUTES)):
        generator = generators.generator(channels=3 if name == "plain" else 1, condition=condition)
        export_generator(
            generator, name=name, export_dir=folder, latents="normal", condition=condition, formats=["saved_model"]
        )
    kind = generators.CHARACTERS
    export_generator(
        generators.text_generator(kind),
        **{"name": "texts", "export_dir": folder, "latents": "normal", "kind": kind, "formats": ["saved_model"]},
    )
    return folder


@pytest.fixture(scope="session")
def server(models):
    """A server of `models`."""
    running = Server(models_config.write(models, "plain", str(models)))
    yield running
    running.stop()
