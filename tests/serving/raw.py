"""Requests as any program may send them to a server: nothing is checked or cast before they leave."""

import json
import urllib.error
import urllib.request

import grpc
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc


def over_grpc(port, model, signature, inputs):
    """Sends arrays by the names of inputs; returns "OK", or the code and the message of a refusal."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name, request.model_spec.signature_name = model, signature
    for name, values in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(values))
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        try:
            prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request, timeout=60)
        except grpc.RpcError as error:
            return f"{error.code().name}: {error.details()}"
    return "OK"


def over_rest(port, model, signature, instances):
    """Sends rows of JSON; returns "OK", or the status and the message of a refusal."""
    body = json.dumps({"signature_name": signature, "instances": instances}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/models/{model}:predict", body, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60):
            return "OK"
    except urllib.error.HTTPError as error:
        with error:
            return f"HTTP {error.code}: {json.load(error)['error']}"
