"""TFLite metadata: what the tensors of a file mean, inside the file, for Android Studio, MediaPipe and other readers.

A reader finds a flat buffer of the table `ModelMetadata` under the name `TFLITE_METADATA`, and files such as the names
of the classes in a zip archive behind the model. Source: `metadata_schema.fbs` of TensorFlow Lite Support, whose slots
are spelled out here, because the package that writes them exists for few versions of Python.
"""

import io
import zipfile
from typing import Any

import flatbuffers
import numpy as np

from gan_keras.exporting import saved_model
from gan_keras.exporting import terms
from gan_keras.exporting.exported import ExportedGenerator

NAME = "TFLITE_METADATA"
_IDENTIFIER = b"M001"
_MIN_PARSER_VERSION = "1.0.0"
_FEATURES, _IMAGE = 1, 2  # Members of the union ContentProperties.
_RGB, _GREY = 1, 2  # ColorSpaceType
_VALUE_LABELS = 3  # AssociatedFileType
_CALLS = (16, 92, 93, 103)  # Members of the union BuiltinOptions: call, if, while, call once.
_EPOCH = (1980, 1, 1, 0, 0, 0)  # The earliest time that a zip archive knows.


def attach(content: bytes, exported: ExportedGenerator) -> bytes:
    """Returns a TFLite file with metadata.

    Args:
        content: bytes of a TFLite file without metadata.
        exported: the generator whose file it is.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content)
    _put_first(model, "serving_default")
    subgraphs = [[_tensor_name(graph.tensors[index]) for index in graph.inputs] for graph in model.subgraphs]
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(encode(exported, subgraphs), np.uint8)
    entry = schema.MetadataT()
    entry.name, entry.buffer = NAME, len(model.buffers)
    model.buffers.append(buffer)
    model.metadata = [*(model.metadata or []), entry]
    builder = flatbuffers.Builder(len(content) + 65536)
    builder.Finish(model.Pack(builder), b"TFL3")
    return _with_labels(bytes(builder.Output()), exported.description["class_names"])


def _put_first(model, signature):
    """Makes a signature the first one of a file, and its graph the one that interpreters without signatures run."""
    model.signatureDefs.sort(key=lambda each: _text(each.signatureKey) != signature)
    index = next(each.subgraphIndex for each in model.signatureDefs if _text(each.signatureKey) == signature)
    order = [index, *(other for other in range(len(model.subgraphs)) if other != index)]
    model.subgraphs = [model.subgraphs[each] for each in order]
    for each in model.signatureDefs:
        each.subgraphIndex = order.index(each.subgraphIndex)
    if any(operation.builtinOptionsType in _CALLS for graph in model.subgraphs for operation in graph.operators):
        raise ValueError("a graph of the file calls another one by its number, so that they cannot be reordered")


def _text(name):
    return name.decode() if isinstance(name, bytes) else name


def encode(exported: ExportedGenerator, subgraphs: list[list[str]]) -> bytes:
    """Returns the flat buffer of a generator's metadata.

    Args:
        exported: the generator.
        subgraphs: names of the inputs of each of the file's graphs, in the order of the file.
    """
    inputs = _inputs(exported)
    output = _probabilities() if exported.kind.vocabulary else _images(exported)
    graphs = [_Table({2: [inputs[name] for name in names], 3: [output]}) for names in subgraphs]
    metadata = _Table(
        {
            0: exported.description["name"],
            1: f"A generator of {exported.kind.name}, trained with gan_keras as one player of a generative adversarial "
            "network.",
            3: graphs,
            5: terms.of(exported.description["metadata"]),
            7: _MIN_PARSER_VERSION,
        }
    )
    builder = flatbuffers.Builder(1024)
    builder.Finish(_write(builder, metadata), _IDENTIFIER)
    return bytes(builder.Output())


def _inputs(exported):
    """Returns the `TensorMetadata` of what a generator takes, by name."""
    uniform = exported.description["latents"] == "uniform"
    law = "uniform on [-1, 1]" if uniform else "standard normal"
    features = _Table({0: _Scalar("Uint8", _FEATURES), 1: _Table({})})
    tensors: dict[str, dict[int, Any]] = {
        "latents": {0: "latents", 1: f"Independent random numbers, {law}: each vector is another image."}
    }
    if uniform:
        tensors["latents"][5] = _stats(-1.0, 1.0)
    condition = exported.condition
    if condition is not None and condition.encoding == "joint":
        classes = len(condition.class_names)
        labels = _Table(
            {0: saved_model.LABELS, 1: "Names of the classes, one a line.", 2: _Scalar("Int8", _VALUE_LABELS)}
        )
        tensors["labels"] = {
            0: "labels",
            1: f"Which class, from 0 to {classes - 1}.",
            5: _stats(0.0, classes - 1.0),
            6: [labels],
        }
    elif condition is not None:
        names = ", ".join(f"{index} {name}" for index, (name, _) in enumerate(condition.columns))
        tensors["attributes"] = {
            0: "attributes",
            1: f"From 0 (no) to 1 (yes), in this order: {names}.",
            5: _stats(0.0, 1.0),
        }
    return {name: _Table(fields | {3: features}) for name, fields in tensors.items()}


def _images(exported):
    height, width, channels = exported.description["sample_shape"]
    size = _Table({0: _Scalar("Uint32", width), 1: _Scalar("Uint32", height)})
    image = _Table({0: _Scalar("Int8", _RGB if channels == 3 else _GREY), 1: size})
    content = _Table({0: _Scalar("Uint8", _IMAGE), 1: image})
    return _Table({0: "images", 1: "Pixels from -1 (dark) to 1 (bright).", 3: content, 5: _stats(-1.0, 1.0)})


def _probabilities():
    about = "Probability of each symbol at each place; the symbols are in vocabulary.json."
    features = _Table({0: _Scalar("Uint8", _FEATURES), 1: _Table({})})
    return _Table({0: "probabilities", 1: about, 3: features, 5: _stats(0.0, 1.0)})


def _stats(least, most):
    return _Table({0: np.array([most], np.float32), 1: np.array([least], np.float32)})


def _tensor_name(tensor):
    """Returns the name of a signature's input, such as `latents` of `batch_4_latents:0`."""
    return next(name for name in ("latents", "labels", "attributes") if name in _text(tensor.name))


