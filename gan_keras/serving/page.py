"""A server for a folder of static files on this machine, such as the web page of an exported generator."""

import functools
import http.server
import pathlib

from gan_keras import errors
from gan_keras.exporting import version


class _Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",  # Browsers refuse a module of another type,
        ".wasm": "application/wasm",  # and compile this one while it loads.
        ".tflite": "application/octet-stream",
        ".f32": "application/octet-stream",
    }

    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")  # Another version may be served here next time.
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def list_directory(self, path):
        self.send_error(404)

    def log_message(self, format, *args):
        pass


def locate(path: pathlib.Path | str) -> pathlib.Path:
    """Returns the folder of a web page: the path itself, or `web/` of an exported model's version.

    Raises:
        UserError: there is none.
    """
    path = pathlib.Path(path)
    if (path / "index.html").is_file():
        return path
    folder = version.locate(path) / "web"
    if not (folder / "index.html").is_file():
        raise errors.UserError(
            f"'{folder.parent}' has no web page: python scripts/export.py --model={folder.parent} --formats=web adds it"
        )
    return folder


def serve(folder: pathlib.Path, host: str = "127.0.0.1", port: int = 0) -> http.server.ThreadingHTTPServer:
    """Returns a server of a folder's files, bound to an address; `serve_forever()` runs it.

    Raises:
        UserError: the address is taken or cannot be bound.
    """
    handler = functools.partial(_Handler, directory=str(folder))
    try:
        return http.server.ThreadingHTTPServer((host, port), handler)
    except OSError as error:
        raise errors.UserError(f"cannot serve on {host}:{port} ({error.strerror}): choose another --port") from error
