import hashlib
import json
import resource
import shutil
import types

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from gan_keras import errors
from gan_keras import exporting
from gan_keras.data import conditions
from gan_keras.data import kinds
from gan_keras.exporting import ExportedGenerator
from gan_keras.exporting import export_generator
from gan_keras.exporting import model_card
from gan_keras.exporting import saved_model
from gan_keras.exporting import tflite
from tests.exporting import generators


def test_the_description_for_programs(exported, generator):
    description = exported.description
    assert exported.folder.parts[-2:] == ("tiny-pets", "1")
    assert (description["name"], description["latent_dim"], description["latents"]) == ("tiny-pets", 8, "uniform")
    assert (description["sample_shape"], description["precision"]) == ([16, 16, 3], "float32")
    assert (description["condition"], description["class_names"]) == (None, [])
    assert description["parameters"] == generator.count_params()
    assert description["metadata"]["config"] == {"seed": 5}
    assert description["checks"]["saved_model.pb"]["max_error"] < 1e-5
    assert description["checks"]["tflite/generator_float32.tflite"]["max_error"] < 1e-4
    assert 0 < description["checks"]["tflite/generator_int8.tflite"]["mean_error"] < 0.02


def test_every_file_is_listed_with_its_hash(exported):
    listed = {file["path"]: file for file in exported.description["files"]}
    found = {path.relative_to(exported.folder).as_posix() for path in exported.folder.rglob("*") if path.is_file()}
    assert found == listed.keys() | {"export.json", "model_card.md"}
    for path, file in listed.items():
        content = (exported.folder / path).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_condition_is_read_back(exported, exported_with_labels, exported_with_attributes):
    assert exported.condition is None
    assert exported_with_labels.condition == generators.CLASSES
    assert exported_with_labels.description["class_names"] == ["cat", "dog", "newt"]
    assert exported_with_attributes.condition == generators.ATTRIBUTES
    assert exported_with_attributes.description["class_names"] == []


def test_the_card_for_people(exported, exported_with_labels, exported_with_attributes):
    card = (exported.folder / "model_card.md").read_text("utf-8")
    assert "# tiny-pets\n" in card and "| Dataset | pets |" in card and "| Images shown | 1234 |" in card
    assert "/v1/models/tiny-pets:predict" in card and '"instances": [0, 1, 2]' in card
    card = (exported_with_labels.folder / "model_card.md").read_text("utf-8")
    assert "| Classes | 0 cat, 1 dog, 2 newt |" in card and "standard normal" in card
    assert "`seeds` int64 (N,), `labels` int32 (N,)" in card
    card = (exported_with_attributes.folder / "model_card.md").read_text("utf-8")
    assert "| Attributes | each from 0 (no) to 1 (yes), in this order: 0 Smiling, 1 Male |" in card
    assert "`seeds` int64 (N,), `attributes` float32 (N, 2)" in card


@pytest.mark.parametrize("which", ["exported", "exported_with_labels", "exported_with_attributes"])
def test_the_examples_of_the_card_run(which, request, monkeypatch):
    exported = request.getfixturevalue(which)
    card = (exported.folder / "model_card.md").read_text("utf-8")
    code = card.split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(exported.folder.parents[1])
    names = {}
    exec(code, names)
    expected = exported.generate([0, 1, 2])
    np.testing.assert_array_equal(names["samples"], expected)

    # TensorFlow Serving stacks the instances into the inputs of the signature that is named.
    sent = json.loads(card.split("curl -d '")[1].split("'")[0])
    rows = [row if isinstance(row, dict) else {"seeds": row} for row in sent["instances"]]
    signature = exported.signatures[sent["signature_name"]]
    inputs = {
        name: tf.constant([row[name] for row in rows], spec.dtype)
        for name, spec in signature.structured_input_signature[1].items()
    }
    assert all(row.keys() == inputs.keys() for row in rows)
    pngs = signature(**inputs)["image_bytes"].numpy()
    np.testing.assert_array_equal([tf.io.decode_png(png) for png in pngs], expected)


def test_without_conditions_a_seed_takes_its_turn(exported_with_labels, exported_with_attributes):
    np.testing.assert_array_equal(
        exported_with_labels.generate(range(5)), exported_with_labels.generate(range(5), labels=[0, 1, 2, 0, 1])
    )
    np.testing.assert_array_equal(
        exported_with_attributes.generate(range(4), attributes=None),
        exported_with_attributes.generate(range(4), attributes=[[1, 0], [0, 0], [1, 1], [1, 0]]),
    )


def test_conditions_that_make_no_sense_are_refused(exported, exported_with_labels, exported_with_attributes):
    with pytest.raises(errors.UserError, match=r"label 7 is not valid: expected 0 to 2 \(0 cat; 1 dog; 2 newt\)"):
        exported_with_labels.generate([0, 1], labels=[1, 7])
    with pytest.raises(errors.UserError, match="1 labels .* were given for 2 seeds"):
        exported_with_labels.generate([0, 1], labels=[1])
    with pytest.raises(errors.UserError, match="numbers from 0 to 1 for Smiling, Male"):
        exported_with_attributes.generate([0], attributes=[[0.5, 1.5]])
    with pytest.raises(errors.UserError, match="labels were given, .* no such input: expected attributes"):
        exported_with_attributes.generate([0], labels=[1])
    with pytest.raises(errors.UserError, match="labels were given, .* no such input: expected no conditions"):
        exported.generate([0], labels=[1])
    with pytest.raises(errors.UserError, match="no seeds were given"):
        exported.generate([])


