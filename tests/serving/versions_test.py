"""What a server does when versions come while it serves."""

import concurrent.futures
import dataclasses
import itertools
import shutil
import threading
import time

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.exporting import ExportedGenerator
from gan_keras.exporting import export_generator
from gan_keras.exporting import models_config
from gan_keras.exporting import warmup
from gan_keras.serving import client
from tests.exporting import generators
from tests.serving.process import Server

REQUESTS, THREADS = 1000, 16
SECONDS = 180


@pytest.fixture
def own(tmp_path):
    """A folder with version 1 of the model `plain`, and a server of it."""
    export(tmp_path, seed=0)
    running = Server(models_config.write(tmp_path, "plain", str(tmp_path)))
    yield tmp_path, running
    running.stop()


def export(folder, seed):
    return export_generator(generators.generator(seed), name="plain", export_dir=folder, formats=["saved_model"])


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came of a request, and when it was asked and answered."""

    number: int
    asked: float
    answered: float
    images: np.ndarray


class Pump:
    """Asks for images without a pause, from several threads, until it is stopped."""

    def __init__(self, ask):
        self.answers = []
        self._ask, self._numbers, self._stopped = ask, itertools.count(), threading.Event()
        self._pool = concurrent.futures.ThreadPoolExecutor(THREADS)
        self._asking = [self._pool.submit(self._keep_asking) for _ in range(THREADS)]

    def _keep_asking(self):
        while not self._stopped.is_set():
            number, asked = next(self._numbers), time.monotonic()
            images = self._ask(number)
            self.answers.append(Answer(number, asked, time.monotonic(), images))

    def wait_for(self, count, since=0.0):
        """Waits until so many requests that were asked since then have been answered."""
        end = time.monotonic() + SECONDS
        while sum(answer.asked > since for answer in list(self.answers)) < count and not self._has_failed():
            assert time.monotonic() < end, f"{len(self.answers)} answers in {SECONDS} s"
            time.sleep(0.05)

    def _has_failed(self):
        return any(future.done() for future in self._asking)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._pool.shutdown()
        for future in self._asking:
            future.result()  # Raises what a request raised.


def test_a_version_that_lands_among_1000_requests_loses_and_spoils_none(own):
    folder, server = own
    clients = [client.connect(protocol, "127.0.0.1", port, "plain") for protocol, port in server.ports.items()]
    seeds = [[seed, seed + 1] for seed in range(8)]

    with Pump(lambda number: clients[number % 2].sample(seeds[number % 8])) as pump:
        pump.wait_for(100)
        begun = time.monotonic()
        assert export(folder, seed=1).name == "2"
        exported = time.monotonic()
        server.wait_for("serving plain 2")
        serving = time.monotonic()
        server.wait_for("unloaded plain 1")
        pump.wait_for(100, since=serving)
        pump.wait_for(REQUESTS)

    drawn = {
        version: [ExportedGenerator(folder / "plain" / str(version)).generate(pair) for pair in seeds]
        for version in (1, 2)
    }
    assert not any(np.array_equal(*pair) for pair in zip(drawn[1], drawn[2], strict=True))
    answers = {1: [], 2: [], None: []}  # None: the images of neither version.
    for answer in pump.answers:
        alike = (version for version in drawn if np.array_equal(drawn[version][answer.number % 8], answer.images))
        answers[next(alike, None)].append(answer)
    assert len(answers[1]) >= 100 and len(answers[2]) >= 100 and len(answers[None]) == 0
    assert sorted(answer.number for answer in pump.answers) == list(range(len(pump.answers)))  # None was lost.
    assert len(pump.answers) >= REQUESTS
    assert sum(begun < answer.asked < exported for answer in pump.answers) >= THREADS
    switched = min(answer.answered for answer in answers[2])
    assert max(answer.asked for answer in answers[1]) < switched  # From then on version 2 alone answers,
    assert any(answer.asked < switched < answer.answered for answer in pump.answers)  # and requests were in flight.
    for protocol, port in server.ports.items():
        with pytest.raises(errors.UserError, match="Servable not found"):
            client.connect(protocol, "127.0.0.1", port, "plain", version=1).sample([0])


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
