"""The requests that a server replays before it serves a version."""

import sys

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from gan_keras.exporting import export_generator
from gan_keras.exporting import warmup


def requests(folder):
    """Returns the `PredictRequest`s of a version."""
    records = tf.data.TFRecordDataset(str(folder / warmup.PATH))
    return [prediction_log_pb2.PredictionLog.FromString(record.numpy()).predict_log.request for record in records]


@pytest.mark.parametrize(
    ("model", "condition"), [("plain", []), ("classes", ["labels"]), ("attributes", ["attributes"])]
)
def test_each_signature_is_asked_once_for_one_image(models, model, condition):
    found = requests(models / model / "1")  # TensorFlow Serving refuses a version with more than 1 000.
    taken = {request.model_spec.signature_name: sorted(request.inputs) for request in found}
    assert len(found) == 3 and taken == {
        "sample": sorted(["seeds", *condition]),
        "sample_png": sorted(["seeds", *condition]),
        "serving_default": sorted(["latents", *condition]),
    }
    for request in found:
        tensors = {name: tf.make_ndarray(proto) for name, proto in request.inputs.items()}
        assert request.model_spec.name == model and {len(rows) for rows in tensors.values()} == {1}
        if "latents" in tensors:
            assert tensors["latents"].shape == (1, 8) and np.abs(tensors["latents"]).max() > 0.1
        else:
            assert tensors["seeds"] == [0]


def test_without_the_extra_a_printed_line_says_how_to_get_them(generator, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tensorflow_serving", None)
    folder = export_generator(generator, name="without", export_dir=tmp_path, formats=["saved_model"])
    assert (
        "  assets.extra/tf_serving_warmup_requests: left out, tensorflow-serving-api is needed to write it: "
        "pip install 'gan-keras[export]'"
    ) in capsys.readouterr().out.splitlines()
    assert not (folder / "assets.extra").exists() and (folder / "saved_model.pb").is_file()
