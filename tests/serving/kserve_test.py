"""KServe's HTTP layer, with the predictor of `kserve_server.py`, answers with the images of Keras.

It needs an environment of its own:

    python3 -m venv /tmp/kserve && /tmp/kserve/bin/pip install 'kserve==0.21.*' 'tensorflow==2.21.*'
    KSERVE_PYTHON=/tmp/kserve/bin/python python -m pytest -m slow tests/serving/kserve_test.py
"""

import json
import os
import socket
import subprocess
import time
import urllib.request

import numpy as np
import pytest

from gan_keras.exporting import ExportedGenerator
from gan_keras.exporting import parity
from gan_keras.serving import client
from tests import helpers
from tests.exporting import generators

PYTHON = os.environ.get("KSERVE_PYTHON")
SECONDS = 120

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON, reason="KSERVE_PYTHON names no environment that has KServe"),
]


@pytest.fixture(scope="module", params=["plain", "classes"])
def served(request, models):
    """(name, port) of a model that KServe serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = helpers.ROOT / "tests" / "serving" / "kserve_server.py"
    command = [PYTHON, script, request.param, models / request.param / "1", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, f"http://127.0.0.1:{port}/v1/models/{request.param}")
        yield request.param, port
    finally:
        process.terminate()
        process.wait()


def _wait(process, url):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError("KServe did not start")


def test_the_pngs_are_the_samples(served, models):
    name, port = served
    drawn = client.connect("rest", "127.0.0.1", port, name)
    condition = {"labels": [2] * 16} if name == "classes" else {}
    together = drawn.sample(range(16), **condition)
    np.testing.assert_array_equal(together, ExportedGenerator(models / name).generate(range(16), **condition))
    alone = [drawn.sample([seed], **{key: values[:1] for key, values in condition.items()}) for seed in range(16)]
    np.testing.assert_array_equal(together, np.concatenate(alone))


def test_the_floats_are_those_of_keras(served):
    name, port = served
    condition = generators.CLASSES if name == "classes" else None
    network = generators.generator(channels=1 if condition else 3, condition=condition)
    probe = parity.Probe.of(network, "normal", condition)

    def draw(**rows):
        columns = {key: values.tolist() for key, values in rows.items()}
        instances = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        body = json.dumps({"instances": instances}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1/models/{name}:predict", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            return np.array(json.load(answer)["predictions"], np.float32)

    assert probe.parity(draw, 16).max_error <= 1e-5
