"""A generator as an ONNX file, for the runtimes of other frameworks and for the web."""

import importlib.util
import pathlib
from typing import Any

import tensorflow as tf

from gan_keras.exporting import conversion
from gan_keras.exporting import latency
from gan_keras.exporting.exported import ExportedGenerator
from gan_keras.exporting.parity import ROUNDING
from gan_keras.exporting.parity import Probe

FILE = "generator_float32.onnx"
OPSET = 18


def left_out() -> str | None:
    """Returns why no ONNX file can be written here, or None: what converts and runs it is optional."""
    missing = [name for name in ("tf2onnx", "onnxruntime") if importlib.util.find_spec(name) is None]
    if missing:
        return f"left out, {' and '.join(missing)} is needed: pip install 'gan-keras[export]'"
    return None


def write(exported: ExportedGenerator, folder: pathlib.Path, probe: Probe) -> dict[str, dict[str, Any]]:
    """Writes the ONNX file of a generator if it draws what Keras draws; arguments and result as of `tflite.write`."""
    reason = left_out()
    if reason:
        return {FILE: {"left_out": reason}}
    try:
        content = convert(exported)
    except Exception as error:
        return {FILE: conversion.failed(error)}
    parity = probe.parity(drawer(content), batch_size=8)
    reason = parity.fault(ROUNDING)
    if reason:
        return {FILE: {"left_out": reason}}
    folder.mkdir(exist_ok=True)
    (folder / FILE).write_bytes(content)
    latencies = latency.of_threads(lambda threads: drawer(content, threads), probe)
    return {FILE: parity.as_dict() | {"bytes": len(content), "milliseconds": latencies}}


def convert(exported: ExportedGenerator) -> bytes:
    """Returns the bytes of a generator's ONNX file.

    It takes `latents` float32 (N, z) [, `labels` int32 (N,) or `attributes` float32 (N, A)], N of any size, and returns
    `images` float32 (N, H, W, C) in [-1, 1]. Like TFLite, it checks nothing and takes no seeds.
    """
    import tf2onnx

    specs = exported.input_specs()
    names, output = [spec.name for spec in specs], exported.kind.output

    def draw(*rows):
        return tf.identity(exported.draw(*rows)[output], output)

    model, _ = tf2onnx.convert.from_function(
        tf.function(draw, input_signature=specs, autograph=False), input_signature=specs, opset=OPSET
    )
    _sort(model.graph)
    _rename(model.graph, names, output)
    return model.SerializeToString(deterministic=True)


def _sort(graph):
    """Orders the nodes by when the output needs them: the converter's order is not the same in every process."""
    if any(attribute.HasField("g") for node in graph.node for attribute in node.attribute):
        raise ValueError("a node has a graph of its own, which can use tensors that are not among its inputs")
    makers = {output: node for node in graph.node for output in node.output}
    ordered, known = [], set()
    waiting = [(graph.output[0].name, False)]
    while waiting:
        name, is_ready = waiting.pop()
        node = makers.get(name)
        if node is None or (name in known and not is_ready):
            continue
        if is_ready:
            ordered.append(node)
        else:
            known.update(node.output)
            waiting.append((name, True))
            waiting.extend((taken, False) for taken in reversed(node.input))
    del graph.node[:]
    graph.node.extend(ordered)


def _rename(graph, inputs, output):
    """Gives tensors and constants names and an order that do not depend on what else the process has converted."""
    names = dict(zip((entry.name for entry in graph.input), inputs, strict=True)) | {graph.output[0].name: output}
    for node in graph.node:
        for name in (*node.input, *node.output):
            names.setdefault(name, f"tensor_{len(names)}" if name else "")
    for entry in (*graph.input, *graph.output, *graph.initializer, *graph.value_info):
        entry.name = names[entry.name]
    for entry in (*graph.input, *graph.output):
        entry.type.tensor_type.shape.dim[0].dim_param = "N"
    graph.doc_string = ""
    for index, node in enumerate(graph.node):
        node.name = f"{node.op_type}_{index}"
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
    order = list(names.values())
    graph.initializer.sort(key=lambda constant: order.index(constant.name))


def drawer(content: bytes, threads: int = 1) -> latency.Draw:
    """Returns a function that draws with ONNX Runtime on the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return lambda **rows: session.run(None, rows)[0]


def drawers(folder: pathlib.Path, threads: int = 1) -> dict[str, latency.Draw]:
    """Returns a function that draws with the file of a folder, by its name."""
    return {FILE: drawer((folder / FILE).read_bytes(), threads)} if (folder / FILE).is_file() else {}
