"""Asking a model server for images or texts, over gRPC or REST."""

import base64
import http.client
import io
import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Protocol

import numpy as np
from PIL import Image

from gan_keras import errors

PORTS = {"grpc": 8500, "rest": 8501}
"""Those of TensorFlow Serving."""

TIMEOUT = 60.0  # seconds


class Client(Protocol):
    """Draws samples with the model of a server."""

    def sample(self, seeds: Sequence[int], **condition: Sequence[Any]) -> np.ndarray | list[str]:
        """Returns the samples of seeds: images uint8 (N, H, W, C), or N texts.

        Args:
            seeds: integers (N,), N at most 1 024.
            **condition: for a conditional generator, `labels` (N,) or `attributes` (N, A).

        Raises:
            UserError: no server answers, it has no such model, or it refuses the request.
        """


def connect(protocol: str, host: str, port: int | None, model: str, version: int | None = None) -> Client:
    """Returns a `Client`.

    Args:
        protocol: `"grpc"` or `"rest"`.
        host: of the server.
        port: of the server; by default that of TensorFlow Serving.
        model: the model's name.
        version: its version; by default the newest.

    Raises:
        UserError: an unknown protocol, or gRPC without `tensorflow-serving-api`.
    """
    errors.expect_one_of(protocol, PORTS, "protocol")
    kind: type[GrpcClient | RestClient] = GrpcClient if protocol == "grpc" else RestClient
    return kind(f"{host}:{port or PORTS[protocol]}", model, version)


class GrpcClient:
    """A `Client` of the signature `sample`, which returns pixels or texts.

    Args:
        address: `host:port`.
        model: the model's name.
        version: its version; None for the newest.
    """

    def __init__(self, address: str, model: str, version: int | None = None):
        try:
            import grpc
            from tensorflow_serving.apis import prediction_service_pb2_grpc
        except ImportError as error:
            raise errors.UserError(
                f"gRPC needs tensorflow-serving-api ({error}): pip install 'gan-keras[export]', or take --protocol=rest"
            ) from error
        self._address, self._model, self._version = address, model, version
        channel = grpc.insecure_channel(address, [("grpc.max_receive_message_length", -1)])
        self._predict = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict

    def sample(self, seeds: Sequence[int], **condition: Sequence[Any]) -> np.ndarray | list[str]:
        """See `Client.sample`."""
        import grpc
        import tensorflow as tf
        from tensorflow_serving.apis import predict_pb2

        request = predict_pb2.PredictRequest()
        request.model_spec.name = self._model
        request.model_spec.signature_name = "sample"
        if self._version is not None:
            request.model_spec.version.value = self._version
        for name, values in _rows(seeds, condition).items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(values))
        try:
            answer = self._predict(request, timeout=TIMEOUT, wait_for_ready=False)
        except grpc.RpcError as error:
            reason = f"{error.code().name}: {error.details()}"
            raise (
                _unreachable(self._address, reason)
                if error.code() == grpc.StatusCode.UNAVAILABLE
                else _refused(self._address, self._model, reason)
            ) from error
        try:
            if "text" in answer.outputs:
                return [text.decode() for text in tf.make_ndarray(answer.outputs["text"])]
            return tf.make_ndarray(answer.outputs["images"])
        except (ValueError, KeyError, TypeError) as error:
            raise _no_samples(self._address, self._model, error) from error


class RestClient:
    """A `Client` of the signature `sample_png`, since PNGs are smaller than pixels as text; of `sample` where a model
    makes texts and has no other.

    Arguments: as `GrpcClient`.
    """

    def __init__(self, address: str, model: str, version: int | None = None):
        self._address, self._model = address, model
        of_version = "" if version is None else f"/versions/{version}"
        self._url = f"http://{address}/v1/models/{model}{of_version}:predict"
        self._makes_texts = False  # As far as is known; several threads may ask at the same time.

    def sample(self, seeds: Sequence[int], **condition: Sequence[Any]) -> np.ndarray | list[str]:
        """See `Client.sample`."""
        columns = {name: values.tolist() for name, values in _rows(seeds, condition).items()}
        instances = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        if list(columns) == ["seeds"]:
            instances = columns["seeds"]  # The only input of a signature comes without its name.
        signature = "sample" if self._makes_texts else "sample_png"
        try:
            predictions = self._predict(signature, instances)
        except _NoSignature:
            self._makes_texts, signature = True, "sample"
            predictions = self._predict(signature, instances)
        try:
            if signature == "sample":
                return [str(text) for text in predictions]
            return np.stack([_pixels(base64.b64decode(prediction["b64"])) for prediction in predictions])
        except (OSError, ValueError, KeyError, TypeError) as error:  # An OSError: no PNG.
            raise _no_samples(self._address, self._model, error) from error

    def _predict(self, signature, instances):
        body = json.dumps({"signature_name": signature, "instances": instances}).encode()
        try:
            request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                reason = f"HTTP {error.code}: {error.read(2000).decode(errors='replace').strip()}"
            is_unknown = signature == "sample_png" and re.search("signature name.* not found", reason)
            raise (_NoSignature if is_unknown else _refused)(self._address, self._model, reason) from error
        except http.client.BadStatusLine as error:  # Its text is whatever was sent instead.
            raise _unreachable(self._address, "what answers there does not speak HTTP") from error
        except (OSError, http.client.HTTPException, ValueError) as error:  # A ValueError: no name of a host.
            raise _unreachable(self._address, str(error)) from error
        try:
            return json.loads(content)["predictions"]
        except (ValueError, KeyError, TypeError) as error:
            raise _no_samples(self._address, self._model, error) from error


class _NoSignature(Exception):
    """The model has no signature of this name."""


def _rows(seeds: Sequence[int], condition: Mapping[str, Sequence[Any]]) -> dict[str, np.ndarray]:
    dtypes = {"labels": np.int32, "attributes": np.float32}
    rows = {"seeds": np.asarray(seeds, np.int64)}
    return rows | {name: np.asarray(values, dtypes[name]) for name, values in condition.items()}


def _pixels(png):
    with Image.open(io.BytesIO(png)) as image:
        pixels = np.asarray(image)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _unreachable(address, reason):
    return errors.UserError(
        f"no model server answers at {address} ({errors.one_line(reason)}): start one, or give its --host and --port"
    )


def _refused(address, model, reason):
    reason = errors.one_line(reason)  # A server's message may hold a trace of its graph.
    return errors.UserError(f"the server at {address} does not draw with the model '{model}': {reason}")


def _no_samples(address, model, error):
    reason = errors.one_line(f"{type(error).__name__}: {error}")
    return errors.UserError(
        f"the server at {address} answers for the model '{model}' with something else than samples ({reason}): is it a "
        "model server, and the model one of gan_keras?"
    )
