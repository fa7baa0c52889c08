"""Formats that are added to a version that serves already, and formats that cannot be made."""

import json
import shutil

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.exporting import ExportedGenerator
from gan_keras.exporting import add_formats
from gan_keras.exporting import description
from gan_keras.exporting import export_generator
from gan_keras.exporting import exporter
from gan_keras.exporting import onnx
from gan_keras.exporting import saved_model
from gan_keras.exporting import tflite
from gan_keras.exporting.web import vendor
from tests import helpers


@pytest.fixture
def version(exported, tmp_path):
    """A version with a SavedModel and TFLite files."""
    shutil.copytree(exported.folder, tmp_path / "models" / "tiny-pets" / "1")
    return tmp_path / "models" / "tiny-pets" / "1"


def test_a_format_is_added_beside_what_was_there(version, capsys):
    before = helpers.contents(version)
    assert add_formats(version.parent, ["onnx"]) == version
    after = helpers.contents(version)
    changed = {path for path in after if before.get(path) != after[path]}
    assert before.keys() < after.keys() and changed == {"onnx/generator_float32.onnx", "export.json", "model_card.md"}
    description = json.loads((version / "export.json").read_text())
    assert description["checks"].keys() >= {"saved_model.pb", "tflite/generator_int8.tflite", f"onnx/{onnx.FILE}"}
    assert f"onnx/{onnx.FILE}" in {file["path"] for file in description["files"]}
    assert f"onnx/{onnx.FILE}" in (version / "model_card.md").read_text()
    out = capsys.readouterr().out
    assert f"onnx/{onnx.FILE}: " in out and "saved_model.pb" not in out
    with pytest.raises(errors.UserError, match="has onnx already: leave it out of --formats"):
        add_formats(version, ["onnx"])


def test_formats_are_made_once_each_and_in_order(version, monkeypatch):
    made = []

    def write(name):
        def note(exported, folder, probe):
            made.append(name)
            (folder / "file").write_text(name)
            return {"file": {"bytes": 1}}

        return note

    shutil.rmtree(version / "tflite")
    forget(version, "tflite")
    for name, module in exporter.FORMATS.items():
        monkeypatch.setattr(module, "write", write(name))
        monkeypatch.setattr(module, "left_out", lambda: None)
    add_formats(version, ["web", "onnx", "tflite", "onnx"])
    assert made == ["tflite", "onnx", "web"]


def forget(version, name):
    """Removes a format from what a version says of itself."""
    description = json.loads((version / "export.json").read_text())
    description["files"] = [file for file in description["files"] if not file["path"].startswith(f"{name}/")]
    (version / "export.json").write_text(json.dumps(description))


def test_what_a_killed_process_has_left_is_replaced(version):
    for name in (".onnx-half-written", "onnx"):  # Before the folder got its name, and before the version knew of it.
        (version / name).mkdir()
        (version / name / "junk").write_text("half")
    add_formats(version, ["onnx"])
    assert {path.name for path in version.iterdir() if "onnx" in path.name} == {"onnx"}
    assert [path.name for path in (version / "onnx").iterdir()] == [onnx.FILE]


def test_what_is_half_written_is_not_listed(version):
    (version / ".onnx-half-written").mkdir()
    (version / ".onnx-half-written" / "junk").write_text("half")
    described = description.write(version, ExportedGenerator(version).description)
    assert not [file for file in described["files"] if "junk" in file["path"]]


def test_the_same_files_come_of_a_run_and_of_its_version(exported, version):
    shutil.rmtree(version / "tflite")
    forget(version, "tflite")
    add_formats(version, ["tflite"])
    for name in (*tflite.FILES, tflite.SEEDS):
        assert (version / "tflite" / name).read_bytes() == (exported.folder / "tflite" / name).read_bytes()


def test_the_latents_of_the_first_seeds_are_beside_the_files(exported):
    table = np.fromfile(exported.folder / "tflite" / tflite.SEEDS, "<f4").reshape(tflite.SEED_COUNT, 8)
    draw = tflite.drawer((exported.folder / "tflite" / "generator_float32.tflite").read_bytes())
    image = np.clip(np.round((draw(latents=table[7:8]) + 1) * 127.5), 0, 255).astype(np.uint8)
    assert np.abs(image.astype(int) - exported.generate([7])).max() <= 1


@pytest.mark.parametrize("name", ["saved_model", "tflite"])
def test_what_a_version_has_is_not_made_again(version, name):
    before = helpers.contents(version)
    with pytest.raises(errors.UserError, match=f"has {name} already"):
        add_formats(version, [name])
    assert helpers.contents(version) == before


def test_an_unknown_format_names_the_nearest(version, generator, tmp_path):
    for call in (
        lambda: add_formats(version, ["onx"]),
        lambda: export_generator(generator, name="x", export_dir=tmp_path, formats=["saved_model", "onx"]),
    ):
        with pytest.raises(errors.UserError, match="unknown format 'onx' .did you mean 'onnx'"):
            call()


def test_a_version_without_a_saved_model_is_none(generator, tmp_path):
    with pytest.raises(errors.UserError, match="--formats=tflite: a version is a SavedModel, add saved_model"):
        export_generator(generator, name="x", export_dir=tmp_path, formats=["tflite"])


def test_a_format_that_was_asked_for_and_cannot_be_made_is_refused_before_anything(generator, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx, "left_out", lambda: "left out, tf2onnx is needed: pip install 'gan-keras[export]'")
    with pytest.raises(errors.UserError, match="onnx is left out, tf2onnx is needed: pip install"):
        export_generator(generator, name="x", export_dir=tmp_path, formats=["saved_model", "onnx"])
    assert list(tmp_path.iterdir()) == []


def test_a_format_that_fails_leaves_the_version_as_it_was(version, monkeypatch):
    before = helpers.contents(version)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(onnx, "write", fail)
    with pytest.raises(errors.UserError, match="onnx' .No space left on device.: free space there"):
        add_formats(version, ["onnx"])
    assert helpers.contents(version) == before and ExportedGenerator(version).generate([0]).shape == (1, 16, 16, 3)


def test_without_a_network_a_page_is_refused_before_anything(version, generator, tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_KERAS_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr(vendor, "REGISTRY", "http://127.0.0.1:9")
    monkeypatch.setattr(saved_model, "write", lambda *_: pytest.fail("a SavedModel was written"))
    before = helpers.contents(version)
    for call in (
        lambda: add_formats(version, ["web"]),
        lambda: export_generator(generator, name="x", export_dir=tmp_path, formats=["saved_model", "web"]),
    ):
        with pytest.raises(errors.UserError, match="web is left out, .* http://127.0.0.1:9/.* cannot be read .*or put"):
            call()
    assert helpers.contents(version) == before and not (tmp_path / "x").exists()
