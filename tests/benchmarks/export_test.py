"""The table of an exported model's files."""

import pytest

from gan_keras import errors
from gan_keras.benchmarks import export
from gan_keras.exporting import ExportedGenerator
from gan_keras.exporting import export_generator
from gan_keras.exporting import latency
from tests.exporting import generators


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return export_generator(generators.generator(), name="tiny", export_dir=folder, formats=["saved_model", "onnx"])


def test_one_row_for_each_file(version, capsys, monkeypatch):
    monkeypatch.setattr(latency, "THREADS", (1,))
    capsys.readouterr()
    rows = export.measure(version.parent, rounds=1)
    header, _, *lines = capsys.readouterr().out.splitlines()
    assert header == "| file | MB | max error | mean error | ms: 1 image, 1 thread | ms: 8 images, 1 thread |"
    assert lines == ["| " + " | ".join(row) + " |" for row in rows]

    checks = ExportedGenerator(version).description["checks"]
    weights = sum(path.stat().st_size for path in (version / "variables").iterdir())
    graph = (version / "saved_model.pb").stat().st_size
    onnx = (version / "onnx" / "generator_float32.onnx").stat().st_size
    for row, file, size in zip(
        rows, ("saved_model.pb", "onnx/generator_float32.onnx"), (graph + weights, onnx), strict=True
    ):
        assert row[0] == f"`{file.split('/')[-1]}`" and row[1] == f"{size / 1e6:.2f}"
        assert row[2:4] == (f"{checks[file]['max_error']:.1e}", f"{checks[file]['mean_error']:.1e}")
        assert all(0 < float(milliseconds) < 10_000 for milliseconds in row[4:])


def test_times_are_medians_of_the_rounds(version, monkeypatch):
    monkeypatch.setattr(latency, "THREADS", (1,))
    monkeypatch.setattr(export, "DRAWING_FORMATS", {})
    times = iter([[5.0, 50.0], [1.0, 70.0], [3.0, 10.0]])
    monkeypatch.setattr(export, "_saved_model", lambda *_: next(times))
    ((*_, one, eight),) = export.measure(version, rounds=3)
    assert (one, eight) == ("3.00", "50.00")


def test_a_process_that_fails_is_one_line_with_its_last_words(version, monkeypatch):
    monkeypatch.setattr(latency, "THREADS", (0.5,))
    with pytest.raises(errors.UserError, match="the SavedModel in '.*' cannot be timed: ValueError: invalid literal"):
        export.measure(version, rounds=1)
