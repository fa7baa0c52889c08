"""A game that collapses goes back to its last healthy checkpoint, once; a kill at any moment changes nothing."""

import json
import time

import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras import training
from gan_keras.game import gan
from gan_keras.metrics import results
from gan_keras.runs import checkpoint
from gan_keras.runs import run as runs
from gan_keras.training import chief
from tests import helpers

BROKEN_FROM = 22  # Iterations; the fifth tick ends at 25.


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Folder of the module's data."""
    return tmp_path_factory.mktemp("rollback")


def break_once(monkeypatch, rollbacks=0):
    """Makes the loss NaN from an iteration on, as long as the game was rolled back no more often."""
    update = gan.GAN._update_generator

    def poisoned(self, batch):
        logs = update(self, batch)
        state = self.training_state
        is_broken = (self.iteration.value >= BROKEN_FROM) & (state.rollbacks.value <= rollbacks)
        return logs | {"g_loss": tf.where(is_broken, float("nan"), logs["g_loss"])}

    monkeypatch.setattr(gan.GAN, "_update_generator", poisoned)


@pytest.fixture(scope="module")
def whole(place):
    """Folder of a run that was rolled back and reached its end, in one go."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        break_once(monkeypatch)
        training.train(helpers.experiment(place, metric="swd2k", evaluate_images=80), place / "whole")
    return place / "whole"


def state(run_dir, name):
    with np.load(run_dir / "checkpoints" / name / "training_state.npz") as stored:
        return {key.partition(".")[2]: stored[key].item() for key in stored.files if stored[key].ndim == 0}


def test_it_goes_back_to_what_was_healthy_three_ticks_later_with_other_noise_and_half_the_rates(whole):
    event = json.loads((whole / "health.jsonl").read_text().splitlines()[0])
    assert event["event"] == f"g_loss became nan at iteration {BROKEN_FROM}"
    assert event["action"] == "rolled back to 40 images, with other noise and half the learning rates"
    last = state(whole, "000000200")
    assert (last["rollbacks"], last["learning_rate_factor"], last["iteration"]) == (1, 0.5, 25)
    assert last["noise_seed"] != 0
    lines = helpers.statistics(whole)
    assert [line["images"] for line in lines] == [40, 80, 120, 160, 200]


def test_the_run_after_a_rollback_is_another_one_than_before(whole, place, tmp_path):
    training.train(helpers.experiment(place, images=80), tmp_path / "healthy")
    healthy, rolled_back = helpers.statistics(tmp_path / "healthy"), helpers.statistics(whole)
    assert healthy[0] == rolled_back[0] and healthy[1] != rolled_back[1]


def test_measurements_before_the_rollback_are_kept_and_so_is_the_best(whole):
    records = [record for record in results.read(whole / results.NAME) if record["metric"] == "swd2k"]
    assert [(record["images_shown"], record["rollbacks"]) for record in records] == [
        (80, 0),
        (160, 0),
        (80, 1),
        (160, 1),
        (200, 1),
    ]
    best = checkpoint.read_state(runs.open_run(whole).checkpoint("best"))
    smallest = min(records, key=lambda record: record["values"]["distance"])
    assert (best["images_shown"], best["rollbacks"]) == (smallest["images_shown"], smallest["rollbacks"])


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the program catches it."""


@pytest.mark.parametrize("moment", ["before", "half way", "after"])
def test_killed_around_a_rollback_it_is_the_same_run(moment, whole, place, tmp_path, monkeypatch):
    break_once(monkeypatch)
    roll_back, recover = checkpoint.roll_back, checkpoint.recover

    def killed(folder, game, saved):
        if moment == "before":
            raise Killed
        with monkeypatch.context() as patched:
            if moment == "half way":
                patched.setattr(checkpoint, "recover", lambda folder: (_ for _ in ()).throw(Killed))
            roll_back(folder, game, saved)
        raise Killed

    config = helpers.experiment(place, metric="swd2k", evaluate_images=80)
    with monkeypatch.context() as patched:
        patched.setattr(checkpoint, "roll_back", killed)
        with pytest.raises(Killed):
            training.train(config, tmp_path / "run")
    assert checkpoint.recover is recover
    assert (tmp_path / "run" / "checkpoints" / "rolled_back").is_dir() == (moment == "half way")
    training.train(config, tmp_path / "run")
    assert helpers.weights(tmp_path / "run") == helpers.weights(whole)
    assert helpers.statistics(tmp_path / "run") == helpers.statistics(whole)
    assert checkpoint.names(tmp_path / "run" / "checkpoints") == checkpoint.names(whole / "checkpoints")
    assert (tmp_path / "run" / "health.jsonl").read_text() == (whole / "health.jsonl").read_text()


