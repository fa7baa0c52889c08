import json
import sys

import numpy as np
import pytest
import tensorflow as tf

from gan_keras.exporting import ExportedGenerator
from gan_keras.exporting import export_generator
from gan_keras.exporting import parity
from gan_keras.exporting import tflite
from gan_keras.networks import characters
from tests.exporting import generators

schema = pytest.importorskip("ai_edge_litert.schema_py_generated")

FILES = list(tflite.FILES)


@pytest.fixture(scope="module")
def probe(generator):
    return parity.Probe.of(generator, "uniform")


@pytest.fixture(scope="module")
def contents(exported):
    return {name: (exported.folder / "tflite" / name).read_bytes() for name in FILES}


def test_each_file_has_three_signatures_of_fixed_batches(contents):
    for content in contents.values():
        interpreter = tflite.interpreter(content)
        assert set(interpreter.get_signature_list()) == {"serving_default", "batch_4", "batch_8"}
        for name, batch in {"serving_default": 1, "batch_4": 4, "batch_8": 8}.items():
            run = interpreter.get_signature_runner(name)
            inputs = run.get_input_details()
            assert list(inputs) == ["latents"] and list(inputs["latents"]["shape"]) == [batch, 8]
            images = run(latents=np.zeros((batch, 8), np.float32))["images"]
            assert images.shape == (batch, 16, 16, 3) and images.dtype == np.float32


def test_an_interpreter_without_signatures_draws_one_image(contents):
    for content in contents.values():
        interpreter = tflite.interpreter(content)
        assert [details["shape"].tolist() for details in interpreter.get_input_details()] == [[1, 8]]


def test_beside_files_that_make_texts_is_what_their_probabilities_mean(tmp_path, monkeypatch):
    monkeypatch.setattr(tflite, "FILES", ("generator_float32.tflite",))  # One is enough.
    kind = generators.WORDS
    folder = export_generator(generators.text_generator(kind), name="texts", export_dir=tmp_path, kind=kind)
    vocabulary = json.loads((folder / "tflite" / "vocabulary.json").read_text("utf-8"))
    assert vocabulary == {
        "unit": "words",
        "symbols": ["", '"', "(", ")", ".", "?", "cat", "dog", "newt", "sees", "the"],
        "joins": [0, 4, 2, 1, 1, 1, 0, 0, 0, 0, 0],
    }
    draw = tflite.drawer((folder / "tflite" / "generator_float32.tflite").read_bytes())
    exported = ExportedGenerator(folder)
    probabilities = draw(latents=exported.latents(range(8)))
    assert probabilities.shape == (8, 8, 11) and probabilities.dtype == np.float32
    assert kind.as_users_see(probabilities.argmax(-1)) == exported.generate(range(8))


