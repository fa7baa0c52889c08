"""A stand-in for TensorFlow Serving: its gRPC and REST wire contract over plain TensorFlow.

`python server.py CONFIG` reads a models.config, loads the newest version of each model, replays its warm-up requests,
and polls for newer versions. One that was loaded and warmed up takes over, and the one before is unloaded; one that
cannot be is refused, and the one before goes on serving. It prints its two ports on 127.0.0.1, and every version that
it takes, unloads or refuses.
"""

import base64
import concurrent.futures
import http.server
import json
import pathlib
import re
import sys
import threading
import time

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_log_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc
from tensorflow_serving.config import model_server_config_pb2

POLL_SECONDS = 0.2
MOST_WARMUP_REQUESTS = 1000
WARMUP = "assets.extra/tf_serving_warmup_requests"


class Refused(Exception):
    """A request that cannot be answered: a gRPC code and a message."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Model:
    """The newest version of a model that could be loaded."""

    def __init__(self, name, base_path):
        self.name, self._base = name, pathlib.Path(base_path)
        self.versions: dict = {}  # One, by its number; none before the first.
        self._refused = set()

    def poll(self):
        """Loads a version that is newer than the one that serves, and then unloads that one."""
        found = {int(entry.name) for entry in self._base.iterdir() if re.fullmatch(r"[0-9]+", entry.name)}
        newer = {version for version in found - self._refused if version > max(self.versions, default=-1)}
        for version in sorted(newer)[-1:]:
            try:
                loaded = tf.saved_model.load(str(self._base / str(version)))
                self._warm_up(loaded, version)
            except Exception as error:  # Whatever is wrong with it, the server lives on.
                self._refused.add(version)
                print(f"refused {self.name} {version}: {error}".splitlines()[0], flush=True)
            else:
                before, self.versions = self.versions, {version: loaded}
                print(f"serving {self.name} {version}", flush=True)
                for number in before:  # Its weights live on until the last request in flight has ended.
                    print(f"unloaded {self.name} {number}", flush=True)

    def _warm_up(self, loaded, version):
        path = self._base / str(version) / WARMUP
        records = list(tf.data.TFRecordDataset(str(path))) if path.is_file() else []
        if len(records) > MOST_WARMUP_REQUESTS:
            raise ValueError(f"{len(records)} warm-up requests, at most {MOST_WARMUP_REQUESTS} are allowed")
        for record in records:
            request = prediction_log_pb2.PredictionLog.FromString(record.numpy()).predict_log.request
            tensors = {name: tf.make_ndarray(proto) for name, proto in request.inputs.items()}
            run(loaded, request.model_spec.signature_name, tensors)

    def version(self, number=None):
        """Returns (number, SavedModel)."""
        serving = self.versions  # Another thread may replace it.
        if not serving or (number is not None and number not in serving):
            raise Refused(grpc.StatusCode.NOT_FOUND, f"Servable not found for request: {self.name} {number or ''}")
        number = max(serving) if number is None else number
        return number, serving[number]


def run(loaded, signature_name, tensors):
    """Runs a signature on arrays by the names of its inputs; returns its outputs."""
    signature = loaded.signatures.get(signature_name or "serving_default")
    if signature is None:
        raise Refused(grpc.StatusCode.FAILED_PRECONDITION, f'Serving signature name: "{signature_name}" not found')
    specs = signature.structured_input_signature[1]
    if specs.keys() != tensors.keys():
        message = f"input size does not match signature: expected {sorted(specs)}, got {sorted(tensors)}"
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
    for name, values in tensors.items():
        if specs[name].dtype != values.dtype:
            raise Refused(
                grpc.StatusCode.INVALID_ARGUMENT, f"{name} is {values.dtype}: expected {specs[name].dtype.name}"
            )
        if not specs[name].shape.is_compatible_with(values.shape):
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, f"{name} is {values.shape}: expected {specs[name].shape}")
    try:
        return {
            name: value.numpy()
            for name, value in signature(**{name: tf.constant(value) for name, value in tensors.items()}).items()
        }
    except tf.errors.InvalidArgumentError as error:
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, error.message) from error


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """The gRPC service."""

    def __init__(self, models):
        self._models = models

    def Predict(self, request, context):
        spec = request.model_spec
        try:
            if spec.name not in self._models:
                raise Refused(grpc.StatusCode.NOT_FOUND, f"Servable not found for request: Latest({spec.name})")
            wanted = spec.version.value if spec.HasField("version") else None
            number, loaded = self._models[spec.name].version(wanted)
            tensors = {name: tf.make_ndarray(proto) for name, proto in request.inputs.items()}
            outputs = run(loaded, spec.signature_name, tensors)
        except Refused as refused:
            context.abort(refused.code, str(refused))
        answer = predict_pb2.PredictResponse()
        answer.model_spec.name = spec.name
        answer.model_spec.version.value = number
        for name, value in outputs.items():
            answer.outputs[name].CopyFrom(tf.make_tensor_proto(value))
        return answer


def rest_handler(models):
    """Returns the class that answers REST requests."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            match = re.fullmatch(r"/v1/models/([^/:]+)(?:/versions/([0-9]+))?:predict", self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                if not match or match[1] not in models:
                    raise Refused(grpc.StatusCode.NOT_FOUND, "Servable not found for request")
                _, loaded = models[match[1]].version(match[2] and int(match[2]))
                self._answer(200, predict(loaded, json.loads(body)))
            except json.JSONDecodeError as error:
                self._answer(400, {"error": f"JSON Parse error: {error}"})
            except Refused as refused:
                self._answer(404 if refused.code == grpc.StatusCode.NOT_FOUND else 400, {"error": str(refused)})

        def do_GET(self):
            match = re.fullmatch(r"/v1/models/([^/:]+)", self.path)
            if not match or match[1] not in models:
                self._answer(404, {"error": "Could not find any versions of model"})
                return
            states = [{"version": str(number), "state": "AVAILABLE"} for number in models[match[1]].versions]
            self._answer(200, {"model_version_status": states})

        def _answer(self, status, content):
            encoded = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def log_message(self, *_):
            pass

    return Handler


