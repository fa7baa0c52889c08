"""A model server with exported generators, in a process of its own."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time

import pytest

from gan_keras.exporting import export_generator
from gan_keras.exporting import models_config
from tests import helpers
from tests.exporting import generators

SECONDS = 60


# TensorFlow would import Keras, and a server has none.
PROGRAM = (
    "import runpy, sys; sys.modules['keras'] = None; del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
)


class Server:
    """A running server: its ports, and the lines that it prints."""

    def __init__(self, config):
        command = [sys.executable, "-c", PROGRAM, helpers.ROOT / "tests" / "serving" / "server.py", config]
        environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        _, grpc_port, rest_port = self.wait_for("ports ").split()
        self.ports = {"grpc": int(grpc_port), "rest": int(rest_port)}

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))

    def wait_for(self, beginning):
        """Returns the next line that begins so."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(queue.Empty):
                line = self._lines.get(timeout=0.2)
                if line.startswith(beginning):
                    return line
            assert self._process.poll() is None, self._process.stderr.read()
        raise AssertionError(f"no line '{beginning}…' in {SECONDS} s")

    def stop(self):
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """Folder of exported models: `plain` without a condition, `classes` and `attributes`."""
    folder = tmp_path_factory.mktemp("models")
    for name, condition in (("plain", None), ("classes", generators.CLASSES), ("attributes", generators.ATTRIBUTES)):
        generator = generators.generator(channels=3 if name == "plain" else 1, condition=condition)
        export_generator(
            generator, name=name, export_dir=folder, latents="normal", condition=condition, formats=["saved_model"]
        )
    return folder


@pytest.fixture(scope="session")
def server(models):
    """A server of `models`."""
    running = Server(models_config.write(models, str(models)))
    yield running
    running.stop()
