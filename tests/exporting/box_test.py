"""The model that comes with the project: it is whole, small, and draws before anything was trained."""

import shutil

import numpy as np
import pytest
from PIL import Image

from gan_keras import exporting
from gan_keras.data import kinds
from gan_keras.exporting import ExportedGenerator
from gan_keras.runtime import files
from tests import helpers

FOLDER = helpers.ROOT / "exported_models" / "avatars"
LARGEST = 5e6  # bytes of a file in the repository


@pytest.fixture(scope="module")
def model():
    return ExportedGenerator(FOLDER)


def test_its_files_are_those_that_were_exported(model):
    listed = {file["path"]: file["sha256"] for file in model.description["files"]}
    assert {"saved_model.pb", "tflite/generator_int8.tflite", "samples.png"} <= listed.keys()
    for path, sha256 in listed.items():
        assert files.sha256(FOLDER / "1" / path) == sha256, path
        assert (FOLDER / "1" / path).stat().st_size < LARGEST, path


def test_it_draws_the_samples_of_its_card(model):
    drawn = model.generate(range(8))
    assert drawn.shape == (8, 64, 64, 3)
    with Image.open(FOLDER / "1" / "samples.png") as sheet:
        shown = np.asarray(sheet.convert("RGB"))
    tiles = np.stack([shown[2:66, 2 + 66 * column : 66 + 66 * column] for column in range(8)])
    assert np.abs(drawn.astype(int) - tiles).max() <= 1  # Processors round differently.
    assert model.kind is kinds.IMAGES and model.description["sample_shape"] == [64, 64, 3]
    assert "--recipe=dcgan_fast" in (FOLDER / "1" / "model_card.md").read_text("utf-8")


def test_a_format_can_be_added_to_it(tmp_path):
    """Its `export.json` is of an earlier time than texts are."""
    pytest.importorskip("tf2onnx")
    shutil.copytree(FOLDER, tmp_path / "avatars")
    exporting.add_formats(tmp_path / "avatars", ["onnx"])
    card = (tmp_path / "avatars" / "1" / "model_card.md").read_text("utf-8")
    assert "| Images | 64 × 64 × 3 |" in card and "onnx/generator_float32.onnx" in card
