"""What a server does when versions come while it serves."""

import concurrent.futures
import shutil

import numpy as np
import pytest

from gan_keras.exporting import ExportedGenerator
from gan_keras.exporting import export_generator
from gan_keras.exporting import models_config
from gan_keras.exporting import warmup
from gan_keras.serving import client
from tests.exporting import generators
from tests.serving.process import Server

REQUESTS, THREADS = 1000, 16


@pytest.fixture
def own(tmp_path):
    """A folder with version 1 of the model `plain`, and a server of it."""
    export(tmp_path, seed=0)
    running = Server(models_config.write(tmp_path, str(tmp_path)))
    yield tmp_path, running
    running.stop()


def export(folder, seed):
    return export_generator(generators.generator(seed), name="plain", export_dir=folder, formats=["saved_model"])


def test_a_version_that_lands_among_1000_requests_loses_and_spoils_none(own):
    folder, server = own
    clients = {
        protocol: client.connect(protocol, "127.0.0.1", port, "plain") for protocol, port in server.ports.items()
    }
    seeds = [[seed, seed + 1] for seed in range(8)]

    def ask(number):
        return number, clients[("grpc", "rest")[number % 2]].sample(seeds[number % 8])

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        half = [pool.submit(ask, number) for number in range(REQUESTS // 2)]
        second = export(folder, seed=1)
        answers = [future.result() for future in half]
        server.wait_for("serving plain 2")
        answers += pool.map(ask, range(REQUESTS // 2, REQUESTS))
    expected = {number: ExportedGenerator(folder / "plain" / str(number)) for number in (1, 2)}
    drawn = {number: [exported.generate(pair) for pair in seeds] for number, exported in expected.items()}
    assert second.name == "2" and not np.array_equal(drawn[1], drawn[2])
    by_version = [
        [version for version in (1, 2) if np.array_equal(images, drawn[version][number % 8])]
        for number, images in answers
    ]
    assert len(by_version) == REQUESTS and all(by_version)
    assert by_version[0] == [1] and by_version[-1] == [2]


@pytest.mark.parametrize("fault", ["half written", "no graph", "a bad warm-up request"])
def test_a_bad_version_is_refused_and_the_one_before_serves_on(own, fault):
    folder, server = own
    bad = folder / "plain" / "2"
    aside = folder / "aside"
    shutil.copytree(folder / "plain" / "1", aside)
    if fault == "half written":
        next((aside / "variables").glob("*.data*")).unlink()
    elif fault == "no graph":
        (aside / "saved_model.pb").write_bytes(b"\x00")
    else:
        content = (aside / warmup.PATH).read_bytes()
        (aside / warmup.PATH).write_bytes(content[: len(content) // 2])
    aside.rename(bad)
    server.wait_for("refused plain 2")
    expected = ExportedGenerator(folder / "plain" / "1").generate([3])
    for protocol, port in server.ports.items():
        np.testing.assert_array_equal(client.connect(protocol, "127.0.0.1", port, "plain").sample([3]), expected)
