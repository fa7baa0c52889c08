"""Requests over REST at the same time, while the client does not yet know the signatures of the model."""

import http.server
import json
import threading

from gan_keras.serving import client
from gan_keras.serving import load

THREADS = 8


class _Handler(http.server.BaseHTTPRequestHandler):
    """A model of texts: has no `sample_png`, and says so first to one of 8 requests, to the others once that one has
    come back."""

    all_have_asked = threading.Barrier(THREADS)
    one_has_come_back = threading.Event()

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if request["signature_name"] == "sample":
            self.one_has_come_back.set()
            self._answer(200, {"predictions": [f"text {seed}" for seed in request["instances"]]})
            return
        place = self.all_have_asked.wait(timeout=30)
        if place:
            self.one_has_come_back.wait(timeout=30)
        self._answer(400, {"error": 'Serving signature name: "sample_png" not found in signature def'})

    def _answer(self, status, content):
        encoded = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_message(self, *_):
        pass


def test_many_first_requests_of_a_model_of_texts():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        texts = client.connect("rest", "127.0.0.1", server.server_address[1], "texts")
        measured = load.measure(texts, THREADS, THREADS)
        later = texts.sample([7, 8])
        server.shutdown()
    assert measured.failures == {} and len(measured.milliseconds) == THREADS
    assert later == ["text 7", "text 8"]
