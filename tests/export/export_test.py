import hashlib
import json
import resource
import shutil
import types

import numpy as np
import pytest
from tensorflow.core.protobuf import saved_model_pb2

import gan_keras.export
from gan_keras import errors
from gan_keras.export import ExportedGenerator
from gan_keras.export import export_generator
from gan_keras.export import model_card
from gan_keras.export import saved_model
from gan_keras.export import tflite
from tests.export import generators


def test_what_programs_are_told(exported, generator):
    told = exported.description
    assert exported.folder.parts[-2:] == ("tiny-pets", "1")
    assert (told["name"], told["latent_dim"], told["latents"]) == ("tiny-pets", 8, "uniform")
    assert (told["image_shape"], told["class_names"], told["precision"]) == ([16, 16, 3], [], "float32")
    assert told["parameters"] == generator.count_params()
    assert told["metadata"]["config"] == {"seed": 5}
    assert told["checks"]["saved_model.pb"]["max_error"] < 1e-5
    assert told["checks"]["tflite/generator_float32.tflite"]["max_error"] < 1e-4
    assert 0 < told["checks"]["tflite/generator_int8.tflite"]["mean_error"] < 0.02


def test_every_file_is_listed_with_its_hash(exported):
    listed = {file["path"]: file for file in exported.description["files"]}
    found = {path.relative_to(exported.folder).as_posix() for path in exported.folder.rglob("*") if path.is_file()}
    assert found == listed.keys() | {"export.json", "model_card.md"}
    for path, file in listed.items():
        content = (exported.folder / path).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_what_people_are_told(exported, exported_conditional):
    card = (exported.folder / "model_card.md").read_text("utf-8")
    assert "# tiny-pets\n" in card and "| Dataset | pets |" in card and "| Images shown | 1234 |" in card
    assert "/v1/models/tiny-pets:predict" in card and '"instances": [0, 1, 2]' in card
    card = (exported_conditional.folder / "model_card.md").read_text("utf-8")
    assert "0 cat, 1 dog, 2 newt" in card and "standard normal" in card
    assert '{"seeds": 1, "labels": 1}' in card


def test_the_cards_python_runs(exported_conditional, monkeypatch):
    card = (exported_conditional.folder / "model_card.md").read_text("utf-8")
    code = card.split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(exported_conditional.folder.parents[1])
    names = {}
    exec(code, names)
    np.testing.assert_array_equal(names["images"], exported_conditional.generate([0, 1, 2], [0, 1, 2]))


def test_without_labels_a_seed_takes_its_class_in_turn(exported_conditional):
    np.testing.assert_array_equal(
        exported_conditional.generate(range(5)), exported_conditional.generate(range(5), [0, 1, 2, 0, 1])
    )


def test_labels_that_make_no_sense_are_refused(exported, exported_conditional):
    with pytest.raises(errors.UserError, match=r"label 7 is no class: expected 0 to 2 \(0 cat; 1 dog; 2 newt\)"):
        exported_conditional.generate([0, 1], [1, 7])
    with pytest.raises(errors.UserError, match="this generator has no classes"):
        exported.generate([0], [1])
    with pytest.raises(errors.UserError, match="pass class_names"):
        export_generator(generators.generator(classes=3), name="nameless")


def test_mixed_precision_is_exported_in_float32_and_its_error_told(tmp_path, capsys):
    mixed = generators.generator(policy="mixed_bfloat16")
    exported = ExportedGenerator(export_generator(mixed, name="mixed", export_dir=tmp_path))
    checks = exported.description["checks"]
    assert exported.description["precision"] == "mixed_bfloat16"
    assert checks["saved_model.pb"]["max_error"] < 1e-5
    as_trained = checks["Keras in mixed_bfloat16, as trained"]["max_error"]
    assert 1e-4 < as_trained < 0.1  # bfloat16 keeps 8 bits of a number.
    assert f"mixed_bfloat16, as trained: max error {as_trained:.1e}" in capsys.readouterr().out
    graph = saved_model_pb2.SavedModel.FromString((exported.folder / "saved_model.pb").read_bytes())
    definition = str(graph.meta_graphs[0].graph_def)
    assert "DT_FLOAT" in definition and "DT_BFLOAT16" not in definition


@pytest.mark.parametrize("stage", [(saved_model, "check"), (tflite, "write"), (model_card, "write")])
def test_nothing_remains_of_an_export_that_fails(stage, generator, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("failed on purpose")

    monkeypatch.setattr(tflite, "write", lambda *_: {})
    monkeypatch.setattr(*stage, fail)
    with pytest.raises(RuntimeError, match="on purpose"):
        export_generator(generator, name="failing", export_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_nothing_remains(generator, tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises((errors.UserError, OSError), match="cannot write the SavedModel|too large"):
            export_generator(generator, name="large", export_dir=tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_export_is_told(exported, tmp_path):
    for path, content in (("saved_model.pb", b"no graph"), ("export.json", b"{"), ("variables/variables.index", b"")):
        copy = tmp_path / path.replace("/", "_")
        shutil.copytree(exported.folder, copy)
        (copy / path).write_bytes(content)
        with pytest.raises(errors.UserError, match="it is damaged, export it again"):
            ExportedGenerator(copy)


def test_a_file_that_is_off_is_left_out_and_the_others_stay(generator, tmp_path, monkeypatch, capsys):
    convert = tflite.convert
    broken = dict(convert(generators.generator(seed=1)))["generator_int8.tflite"]

    def convert_one_wrongly(model):
        for name, content in convert(model):
            yield name, broken if "int8" in name else content

    monkeypatch.setattr(tflite, "convert", convert_one_wrongly)
    folder = export_generator(generator, name="half", export_dir=tmp_path)
    assert [path.name for path in (folder / "tflite").iterdir()] == ["generator_float32.tflite"]
    assert "generator_int8.tflite: left out, it does not draw what Keras draws" in capsys.readouterr().out
    assert "left_out" in json.loads((folder / "export.json").read_text())["checks"]["tflite/generator_int8.tflite"]


def test_a_run_is_exported_under_its_recipe_and_data_set(generator, tmp_path, monkeypatch):
    monkeypatch.setattr(tflite, "write", lambda *_: {})
    run = types.SimpleNamespace(
        load_generator=lambda checkpoint: generator,
        describe=lambda checkpoint: {"checkpoint": checkpoint},
        class_names=None,
        config=types.SimpleNamespace(
            recipe="dcgan",
            data=types.SimpleNamespace(dataset="folder:/photos/my cats"),
            game=types.SimpleNamespace(latents="normal", seed=3),
        ),
    )
    folder = gan_keras.export(run, tmp_path, checkpoint="best")
    assert folder == tmp_path / "dcgan-my_cats" / "1"
    told = json.loads((folder / "export.json").read_text())
    assert told["latents"] == "normal"
    assert told["metadata"] == {"dataset": "folder:/photos/my cats", "seed": 3, "checkpoint": "best"}
