"""The ONNX file: batches of any size, names of the contract, the images of Keras."""

import sys

import pytest

from gan_keras.exporting import onnx
from gan_keras.exporting import parity
from tests.exporting import generators

onnxruntime = pytest.importorskip("onnxruntime")


@pytest.mark.parametrize("which", ["exported", "exported_with_labels", "exported_with_attributes"])
def test_batches_of_any_size_are_the_images_of_keras(which, request):
    exported = request.getfixturevalue(which)
    content = onnx.convert(exported)
    session = onnxruntime.InferenceSession(content)
    assert [entry.name for entry in session.get_inputs()] == [spec.name for spec in exported.input_specs()]
    assert [entry.name for entry in session.get_outputs()] == ["images"]
    assert all(entry.shape[0] == "N" for entry in (*session.get_inputs(), *session.get_outputs()))
    probe = parity.Probe.of_exported(exported)
    for size in (1, 2, 64):
        assert probe.parity(onnx.drawer(content), size).max_error < 1e-5


def test_a_file_that_draws_something_else_is_not_written(exported, tmp_path):
    other = parity.Probe.of(generators.generator(seed=1), "uniform")
    check = onnx.write(exported, tmp_path / "onnx", other)
    assert "does not draw what Keras draws" in check[onnx.FILE]["left_out"] and not (tmp_path / "onnx").exists()
    check = onnx.write(exported, tmp_path / "onnx", parity.Probe.of_exported(exported))[onnx.FILE]
    assert check["max_error"] < 1e-5 and check["bytes"] == (tmp_path / "onnx" / onnx.FILE).stat().st_size
    assert all(value > 0 for times in check["milliseconds"].values() for value in times.values())


def test_nothing_in_it_depends_on_what_was_converted_before(exported, exported_with_labels):
    first = onnx.convert(exported)
    onnx.convert(exported_with_labels)
    assert onnx.convert(exported) == first


@pytest.mark.parametrize("missing", ["tf2onnx", "onnxruntime"])
def test_without_its_packages_nothing_is_written(missing, exported, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    check = onnx.write(exported, tmp_path / "onnx", None)
    assert f"{missing} is needed: pip install 'gan-keras[export]'" in check[onnx.FILE]["left_out"]
    assert list(tmp_path.iterdir()) == []
