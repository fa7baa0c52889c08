"""Every architecture of images, with and without conditions, grey and in colour, at several sizes, in every format."""

import keras
import numpy as np
import pytest

from gan_keras import errors
from gan_keras.config import names
from gan_keras.config import override
from gan_keras.config import recipe
from gan_keras.config.recipes import RECIPES
from gan_keras.data.conditions import Condition
from gan_keras.data.conditions import for_seeds
from gan_keras.exporting import export_generator
from gan_keras.exporting import onnx
from gan_keras.exporting import tflite
from gan_keras.exporting.exported import ExportedGenerator
from gan_keras.exporting.exporter import FORMATS
from gan_keras.game import build
from gan_keras.game import inputs
from tests.exporting import generators
from tests.exporting.tflite_test import custom_operations

pytest.importorskip("tf2onnx")

WIDTHS = {"mlp": 32, "dcgan": 8, "dcgan_paper": 8, "resnet": 4, "r3gan": 16}
CONDITIONS = {"plain": None, "classes": generators.CLASSES, "attributes": generators.ATTRIBUTES}
IMAGE_ARCHITECTURES = [name for name in names.ARCHITECTURES if name not in names.TEXT_ARCHITECTURES]
OF_ARCHITECTURES = {RECIPES[name].game.architecture: name for name in ("gan", "dcgan", "dcgan_paper", "sngan", "r3gan")}
REFUSED = {
    ("dcgan_paper", condition): "the architecture dcgan_paper takes no labels"
    for condition in ("classes", "attributes")
}
"""What cannot be built, and so not exported: (architecture, condition)."""

FILES = {f"tflite/{name}" for name in tflite.FILES} | {f"onnx/{onnx.FILE}"}


def generator_of(architecture: str, condition: Condition | None, resolution: int, channels: int) -> keras.Model:
    """Returns an untrained generator whose weights are large enough that its images differ, with batch statistics."""
    keras.utils.set_random_seed(0)
    config = recipe(OF_ARCHITECTURES[architecture], resolution=resolution, width=WIDTHS[architecture])
    if condition is not None:
        config = override(config, labels="auto", label_encoding=condition.encoding)
    network = build.build_generator(config, {"channels": channels}, condition)
    rng = np.random.default_rng(0)
    for weight in network.trainable_variables:
        fan_in = max(1, int(np.prod(weight.shape[:-1])))
        weight.assign(weight + rng.normal(0, 0.15 * fan_in**-0.5 if weight.ndim > 1 else 0.05, weight.shape))
    latents = rng.standard_normal((64, config.game.latent_dim)).astype("float32")
    given = {} if condition is None else for_seeds(condition, range(64), {})
    for _ in range(30):
        inputs.generate(network, latents, given, training=True)
    return network


def check(architecture, condition, resolution, channels, folder):
    if (architecture, condition) in REFUSED:
        with pytest.raises(errors.UserError, match=REFUSED[architecture, condition]):
            generator_of(architecture, CONDITIONS[condition], resolution, channels)
        return
    generator = generator_of(architecture, CONDITIONS[condition], resolution, channels)
    written = export_generator(
        generator,
        name="net",
        export_dir=folder,
        latents="normal",
        condition=CONDITIONS[condition],
        formats=("saved_model", "tflite", "onnx"),
    )
    checks = ExportedGenerator(written).description["checks"]
    left_out = {name: each["left_out"] for name, each in checks.items() if "left_out" in each}
    assert checks.keys() >= FILES and not left_out, left_out
    for path in (written / "tflite").glob("*.tflite"):
        assert not custom_operations(path.read_bytes())


def test_all_formats_are_known():
    assert set(FORMATS) == {"tflite", "onnx", "web"} and set(OF_ARCHITECTURES) == set(IMAGE_ARCHITECTURES)


@pytest.mark.parametrize("architecture", IMAGE_ARCHITECTURES)
def test_in_small(architecture, tmp_path):
    check(architecture, "plain", 16 if architecture != "resnet" else 32, 3, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("resolution", [32, 64, 128])
@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("architecture", IMAGE_ARCHITECTURES)
def test_all(architecture, condition, resolution, channels, tmp_path):
    check(architecture, condition, resolution, channels, tmp_path)
