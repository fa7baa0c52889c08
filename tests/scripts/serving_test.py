"""The programs around an exported model, as a user runs them: adding formats, asking a server, serving a page."""

import contextlib
import http.client
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from gan_keras.exporting import ExportedGenerator
from tests import helpers


def run(program, *flags, cwd):
    command = [sys.executable, helpers.ROOT / "scripts" / f"{program}.py", *map(str, flags)]
    return subprocess.run(command, env=helpers.environment(), cwd=cwd, capture_output=True, text=True)


def refused(ended, message):
    assert ended.returncode != 0 and message in ended.stderr, ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_client_writes_a_grid_and_times_requests(server, models, tmp_path):
    where = ("--protocol=rest", f"--port={server.ports['rest']}", "--model=classes")
    ended = run("client", *where, "--seeds=0-3", "--labels=2", "--output=grid.png", cwd=tmp_path)
    assert ended.returncode == 0 and ended.stdout == "wrote 4 images to grid.png\n", ended.stderr
    with Image.open(tmp_path / "grid.png") as grid:
        tile = np.asarray(grid)[2:18, 2:18]
    np.testing.assert_array_equal(tile, ExportedGenerator(models / "classes").generate([0], labels=[2])[0, ..., 0])
    ended = run("client", *where, "--load=12", "--concurrency=3", "--labels=1", cwd=tmp_path)
    assert ended.stdout.startswith("12 answered in ") and "latency p50 " in ended.stdout
    assert ended.stdout.endswith("0 failed\n")


def test_a_client_prints_texts_or_writes_them(server, models, tmp_path):
    where = ("--protocol=rest", f"--port={server.ports['rest']}", "--model=texts", "--seeds=0-3")
    expected = ExportedGenerator(models / "texts").generate(range(4))
    assert run("client", *where, cwd=tmp_path).stdout.splitlines() == expected
    ended = run("client", *where, "--output=texts.txt", cwd=tmp_path)
    assert ended.stdout == "wrote 4 texts to texts.txt\n", ended.stderr
    assert (tmp_path / "texts.txt").read_text("utf-8").splitlines() == expected
    refused(run("client", *where, "--output=grid.png", cwd=tmp_path), "expected a name that ends in .txt for texts")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--model=classes", "--labels=7"], "labels are 0 to 2"),
        (["--model=classes", "--labels=cat"], "--labels: 'cat' is not a number"),
        (["--model=classes", "--labels=1,2", "--seeds=0-3"], "--labels names 2 classes for 4 seeds"),
        (["--model=plain", "--labels=1", "--attributes=1"], "belong to different models"),
        (["--model=plain", "--concurrency=3"], "--concurrency has no effect without --load"),
        (["--model=plain", "--load=3", "--seeds=1"], "leave --seeds and --output out"),
        (["--model=absent"], "Servable not found"),
        (["--model=plain", "--host=two words"], "no model server answers at two words:"),
    ],
)
def test_what_a_client_refuses(server, tmp_path, flags, message):
    refused(run("client", "--protocol=rest", f"--port={server.ports['rest']}", *flags, cwd=tmp_path), message)
    assert list(tmp_path.iterdir()) == []


@contextlib.contextmanager
def served(folder):
    """Gives the port of a program that serves a folder."""
    command = [sys.executable, helpers.ROOT / "scripts" / "serve_web.py", f"--model={folder}", "--port=0"]
    with subprocess.Popen(command, env=helpers.environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().split()[0]
            assert url.startswith("http://127.0.0.1:")
            yield int(url.rstrip("/").rpartition(":")[2])
        finally:
            process.terminate()


def get(port, path):
    """Asks for a path as it is, which `urllib` would tidy up; returns the status, the headers and the body."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


def test_a_page_is_served_on_this_machine_with_the_right_types_and_nothing_beside_it(tmp_path):
    page = tmp_path / "page"
    for name, content in {"index.html": "<p>page", "a.js": "1", "a.wasm": "", "model/a.tflite": ""}.items():
        (page / name).parent.mkdir(parents=True, exist_ok=True)
        (page / name).write_text(content)
    (tmp_path / "secret").write_text("a secret")
    types = {
        "/": "text/html",
        "/a.js": "text/javascript",
        "/a.wasm": "application/wasm",
        "/model/a.tflite": "application/octet-stream",
    }
    with served(page) as port:
        for path, kind in types.items():
            status, headers, _ = get(port, path)
            assert (status, headers["Content-Type"], headers["X-Content-Type-Options"]) == (200, kind, "nosniff")
        assert get(port, "/model/../a.js")[2] == get(port, "/model/..%2fa.js")[2] == b"1"
        for path in ("/model/", "/../secret", "/..%2fsecret", "/%2e%2e/secret", "/model/../../secret", "//../secret"):
            status, _, body = get(port, path)
            assert status == 404 and b"a secret" not in body, path


def test_a_model_without_a_page_says_how_to_get_one(models, tmp_path):
    ended = run("serve_web", f"--model={models / 'plain'}", cwd=tmp_path)
    refused(ended, "has no web page: python scripts/export.py --model=")
    assert "--formats=web adds it" in ended.stderr


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "expected one of --run_dir (a run) and --model"),
        (["--model=m"], "--model gets further formats: name them"),
        (["--model=m", "--formats=onnx", "--name=x"], "--name says how a run is exported"),
        (["--model=m", "--formats=onnx"], "no exported model at 'm'"),
        (["--run_dir=r", "--formats=onnx"], "r holds no run"),
    ],
)
def test_what_the_export_refuses(flags, message, tmp_path):
    refused(run("export", *flags, cwd=tmp_path), message)
    assert list(tmp_path.iterdir()) == []


def test_the_export_adds_a_format(models, tmp_path):
    shutil.copytree(models / "plain", tmp_path / "plain")
    ended = run("export", "--model=plain", "--formats=onnx", cwd=tmp_path)
    assert ended.returncode == 0 and "onnx/generator_float32.onnx: 0.1 MB" in ended.stdout, ended.stderr
    assert (tmp_path / "plain" / "1" / "onnx" / "generator_float32.onnx").is_file()