def operations(content):
    """Returns the names of the operations of each graph of a file."""
    model = schema.ModelT.InitFromPackedBuf(content)
    names = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
    codes = [names[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes]
    return [{codes[operation.opcodeIndex] for operation in graph.operators} for graph in model.subgraphs]


def custom_operations(content):
    """Returns the names of operations that only TensorFlow itself (Flex) or an application's own code can run."""
    model = schema.ModelT.InitFromPackedBuf(content)
    return [code.customCode for code in model.operatorCodes if code.customCode]


def test_files_stand_on_builtin_operations_without_shape_arithmetic(contents):
    for content in contents.values():
        assert custom_operations(content) == []
        graphs = operations(content)
        assert len(graphs) == 3
        for names in graphs:
            assert "TRANSPOSE_CONV" in names and not names & {"SHAPE", "PACK", "STRIDED_SLICE", "CUSTOM"}


def test_a_file_that_needs_tensorflow_itself_is_noticed():
    @tf.function(input_signature=[tf.TensorSpec([2, 2])])
    def draw(latents):
        return tf.linalg.inv(latents)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([draw.get_concrete_function()], tf.Module())
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
    assert custom_operations(converter.convert()) == [b"FlexMatrixInverse"]


def test_weights_are_shared_by_signatures_and_smaller_in_int8(contents, generator):
    weights = 4 * sum(np.prod(variable.shape) for variable in generator.weights)
    graphs = 30_000  # Three graphs of some operations each, beside the weights.
    assert len(contents["generator_float32.tflite"]) < weights + graphs
    assert len(contents["generator_float16.tflite"]) < weights / 2 + graphs
    assert len(contents["generator_int8.tflite"]) < weights / 4 + graphs


def test_a_conditional_generator_takes_labels(exported_with_labels, with_labels):
    interpreter = tflite.interpreter((exported_with_labels.folder / "tflite" / FILES[0]).read_bytes())
    latents, labels = np.full((4, 8), 0.3, np.float32), np.array([0, 1, 2, 1], np.int32)
    drawn = interpreter.get_signature_runner("batch_4")(latents=latents, labels=labels)["images"]
    np.testing.assert_allclose(drawn, with_labels([labels, latents], training=False), rtol=0, atol=1e-5)
    assert np.abs(drawn[0] - drawn[1]).max() > 0.1 and np.abs(drawn[1] - drawn[3]).max() < 1e-5


def test_a_conditional_generator_takes_attributes(exported_with_attributes, with_attributes):
    interpreter = tflite.interpreter((exported_with_attributes.folder / "tflite" / FILES[0]).read_bytes())
    run = interpreter.get_signature_runner("batch_4")
    details = run.get_input_details()["attributes"]
    assert list(details["shape"]) == [4, 2] and details["dtype"] == np.float32
    latents, attributes = np.full((4, 8), 0.3, np.float32), np.array([[0, 0], [0, 1], [0.5, 0], [0, 1]], np.float32)
    drawn = run(latents=latents, attributes=attributes)["images"]
    np.testing.assert_allclose(drawn, with_attributes([attributes, latents], training=False), rtol=0, atol=1e-5)
    assert np.abs(drawn[0] - drawn[2]).max() > 0.1 and np.abs(drawn[1] - drawn[3]).max() < 1e-5


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_draws_something_else_is_not_written(name, contents, probe, tmp_path):
    other = parity.Probe.of(generators.generator(seed=1), "uniform")
    check = tflite.write_checked(tmp_path / name, contents[name], other)
    assert "does not draw what Keras draws" in check["left_out"]
    assert not (tmp_path / name).exists()
    assert "left_out" not in tflite.write_checked(tmp_path / name, contents[name], probe)
    assert (tmp_path / name).exists()


def test_a_file_that_mixes_up_its_latents_is_noticed(contents, probe):
    rolled = parity.Probe(probe.seeds, {"latents": np.roll(probe.inputs["latents"], 1, axis=0)}, probe.samples)
    for name in FILES:
        limit = tflite.LIMITS[name]
        assert tflite.worst_parity(contents[name], probe).fault(limit) is None
        assert tflite.worst_parity(contents[name], rolled).fault(limit)


def test_a_layer_that_the_converter_does_not_know_costs_the_file_only(exported, probe, tmp_path, monkeypatch):
    def refuse(exported, saved_model, name):
        if name == FILES[2]:
            raise ValueError("cannot quantize\nfurther lines")
        return convert(exported, saved_model, name)

    convert = tflite.convert
    monkeypatch.setattr(tflite, "convert", refuse)
    checks = tflite.write(exported, tmp_path / "tflite", probe)
    assert checks[FILES[2]] == {"left_out": "left out, it cannot be converted: cannot quantize"}
    assert "bytes" in checks[FILES[0]] and not (tmp_path / "tflite" / FILES[2]).exists()


def test_without_the_interpreter_nothing_unchecked_is_written(exported, probe, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    checks = tflite.write(exported, tmp_path / "tflite", probe)
    assert list(checks) == FILES
    assert all("pip install 'gan-keras[export]'" in check["left_out"] for check in checks.values())
    assert not (tmp_path / "tflite").exists()


def test_drawn_symbols_become_files_too(tmp_path):
    vocabulary_size = len(generators.WORDS.vocabulary.symbols)
    generator = characters.generator(8, vocabulary_size, latent_dim=8, width=8, relaxation="gumbel")
    kind = generators.WORDS
    folder = export_generator(generator, name="drawn", export_dir=tmp_path, latents="uniform", kind=kind)
    checks = json.loads((folder / "export.json").read_text())["checks"]
    assert checks["tflite/generator_float32.tflite"]["other_texts"] == 0.0
    assert "0.0% other texts" in (folder / "model_card.md").read_text("utf-8")
