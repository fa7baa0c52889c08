"""Requests that TensorFlow Serving replays before it serves a version, so that the first client does not wait."""

import importlib.util
import pathlib
from typing import Any

import tensorflow as tf

from gan_keras.exporting.exported import ExportedGenerator
from gan_keras.exporting.parity import Probe

PATH = "assets.extra/tf_serving_warmup_requests"


def write(exported: ExportedGenerator, folder: pathlib.Path, probe: Probe) -> dict[str, dict[str, Any]]:
    """Writes a TFRecord file with one request for each signature.

    Args:
        exported: the generator.
        folder: the version's folder.
        probe: of the generator; its first row is requested.

    Returns:
        an empty dict, or {`PATH`: why it was left out}: `tensorflow-serving-api` is an optional dependency.

    Raises:
        OSError: it cannot be written.
    """
    if importlib.util.find_spec("tensorflow_serving") is None:
        reason = "left out, tensorflow-serving-api is needed to write it: pip install 'gan-keras[export]'"
        return {PATH: {"left_out": reason}}
    path = folder / PATH
    path.parent.mkdir()
    try:
        with tf.io.TFRecordWriter(str(path)) as writer:
            for name in sorted(exported.signatures):
                writer.write(_request(exported, name, probe).SerializeToString(deterministic=True))
    except tf.errors.OpError as error:
        raise OSError(error.message) from error
    return {}


def _request(exported, signature, probe):
    from tensorflow_serving.apis import prediction_log_pb2

    rows = {"seeds": probe.seeds} | probe.inputs
    log = prediction_log_pb2.PredictionLog()
    request = log.predict_log.request
    request.model_spec.name = exported.description["name"]
    request.model_spec.signature_name = signature
    for name, spec in exported.signatures[signature].structured_input_signature[1].items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(rows[name][:1], dtype=spec.dtype))
    return log
