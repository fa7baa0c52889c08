"""What the clients say of servers that are no model servers."""

import contextlib
import http.server
import json
import socket
import threading

import pytest
from tensorflow_serving.apis import predict_pb2

from gan_keras import errors
from gan_keras.serving import client
from gan_keras.serving import load


@contextlib.contextmanager
def web_server(body):
    """Gives the port of a server that answers everything with 200 and a body."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<!doctype html><p>Welcome", "JSONDecodeError: Expecting value"),
        (b"", "JSONDecodeError: Expecting value"),
        (b"\xff\xfe\xfd", "UnicodeDecodeError"),
        (json.dumps({"status": "ok"}).encode(), "KeyError: 'predictions'"),
        (json.dumps([1, 2]).encode(), "TypeError: list indices"),
        (json.dumps({"predictions": [0.5]}).encode(), "TypeError: 'float' object"),
        (json.dumps({"predictions": []}).encode(), "ValueError: need at least one array"),
        (json.dumps({"predictions": [{"b64": "bm8gUE5H"}]}).encode(), "UnidentifiedImageError: cannot identify"),
    ],
)
def test_an_answer_of_something_else_is_one_line_and_an_error_of_a_load(body, reason):
    with web_server(body) as port:
        strange = client.connect("rest", "127.0.0.1", port, "plain")
        with pytest.raises(
            errors.UserError, match=f"with something else than samples .{reason}.*: is it a model server"
        ):
            strange.sample([0])
        measured = load.measure(strange, 6, 2)
    assert sum(measured.failures.values()) == 6 and measured.milliseconds == []
    assert "6 failed" in measured.table() and reason in measured.table()


def test_an_answer_without_images_over_grpc():
    strange = client.connect("grpc", "127.0.0.1", 1, "plain")
    strange._predict = lambda *_, **__: predict_pb2.PredictResponse()
    with pytest.raises(errors.UserError, match="with something else than samples .TypeError: "):
        strange.sample([0])
    assert list(load.measure(strange, 3, 1).failures.values()) == [3]


def test_rest_at_the_port_of_grpc_and_grpc_at_that_of_rest(server):
    with pytest.raises(
        errors.UserError, match="no model server answers at .* .what answers there does not speak HTTP."
    ):
        client.connect("rest", "127.0.0.1", server.ports["grpc"], "plain").sample([0])
    with pytest.raises(errors.UserError, match="no model server answers at .* .UNAVAILABLE: "):
        client.connect("grpc", "127.0.0.1", server.ports["rest"], "plain").sample([0])


def test_a_server_that_hangs_up():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up():
            connection, _ = listening.accept()
            connection.recv(10)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(errors.UserError, match="no model server answers at "):
            client.connect("rest", "127.0.0.1", listening.getsockname()[1], "plain").sample([0])
        thread.join()


@pytest.mark.parametrize("protocol", ["grpc", "rest"])
@pytest.mark.parametrize("host", ["two words", "a..b", "[::1", "http://localhost"])
def test_a_host_that_is_none(protocol, host):
    with pytest.raises(errors.UserError, match="no model server answers at ") as caught:
        client.connect(protocol, host, None, "plain").sample([0])
    assert "\n" not in str(caught.value)