def test_a_generator_is_not_exported_without_its_own_condition(generator, with_labels, with_attributes, tmp_path):
    three = conditions.Condition("multi", tuple((name, conditions.BINARY) for name in "abc"), ((0.0, 0.0, 0.0),))
    for wrong, condition, message in (
        (with_labels, None, r"takes labels \(N\): pass its condition"),
        (with_labels, generators.ATTRIBUTES, r"takes labels \(N\), and the condition describes attributes \(N, 2\)"),
        (with_attributes, three, r"takes attributes \(N, 2\), and the condition describes attributes \(N, 3\)"),
        (generator, generators.CLASSES, r"takes no condition, and the condition describes labels \(N\)"),
    ):
        with pytest.raises(errors.UserError, match=message):
            export_generator(wrong, name="wrong", export_dir=tmp_path, condition=condition)
    assert list(tmp_path.iterdir()) == []


def test_mixed_precision_is_exported_in_float32_and_its_error_reported(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tflite, "write", lambda *_: {})
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


@pytest.mark.parametrize("stage", [(saved_model, "check"), (tflite, "write"), (model_card, "text")])
def test_nothing_remains_of_an_export_that_fails(stage, generator, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("failed on purpose")

    monkeypatch.setattr(tflite, "write", lambda *_: {})
    monkeypatch.setattr(*stage, fail)
    with pytest.raises(RuntimeError, match="on purpose"):
        export_generator(generator, name="failing", export_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_reported_and_nothing_remains(generator, tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(errors.UserError, match="cannot write the export to .*large'.*choose another --export_dir"):
            export_generator(generator, name="large", export_dir=tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stage", ["warm-up", "tflite"])
def test_a_disk_that_is_full_later_is_reported_as_well(stage, generator, tmp_path, monkeypatch):
    full = tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    def refuse(*_, **__):
        raise full

    if stage == "warm-up":
        pytest.importorskip("tensorflow_serving")
        monkeypatch.setattr(tf.io, "TFRecordWriter", refuse)
    else:
        save = tf.saved_model.save  # The first one is that of the version.
        saves = iter([save, refuse])
        monkeypatch.setattr(tf.saved_model, "save", lambda *args, **options: next(saves)(*args, **options))
    with pytest.raises(errors.UserError, match="cannot write the export to .*No space left on device"):
        export_generator(generator, name="later", export_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_export_is_reported(exported, tmp_path):
    for index, (path, content) in enumerate(
        (
            ("saved_model.pb", b"no graph"),
            ("export.json", b"{"),
            ("export.json", b"{}"),
            ("variables/variables.index", b""),
        )
    ):
        copy = tmp_path / str(index)
        shutil.copytree(exported.folder, copy)
        (copy / path).write_bytes(content)
        with pytest.raises(errors.UserError, match="it is damaged, export it again"):
            ExportedGenerator(copy)


def test_a_file_that_draws_something_else_is_left_out_and_the_others_stay(exported, tmp_path, monkeypatch, capsys):
    convert = tflite.convert
    other = (exported.folder / "tflite" / "generator_int8.tflite").read_bytes()

    def convert_one_wrongly(generator, saved_model, name):
        return other if "int8" in name else convert(generator, saved_model, name)

    monkeypatch.setattr(tflite, "convert", convert_one_wrongly)
    folder = export_generator(generators.generator(seed=1), name="half", export_dir=tmp_path)
    written = sorted(path.name for path in (folder / "tflite").glob("*.tflite"))
    assert written == ["generator_float16.tflite", "generator_float32.tflite"]
    assert "generator_int8.tflite: left out, it does not draw what Keras draws" in capsys.readouterr().out
    assert "left_out" in json.loads((folder / "export.json").read_text())["checks"]["tflite/generator_int8.tflite"]


def test_a_run_is_exported_under_its_recipe_and_data_set(generator, tmp_path, monkeypatch):
    monkeypatch.setattr(tflite, "write", lambda *_: {})
    run = types.SimpleNamespace(
        checkpoint=lambda which: which,
        load_generator=lambda checkpoint: generator,
        describe=lambda checkpoint: {"checkpoint": checkpoint},
        condition=None,
        kind=kinds.IMAGES,
        config=types.SimpleNamespace(
            recipe="dcgan",
            data=types.SimpleNamespace(dataset="folder:/photos/my cats"),
            game=types.SimpleNamespace(latents="normal", seed=3),
        ),
    )
    folder = exporting.export(run, tmp_path, checkpoint="best")
    assert folder == tmp_path / "dcgan-my_cats" / "1"
    description = json.loads((folder / "export.json").read_text())
    assert description["latents"] == "normal"
    assert description["metadata"] == {"dataset": "folder:/photos/my cats", "seed": 3, "checkpoint": "best"}