def _with_labels(content, class_names):
    """Returns a file with a zip archive of the names of the classes behind it, where there are any.

    The archive counts its offsets from the beginning of the file, as one that is appended to a file does.
    """
    if not class_names:
        return content
    appended = io.BytesIO(content)
    with zipfile.ZipFile(appended, "a") as archive:
        archive.writestr(zipfile.ZipInfo(saved_model.LABELS, _EPOCH), saved_model.labels(class_names))
    return appended.getvalue()


# === Flat buffers ===


class _Table(dict):
    """A table: its values by slot, which are texts, `_Scalar`s, arrays of float32, tables, and lists of tables."""


class _Scalar(tuple):
    """A number and its type, such as `Uint8`."""

    def __new__(cls, kind, value):
        return super().__new__(cls, (kind, value))


def _write(builder, value):
    """Writes a value and what it refers to, and returns its offset."""
    if isinstance(value, str):
        return builder.CreateString(value)
    if isinstance(value, np.ndarray):
        return builder.CreateNumpyVector(value)
    if isinstance(value, list):
        entries = [_write(builder, each) for each in value]
        builder.StartVector(4, len(entries), 4)
        for offset in reversed(entries):
            builder.PrependUOffsetTRelative(offset)
        return builder.EndVector()
    fields = {slot: _write(builder, each) for slot, each in value.items() if not isinstance(each, _Scalar)}
    builder.StartObject(max(value, default=-1) + 1)
    for slot, each in value.items():
        if slot in fields:
            builder.PrependUOffsetTRelativeSlot(slot, fields[slot], 0)
        else:
            kind, number = each
            getattr(builder, f"Prepend{kind}Slot")(slot, number, 0)
    return builder.EndObject()
