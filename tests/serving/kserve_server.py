"""KServe with one SavedModel: `python kserve_server.py NAME FOLDER PORT`, where KServe and TensorFlow are installed.

KServe's HTTP layer answers the requests. The predictor is the class below, which runs the signature that a request
names, and none of KServe's.
"""

import base64
import sys

import numpy as np
import tensorflow as tf
from kserve import Model
from kserve import ModelServer


class SavedModel(Model):
    def __init__(self, name, folder):
        super().__init__(name)
        self._folder = folder

    def load(self):
        self._model = tf.saved_model.load(self._folder)
        self.ready = True
        return True

    def predict(self, payload, headers=None, response_headers=None):
        signature = self._model.signatures[payload.get("signature_name", "serving_default")]
        specs = signature.structured_input_signature[1]
        rows = [row if isinstance(row, dict) else {next(iter(specs)): row} for row in payload["instances"]]
        inputs = {name: tf.constant(np.array([row[name] for row in rows]), spec.dtype) for name, spec in specs.items()}
        ((name, values),) = signature(**inputs).items()
        if values.dtype == tf.string:
            return {"predictions": [{"b64": base64.b64encode(text).decode()} for text in values.numpy()]}
        return {"predictions": values.numpy().tolist()}


if __name__ == "__main__":
    name, folder, port = sys.argv[1:]
    model = SavedModel(name, folder)
    model.load()
    ModelServer(http_port=int(port), enable_grpc=False, workers=1).start([model])
