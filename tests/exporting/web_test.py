"""The folder of a web page: what is in it, and that a page that cannot be made leaves nothing."""

import io
import json
import shutil
import tarfile

import pytest

from gan_keras import errors
from gan_keras.exporting import ExportedGenerator
from gan_keras.exporting import add_formats
from gan_keras.exporting import export_generator
from gan_keras.exporting import parity
from gan_keras.exporting import tflite
from gan_keras.exporting import web
from gan_keras.exporting.web import vendor
from tests import helpers


@pytest.fixture(autouse=True)
def packages(monkeypatch):
    """Packages with the files of LiteRT.js, all of them empty: no network is needed."""
    archives = {}
    for name, wanted in vendor.WANTED.items():
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w:gz") as archive:
            for path in wanted:
                archive.addfile(tarfile.TarInfo(f"package/{path}"))
        archives[name] = content.getvalue()
    monkeypatch.setattr(vendor, "packages", lambda: archives)


@pytest.fixture
def version(exported, tmp_path):
    """A version with a SavedModel and TFLite files."""
    shutil.copytree(exported.folder, tmp_path / "models" / "tiny-pets" / "1")
    return tmp_path / "models" / "tiny-pets" / "1"


def test_the_licence_is_beside_the_runtime(version):
    add_formats(version, ["web"])
    assert (version / "web" / "LICENSE.txt").read_bytes() == (helpers.ROOT / "LICENSE").read_bytes()
    assert "Apache License 2.0" in (version / "web" / "vendor" / "NOTICE.txt").read_text()


def test_the_files_are_those_of_the_version(version):
    add_formats(version, ["web"])
    written = {path.name: path.read_bytes() for path in (version / "web" / "model").iterdir()}
    assert written.keys() == {*web.TITLES, tflite.SEEDS, "model.json"}
    for name in (*web.TITLES, tflite.SEEDS):
        assert written[name] == (version / "tflite" / name).read_bytes()


def test_without_tflite_files_only_those_of_the_page_are_made_and_checked(version):
    shutil.rmtree(version / "tflite")
    add_formats(version, ["web"])
    checks = json.loads((version / "export.json").read_text())["checks"]
    written = {name for name in checks if name.startswith("web/")}
    assert written == {"web/", *(f"web/model/{name}" for name in web.TITLES)}
    assert all((version / name).exists() for name in written)
    assert [path.name for path in (version / "web" / "model").glob("*float16*")] == []


def test_a_version_whose_files_the_page_cannot_show(version):
    for name in web.TITLES:
        (version / "tflite" / name).unlink()
    exported = ExportedGenerator(version)
    checks = web.write(exported, version / "web", parity.Probe.of_exported(exported))
    assert checks == {"": {"left_out": "left out, the version has no TFLite file that it could show"}}
    assert not (version / "web").exists()


def test_a_page_that_was_left_out_can_be_added_later(generator, tmp_path, monkeypatch):
    def export():
        return export_generator(generator, name="pets", export_dir=tmp_path, formats=["saved_model", "web"])

    with monkeypatch.context() as strict:
        strict.setattr(tflite, "LIMITS", dict.fromkeys(tflite.FILES, parity.Parity(0.0, 0.0, 1.1)))
        version = export()
        assert not (version / "web").exists()
        with pytest.raises(
            errors.UserError, match="generator_int8.tflite: left out, it does not draw what Keras draws"
        ):
            add_formats(version, ["web"])
    add_formats(version, ["web"])
    assert (version / "web" / "index.html").is_file()
