"""What is written while the training goes on: it changes nothing of the run, and nothing of it is lost."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import tensorflow as tf
from tensorboard.compat.proto import event_pb2

from gan_keras import errors
from gan_keras import training
from gan_keras.data import kinds
from gan_keras.runs import checkpoint
from gan_keras.runs import run as runs
from gan_keras.runtime import files
from gan_keras.training import callbacks
from gan_keras.training import loop
from tests import helpers

NEVER = {"checkpoint_seconds": 1e9, "grid_seconds": 1e9}

# Kills its own process when it opens the discriminator's file of the second checkpoint.
KILLED_IN_A_WRITE = """
import os, runpy, signal, sys

def watch(event, arguments):
    if event == "open" and "/.000000040-" in str(arguments[0]) and "discriminator.npz" in str(arguments[0]):
        os.kill(os.getpid(), signal.SIGKILL)

sys.argv.pop(0)
sys.addaudithook(watch)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Folder of the module's data."""
    return tmp_path_factory.mktemp("writing")


@pytest.fixture(scope="module")
def whole(place):
    """Folder of a run of five ticks, with a grid and a checkpoint each."""
    training.train(helpers.experiment(place), place / "whole")
    return place / "whole"


@pytest.fixture(scope="module")
def rare(place):
    """Folder of the same run, with a grid and a checkpoint at its beginning and at its end."""
    training.train(helpers.experiment(place, **NEVER), place / "rare")
    return place / "rare"


def without_grids(run_dir):
    """Returns the lines of statistics without times and without what only a grid tells."""
    lines = helpers.statistics(run_dir)
    return [{name: value for name, value in line.items() if not name.startswith("grid_")} for line in lines]


def names(run_dir):
    return checkpoint.names(run_dir / "checkpoints")


def slow(monkeypatch, name, wait):
    """Makes the writing of a checkpoint begin with a wait; returns a list of (name, whether it ends) of all of them."""
    write, busy, seen = checkpoint.write, threading.Lock(), []

    def slowed(folder, written, *others):
        assert busy.acquire(blocking=False), "two checkpoints are being written"
        seen.append((written, False))
        if written == name:
            wait()
        path = write(folder, written, *others)
        seen.append((written, True))
        busy.release()
        return path

    monkeypatch.setattr(checkpoint, "write", slowed)
    return seen


def until(holds, seconds=30.0):
    """Waits until something holds; returns whether it does."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    return holds()


def test_when_checkpoints_and_grids_are_made_changes_nothing_of_the_run(whole, rare):
    assert names(rare) == ["000000000", "000000200"]
    assert sorted(path.name for path in (rare / "samples").iterdir()) == ["000000000.png", "000000200.png", "reals.png"]
    assert helpers.weights(rare) == helpers.weights(whole)
    assert without_grids(rare) == without_grids(whole)
    grids = [["grid_diversity" in line for line in helpers.lines(run_dir)] for run_dir in (rare, whole)]
    assert grids == [[False] * 4 + [True], [True] * 5]
    for name in ("000000000.png", "000000200.png", "reals.png"):
        assert (rare / "samples" / name).read_bytes() == (whole / "samples" / name).read_bytes()


def events(run_dir):
    """Returns what TensorBoard's files hold: (name of scalars, pictures and texts, images shown)."""
    found = []
    for path in sorted((run_dir / "tensorboard").iterdir()):
        for record in tf.data.TFRecordDataset(str(path)):
            event = event_pb2.Event.FromString(record.numpy())
            found += [(value.tag, event.step) for value in event.summary.value]
    return found


def test_tensorboard_gets_the_numbers_of_each_tick_in_order_and_the_grids_that_there_are(whole, rare):
    for run_dir, grids in ((whole, range(40, 201, 40)), (rare, [200])):
        expected = [("config", 0), ("reals", 0)]
        for line in helpers.lines(run_dir):
            numbers = [name for name, value in line.items() if isinstance(value, float)]
            expected += [(name.replace("(", "_").replace(")", ""), line["images"]) for name in numbers]
            expected += [("samples", line["images"])] * (line["images"] in grids)
        assert events(run_dir) == expected


def test_the_training_goes_on_while_a_checkpoint_is_written_but_not_into_a_second_one(
    place, whole, tmp_path, monkeypatch
):
    reached = []

    def wait():
        until(lambda: len(helpers.lines(tmp_path / "run")) == 2)
        time.sleep(0.3)  # Long enough for the three ticks that are left.
        reached.append(helpers.lines(tmp_path / "run")[-1]["images"])

    seen = slow(monkeypatch, "000000040", wait)
    training.train(helpers.experiment(place), tmp_path / "run")
    assert reached == [80]
    expected = [f"{images:09d}" for images in range(0, 201, 40)]
    assert seen == [(name, ends) for name in expected for ends in (False, True)]
    assert checkpoint.read_state(tmp_path / "run" / "checkpoints" / "000000080")["iteration"] == 10
    assert helpers.weights(tmp_path / "run") == helpers.weights(whole)
    assert helpers.weights(tmp_path / "run", "000000160") == helpers.weights(whole, "000000160")


def test_the_lines_that_a_checkpoint_relies_on_are_on_disk_before_it_has_its_name(place, tmp_path, monkeypatch):
    statistics, synced = tmp_path / "run" / "stats.jsonl", []
    sync, write = files.sync, checkpoint.write

    def noted(path):
        if path == statistics:
            synced.append(path.stat().st_size)
        sync(path)

    def checked(folder, name, snapshot, *others):
        assert synced.pop() >= int(snapshot.state.partition('"stats_bytes": ')[2].partition(",")[0])
        return write(folder, name, snapshot, *others)

    monkeypatch.setattr(files, "sync", noted)
    monkeypatch.setattr(checkpoint, "write", checked)
    training.train(helpers.experiment(place, images=80), tmp_path / "run")
    assert names(tmp_path / "run") == ["000000000", "000000040", "000000080"] and synced == []