def test_it_goes_back_only_to_a_checkpoint_that_was_made(place, tmp_path, monkeypatch):
    """Only what is measured is saved, and after the one of 80 images there were but two healthy grids."""
    break_once(monkeypatch)
    config = helpers.experiment(place, metric="swd2k", evaluate_images=80, checkpoint_seconds=1e9)
    training.train(config, tmp_path / "run")
    event = json.loads((tmp_path / "run" / "health.jsonl").read_text().splitlines()[0])
    assert event["action"] == "rolled back to 0 images, with other noise and half the learning rates"
    assert state(tmp_path / "run", "000000200")["rollbacks"] == 1
    assert [line["images"] for line in helpers.statistics(tmp_path / "run")] == [40, 80, 120, 160, 200]
    names = checkpoint.names(tmp_path / "run" / "checkpoints")
    assert names == ["000000080", "000000160", "000000200"]  # The first of them was healthy three grids later.


def test_it_waits_for_the_checkpoint_that_is_being_written(whole, place, tmp_path, monkeypatch):
    break_once(monkeypatch)
    write, roll_back, found = checkpoint.write, checkpoint.roll_back, []

    def slow(folder, name, *others):
        if name == "000000160" and not found:
            time.sleep(0.5)
        return write(folder, name, *others)

    def noted(folder, *others):
        found.append(checkpoint.names(folder)[-1])
        roll_back(folder, *others)

    monkeypatch.setattr(checkpoint, "write", slow)
    monkeypatch.setattr(checkpoint, "roll_back", noted)
    training.train(helpers.experiment(place), tmp_path / "run")
    assert found == ["000000160"]
    assert helpers.weights(tmp_path / "run") == helpers.weights(whole)


def test_a_second_collapse_stops_the_run_and_keeps_the_best(place, tmp_path, monkeypatch):
    break_once(monkeypatch, rollbacks=1)
    config = helpers.experiment(place, metric="swd2k", evaluate_images=80)
    with pytest.raises(errors.UserError, match=r"g_loss became nan .* \(it was rolled back once before\)"):
        training.train(config, tmp_path / "run")
    assert "ended: it was rolled back once before" in (tmp_path / "run" / "health.jsonl").read_text()
    assert runs.open_run(tmp_path / "run").generate([0]).shape == (1, 16, 16, 3)
    assert runs.open_run(tmp_path / "run").checkpoint().name == "best"


def test_stop_stops_at_once(place, tmp_path, monkeypatch):
    break_once(monkeypatch)
    with pytest.raises(errors.UserError, match=r"g_loss became nan .* \(--on_collapse=stop\)"):
        training.train(helpers.experiment(place, on_collapse="stop"), tmp_path / "run")
    assert checkpoint.names(tmp_path / "run" / "checkpoints") == ["000000080", "000000120", "000000160"]


def test_patience_ends_a_run_and_more_of_it_goes_on(place, tmp_path, capsys):
    settings = {"metric": "swd2k", "evaluate_images": 40, "images": 2000}
    # Rates this low draw the same noise for ever: what is measured first remains the best for a while.
    settings |= {"generator_learning_rate": 1e-9, "discriminator_learning_rate": 1e-9, "schedule_images": None}
    training.train(helpers.experiment(place, patience_images=80, **settings), tmp_path / "run")
    ended = helpers.statistics(tmp_path / "run")[-1]["images"]
    best = checkpoint.read_state(runs.open_run(tmp_path / "run").checkpoint("best"))["images_shown"]
    assert ended == best + 80 < 2000
    capsys.readouterr()
    training.train(helpers.experiment(place, patience_images=80, **settings), tmp_path / "run")
    assert f"this run has ended after {ended} images: its metric had not improved" in capsys.readouterr().err
    training.train(
        helpers.experiment(place, patience_images=ended + 80, **settings | {"images": ended + 40}), tmp_path / "run"
    )
    assert helpers.statistics(tmp_path / "run")[-1]["images"] == ended + 40


def test_the_report_of_a_measurement_names_the_best_checkpoint(place, tmp_path):
    config = helpers.experiment(place, metric="swd2k", evaluate_images=80, images=120)
    seen = []

    def written(path):
        report(path)
        seen.append("Best checkpoint: after" in (path / "report.html").read_text())

    with pytest.MonkeyPatch.context() as monkeypatch:
        report = chief.report.write
        monkeypatch.setattr(chief.report, "write", written)
        training.train(config, tmp_path / "run")
    assert seen == [True, True, True]  # After 80 and 120 images, and when all is finished.


def test_two_replicas_roll_back_together(place, tmp_path, monkeypatch):
    break_once(monkeypatch)
    config = helpers.experiment(place, strategy="mirrored", logical_cpus=2, metric="swd2k", evaluate_images=80)
    training.train(config, tmp_path / "run")
    assert state(tmp_path / "run", "000000200")["rollbacks"] == 1
    assert [line["images"] for line in helpers.statistics(tmp_path / "run")] == [40, 80, 120, 160, 200]