def predict(loaded, body):
    """Answers a request in the row format: one dict, or the value of the only input, for each instance."""
    signature = loaded.signatures.get(body.get("signature_name", "serving_default"))
    if signature is None:
        raise Refused(grpc.StatusCode.FAILED_PRECONDITION, "Serving signature name not found in signature def")
    specs = signature.structured_input_signature[1]
    rows = [row if isinstance(row, dict) else {next(iter(specs)): row} for row in body["instances"]]
    if any(row.keys() != specs.keys() for row in rows):
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, f"each instance needs {', '.join(sorted(specs))}")
    tensors = {name: _cast(name, [row[name] for row in rows], spec.dtype) for name, spec in specs.items()}
    outputs = run(loaded, body.get("signature_name"), tensors)
    encoded = {name: [_json(name, value) for value in values] for name, values in outputs.items()}
    if len(encoded) == 1:
        return {"predictions": next(iter(encoded.values()))}
    return {"predictions": [dict(zip(encoded, row, strict=True)) for row in zip(*encoded.values(), strict=True)]}


def _cast(name, values, dtype):
    """Returns an array of numbers; a whole number is also a float, but not the other way round."""
    try:
        kind = np.array(values).dtype if values else dtype.as_numpy_dtype
        if not np.can_cast(kind, dtype.as_numpy_dtype, "same_kind"):
            raise TypeError(f"found {kind}")
        return np.array(values, dtype.as_numpy_dtype)
    except (TypeError, ValueError, OverflowError) as error:
        message = f"JSON value of {name} cannot be cast to {dtype.name}: {error}"
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, message) from error


def _json(name, value):
    """A text whose name ends in `_bytes` is sent in base 64, any other as it is: with PNGs in it that is no JSON."""
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()} if name.endswith("_bytes") else value.decode()
    return value.tolist()


def main(config_path):
    config = text_format.Parse(
        pathlib.Path(config_path).read_text(), model_server_config_pb2.ModelServerConfig()
    ).model_config_list.config
    models = {entry.name: Model(entry.name, entry.base_path) for entry in config}
    for model in models.values():
        model.poll()
    # TensorFlow Serving takes messages of any size as well; only the graph says how many rows are too many.
    options = [("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", -1)]
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(16), options=options)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(PredictionService(models), server)
    grpc_port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    rest = http.server.ThreadingHTTPServer(("127.0.0.1", 0), rest_handler(models))
    rest.request_queue_size = 128
    threading.Thread(target=rest.serve_forever, daemon=True).start()
    print(f"ports {grpc_port} {rest.server_address[1]}", flush=True)
    while True:
        time.sleep(POLL_SECONDS)
        for model in models.values():
            model.poll()


if __name__ == "__main__":
    main(sys.argv[1])