def test_a_checkpoint_that_cannot_be_written_is_said_at_the_next_tick(place, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    def fill():
        monkeypatch.setattr(checkpoint.np, "savez", full)

    slow(monkeypatch, "000000080", fill)
    with pytest.raises(
        errors.UserError, match="^cannot write checkpoint .*000000080: No space left on device; nothing"
    ):
        training.train(helpers.experiment(place), tmp_path / "run")
    assert names(tmp_path / "run") == ["000000000", "000000040"]
    assert helpers.lines(tmp_path / "run")[-1]["images"] == 120
    for name in names(tmp_path / "run"):
        checkpoint.verify(tmp_path / "run" / "checkpoints" / name)
    assert not list(tmp_path.rglob("checkpoints/.*"))


def test_a_last_checkpoint_or_picture_that_cannot_be_written_is_said_at_the_end(place, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        slow(patched, "000000040", lambda: patched.setattr(checkpoint.np, "savez", full))
        with pytest.raises(errors.UserError, match="^cannot write checkpoint .*000000040: No space left"):
            training.train(helpers.experiment(place, images=40), tmp_path / "run")
    write = kinds.images.write_png
    monkeypatch.setattr(
        kinds.images, "write_png", lambda path, grid: (full if path.stem == "000000040" else write)(path, grid)
    )
    monkeypatch.setattr(callbacks.TensorBoard, "on_tick", lambda *_: None)
    with pytest.raises(OSError, match="No space left"):
        training.train(helpers.experiment(place, images=40), tmp_path / "run")
    assert names(tmp_path / "run") == ["000000000", "000000040"]


def test_events_that_cannot_be_written_are_one_line(place, tmp_path, monkeypatch):
    def full(*_):
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    monkeypatch.setattr(callbacks.TensorBoard, "_write_tick", full)
    with pytest.raises(errors.UserError, match="^cannot write TensorBoard's events to .*: No space left on device; fr"):
        training.train(helpers.experiment(place), tmp_path / "run")


@pytest.mark.parametrize(("number", "leaves"), [(signal.SIGTERM, SystemExit), (signal.SIGINT, KeyboardInterrupt)])
def test_a_signal_leaves_when_its_checkpoint_is_complete(number, leaves, place, whole, tmp_path, monkeypatch):
    def stopped(self, iterations):
        train(self, iterations)
        if self.iteration == 5:
            os.kill(os.getpid(), number)

    train = loop.Loop._train
    with monkeypatch.context() as patched:
        patched.setattr(loop.Loop, "_train", stopped)
        seen = slow(patched, "000000040", lambda: time.sleep(0.3))
        with pytest.raises(leaves):
            training.train(helpers.experiment(place, **NEVER), tmp_path / "run")
        assert seen[-1] == ("000000040", True)
    assert names(tmp_path / "run") == ["000000000", "000000040"]
    training.train(helpers.experiment(place, **NEVER), tmp_path / "run")
    assert helpers.weights(tmp_path / "run") == helpers.weights(whole)
    assert without_grids(tmp_path / "run") == without_grids(whole)


def test_an_error_of_the_training_leaves_when_the_checkpoint_is_complete(place, tmp_path, monkeypatch):
    def broken(self, iterations):
        if self.iteration >= 5:
            raise ZeroDivisionError
        train(self, iterations)

    train = loop.Loop._train
    monkeypatch.setattr(loop.Loop, "_train", broken)
    seen = slow(monkeypatch, "000000040", lambda: time.sleep(0.3))
    with pytest.raises(ZeroDivisionError):
        training.train(helpers.experiment(place), tmp_path / "run")
    assert seen[-1] == ("000000040", True)


def test_what_is_measured_is_saved_first_and_may_become_the_best(place, tmp_path):
    training.train(helpers.experiment(place, metric="swd2k", evaluate_images=80, **NEVER), tmp_path / "run")
    assert names(tmp_path / "run") == ["000000000", "000000080", "000000160", "000000200"]
    best = checkpoint.read_state(runs.open_run(tmp_path / "run").checkpoint("best"))["images_shown"]
    assert best in (80, 160, 200)


def test_grids_after_the_checkpoint_are_of_another_game(place, whole, tmp_path):
    run = training.train(helpers.experiment(place, images=80, **NEVER), tmp_path / "run")
    for name in ("000000040.png", "000000120.png"):
        (run.path / "samples" / name).write_bytes((whole / "samples" / name).read_bytes())
    training.train(helpers.experiment(place, images=80, **NEVER), run.path)
    assert sorted(path.stem for path in (run.path / "samples").glob("0*.png")) == [
        "000000000",
        "000000040",
        "000000080",
    ]


def test_killed_while_one_is_written_it_is_the_same_run(place, whole, tmp_path):
    flags = helpers.flags(helpers.settings(place) | {"run_dir": tmp_path / "run"})
    command = [sys.executable, "-c", KILLED_IN_A_WRITE, helpers.TRAIN, *flags]
    killed = subprocess.run(command, env=helpers.environment(), capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert names(tmp_path / "run") == ["000000000"]
    assert [path.name[:11] for path in (tmp_path / "run" / "checkpoints").glob(".*")] == [".000000040-"]
    training.train(helpers.experiment(place), tmp_path / "run")
    assert helpers.weights(tmp_path / "run") == helpers.weights(whole)
    assert helpers.statistics(tmp_path / "run") == helpers.statistics(whole)
    assert not list((tmp_path / "run" / "checkpoints").glob(".*"))
