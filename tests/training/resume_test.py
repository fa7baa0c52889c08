"""A run that was stopped, cut off, damaged or made longer is the run that was never touched, to the last bit."""

import os
import shutil
import signal

import pytest

from gan_keras import errors
from gan_keras import training
from gan_keras.runs import checkpoint
from gan_keras.training import export
from gan_keras.training import loop
from tests import helpers


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Folder of the module's data."""
    return tmp_path_factory.mktemp("resume")


@pytest.fixture(scope="module")
def whole(place):
    """Folder of a run of 200 images, in one go."""
    training.train(helpers.experiment(place), place / "whole")
    return place / "whole"


@pytest.fixture
def copy(whole, tmp_path):
    """A copy of `whole`, with what a kill at 160 images or later may have left: its last checkpoint is missing."""
    shutil.copytree(whole, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "checkpoints" / "000000200")
    return tmp_path / "copy"


def is_the_run(run_dir, whole):
    assert helpers.weights(run_dir) == helpers.weights(whole)
    assert helpers.statistics(run_dir) == helpers.statistics(whole)
    return True


def stop_at(iteration, number, monkeypatch):
    """Sends this process a signal in the midst of the call that reaches an iteration, of at most two."""
    train = loop.Loop._train

    def stopped(self, iterations):
        train(self, iterations)
        if self.iteration >= iteration:
            os.kill(os.getpid(), number)

    monkeypatch.setattr(loop.Loop, "_train", stopped)
    monkeypatch.setattr(loop, "MOST_ITERATIONS_A_CALL", 2)


def test_one_run_as_it_should_be(whole):
    lines = helpers.statistics(whole)
    assert [(line["tick"], line["images"], line["iteration"]) for line in lines] == [
        (1, 40, 5),
        (2, 80, 10),
        (3, 120, 15),
        (4, 160, 20),
        (5, 200, 25),
    ]
    # The last three, and the newest that was still healthy three ticks later.
    assert checkpoint.names(whole / "checkpoints") == ["000000080", "000000120", "000000160", "000000200"]
    grids = sorted(path.name for path in (whole / "samples").iterdir())
    assert grids == [f"{shown:09d}.png" for shown in range(0, 201, 40)] + ["reals.png"]
    assert (whole / "curves.png").stat().st_size > 10_000 and (whole / "samples.gif").stat().st_size > 1_000


def test_another_seed_is_another_run(whole, place, tmp_path):
    training.train(helpers.experiment(place, seed=1, images=40), tmp_path / "run")
    assert helpers.statistics(tmp_path / "run")[0] != helpers.statistics(whole)[0]


def test_stopped_by_sigterm_and_by_ctrl_c_and_resumed(whole, place, tmp_path, monkeypatch, capsys):
    run_dir = tmp_path / "run"
    config = helpers.experiment(place)
    for iteration, number, leaves in ((7, signal.SIGTERM, SystemExit), (16, signal.SIGINT, KeyboardInterrupt)):
        with monkeypatch.context() as patched:
            stop_at(iteration, number, patched)
            with pytest.raises(leaves) as left:
                training.train(config, run_dir)
        if leaves is SystemExit:
            assert left.value.code == 143
        saved = checkpoint.read_state(run_dir / "checkpoints" / checkpoint.names(run_dir / "checkpoints")[-1])
        # In the midst of a tick, and before the next call.
        assert iteration <= saved["iteration"] <= iteration + 1 and saved["tick"]["iterations"] > 0
        assert f"saved. To resume: python scripts/train.py --run_dir={run_dir}" in capsys.readouterr().err
    training.train(config, run_dir)
    assert "resuming at 1" in capsys.readouterr().err
    assert is_the_run(run_dir, whole)


def test_what_a_kill_leaves_behind_is_cleared_away(whole, place, copy):
    partial = copy / "checkpoints" / ".000000200-x1y2"
    partial.mkdir()
    (partial / "generator.npz").write_bytes(b"half")
    (copy / "samples" / ".000000200.png-x1y2").write_bytes(b"half")
    with open(copy / "stats.jsonl", "a") as file:
        file.write('{"tick": 6, "torn')
    training.train(helpers.experiment(place), copy)
    assert is_the_run(copy, whole)
    assert [str(path.relative_to(copy)) for path in copy.rglob(".*")] == [".lock"]


def test_a_damaged_newest_checkpoint_costs_a_tick_and_nothing_else(whole, place, copy, capsys):
    damaged = copy / "checkpoints" / "000000160" / "generator_optimizer.npz"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    training.train(helpers.experiment(place), copy)
    told = capsys.readouterr().err
    assert "000000160 is damaged: generator_optimizer.npz; going on from the one before, 000000120" in told
    assert "resuming at 120 images" in told
    assert is_the_run(copy, whole)
    checkpoint.verify(copy / "checkpoints" / "000000160")


def test_all_checkpoints_damaged_is_one_line_and_nothing_changes(place, copy):
    for name in checkpoint.names(copy / "checkpoints"):
        (copy / "checkpoints" / name / "state.json").unlink()
    before = helpers.contents(copy)
    with pytest.raises(errors.UserError, match="no checkpoint in .* is undamaged: .*000000160 cannot be read"):
        training.train(helpers.experiment(place), copy)
    assert helpers.contents(copy) == before


def test_without_any_checkpoint_a_run_begins_anew(whole, place, copy):
    shutil.rmtree(copy / "checkpoints")
    training.train(helpers.experiment(place), copy)
    assert is_the_run(copy, whole)


def test_a_finished_run_made_longer_is_one_that_was_that_long(whole, place, tmp_path):
    """The first length is no multiple of the tick, nor of the batch; the learning rate falls all the way."""
    run_dir = tmp_path / "run"
    training.train(helpers.experiment(place, images=99), run_dir)
    assert checkpoint.names(run_dir / "checkpoints")[-1] == "000000104"
    assert [line["images"] for line in helpers.statistics(run_dir)] == [40, 80]
    assert (run_dir / "samples" / "000000104.png").exists()
    # Without --schedule_images the span stays what it was when the run began.
    run = training.train(helpers.experiment(place, images=200, schedule_images=None), run_dir)
    assert (run.config.training.images, run.config.training.schedule_images) == (200, 200)
    assert is_the_run(run_dir, whole)


def test_the_schedule_matters(whole, place, tmp_path):
    """The check above can fail: with the schedule of the first length it is another run."""
    training.train(helpers.experiment(place, images=120, schedule_images=99), tmp_path / "run")
    assert helpers.statistics(tmp_path / "run")[0] != helpers.statistics(whole)[0]


def test_a_finished_run_says_so_and_is_exported_once(whole, place, tmp_path, monkeypatch, capsys):
    exported = []
    monkeypatch.setattr(export, "export", lambda run, to: exported.append(to))
    shutil.copytree(whole, tmp_path / "run")
    before = helpers.weights(tmp_path / "run"), helpers.statistics(tmp_path / "run")
    config = helpers.experiment(place, export_dir="somewhere")
    for _ in range(2):
        training.train(config, tmp_path / "run")
        assert "this run is finished: 200 images were shown. A larger --images continues it" in capsys.readouterr().err
    assert exported == ["somewhere"]
    assert (helpers.weights(tmp_path / "run"), helpers.statistics(tmp_path / "run")) == before


def test_statistics_that_were_lost_do_not_stop_a_run(place, copy, whole):
    (copy / "stats.jsonl").write_text("")
    training.train(helpers.experiment(place), copy)
    assert helpers.weights(copy) == helpers.weights(whole)
    assert helpers.statistics(copy) == helpers.statistics(whole)[-1:]
