"""The stand-in server in a process of its own."""

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time

from tests import helpers

SECONDS = 180  # Of a machine that is busy with other tests.


# TensorFlow would import Keras, and a server has none.
PROGRAM = (
    "import runpy, sys; sys.modules['keras'] = None; del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
)


class Server:
    """A running server: its ports, and the lines that it prints."""

    def __init__(self, config):
        command = [sys.executable, "-c", PROGRAM, helpers.ROOT / "tests" / "serving" / "server.py", config]
        environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        self._errors = tempfile.TemporaryFile("w+")  # A pipe that nobody reads would fill, and stop the server.
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=self._errors, text=True
        )
        self._lines = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
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
            assert self._process.poll() is None, self._said()
        raise AssertionError(f"no line '{beginning}…' in {SECONDS} s: {self._said()}")

    def _said(self):
        self._errors.seek(0)
        return self._errors.read()

    def stop(self):
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._process.stdout.close()
        self._errors.close()
