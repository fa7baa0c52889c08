"""LiteRT.js is downloaded once, is what was pinned, and whatever goes wrong is one line."""

import base64
import hashlib
import re
import socketserver
import threading

import pytest

from gan_keras import errors
from gan_keras.exporting.web import vendor

CONTENT = {"core": b"one", "wasm-utils": b"another"}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, and packages that are quickly made."""
    monkeypatch.setenv("GAN_KERAS_CACHE", str(tmp_path / "cache"))
    sums = {name: base64.b64encode(hashlib.sha512(content).digest()).decode() for name, content in CONTENT.items()}
    monkeypatch.setattr(vendor, "INTEGRITY", sums)
    return tmp_path / "cache"


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A folder that is the registry, and has the packages."""
    for name, content in CONTENT.items():
        path = tmp_path / "registry" / "@litertjs" / name / "-" / f"{name}-{vendor.VERSION}.tgz"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    monkeypatch.setattr(vendor, "REGISTRY", (tmp_path / "registry").as_uri())
    return tmp_path / "registry"


@pytest.fixture
def answer(monkeypatch):
    """Function (bytes): the registry is a server that answers them and hangs up."""
    servers = []

    def answered(content):
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                while self.rfile.readline().strip():
                    pass
                self.wfile.write(content)

        server = socketserver.TCPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(vendor, "REGISTRY", f"http://127.0.0.1:{server.server_address[1]}")

    yield answered
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_packages_are_downloaded_once(registry, monkeypatch):
    assert vendor.packages() == CONTENT
    monkeypatch.setattr(vendor, "REGISTRY", "http://127.0.0.1:9")
    assert vendor.packages() == CONTENT


def test_a_damaged_package_in_the_cache_is_downloaded_again(registry, cache):
    vendor.packages()
    (cache / "npm" / f"litertjs-core-{vendor.VERSION}.tgz").write_bytes(b"on")
    assert vendor.packages() == CONTENT


def test_a_package_that_was_changed_is_not_kept(registry, cache):
    for path in registry.rglob("core*.tgz"):
        path.write_bytes(b"something else")
    with pytest.raises(errors.UserError, match="is not the package that was pinned: its SHA-512 differs") as refused:
        vendor.packages()
    assert not isinstance(refused.value, vendor.Unreachable)
    assert not cache.exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n123456", r"IncompleteRead\(6 bytes read, 94 more expected\)"),
        (b"220 a mail server\r\n", "220 a mail server"),
        (b"", "closed connection without response"),
    ],
)
def test_a_broken_answer_is_one_line(answer, cache, content, reason):
    answer(content)
    with pytest.raises(
        vendor.Unreachable, match=f"cannot be read \\(.*{reason}\\): connect to the network, or"
    ) as refused:
        vendor.packages()
    assert "\n" not in str(refused.value) and not cache.exists()


def test_a_package_that_the_registry_lacks(answer):
    answer(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(errors.UserError, match="cannot be had .HTTP 404.: put that file at") as refused:
        vendor.packages()
    assert not isinstance(refused.value, vendor.Unreachable)


def test_a_cache_that_cannot_be_written_is_named(registry, cache):
    cache.write_text("a file where the folder should be")
    expected = f"cache folder '{cache / 'npm'}' cannot be used (Not a directory): set GAN_KERAS_CACHE to another folder"
    with pytest.raises(errors.UserError, match=re.escape(expected)):
        vendor.packages()
