"""The search by successive halving: who goes on, what is repeated, and nothing twice."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.benchmarks import budget
from gan_keras.benchmarks import quality
from gan_keras.benchmarks import trials
from gan_keras.metrics.features import classifier
from gan_keras.training import pictures
from tests import tiny

DENSE = {"recipe": "gan", "batch_size": 8, "latent_dim": 8}
TRIALS = {
    "dcgan": {**DENSE, "width": 8},  # Dense layers are traced in no time.
    "wide": {**DENSE, "width": 16},
    "falling": {**DENSE, "width": 8, "generator_learning_rate": "linear:1e-3:0"},
    "short": {**DENSE, "width": 8, "half_life_updates": 3},
    "normalized": {"width": 4},
    "normalized, recalibrated": {"trained_as": "normalized"},
}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Makes everything that takes time smaller."""
    monkeypatch.setattr(trials, "TRIALS", TRIALS)
    monkeypatch.setattr(trials, "BASE", {"batch_size": 8, "latent_dim": 8})
    monkeypatch.setattr(pictures, "write_curves", lambda path, records: None)
    monkeypatch.setattr(budget, "ROUND", 8)
    monkeypatch.setattr(quality, "FINALISTS", 1)
    monkeypatch.setattr(budget, "images_per_second", lambda *args: 10.0)
    monkeypatch.setattr(classifier, "EPOCHS", 1)
    monkeypatch.setattr(classifier, "LEAST_UPDATES", 1)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    images, labels = tiny.images(count=48), np.arange(48) % 2
    np.savez(folder / "set.npz", x_train=images, y_train=labels, x_test=images[:20], y_test=labels[:20])
    return {"dataset": f"npz:{folder / 'set.npz'}", "resolution": 16, "cache_dir": str(folder / "cache")}


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving
def test_a_search_that_resumes(tmp_path, settings, capsys):
    names = ["dcgan", "wide", "falling", "short"]

    def search():
        measured = quality.measure(tmp_path, 0.2, names, seeds=(5, 6), features=["classifier"], **settings)
        return measured, (tmp_path / "table.md").read_text()

    measured, table = search()
    assert capsys.readouterr().out.endswith(table + "\n")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    first = {row[0]: row for row in rows if row[1] == "0.05"}
    assert first.keys() == set(names)
    assert {row[2] for row in first.values()} == {"5"}
    # 0.97 · 10 images/s · 3 s, and 12 s: as many batches of 8 as fit.
    assert {(row[3], row[4], row[5]) for row in first.values()} == {("24", "3", "10")}
    assert {(row[3], row[4]) for row in rows if row[1] == "0.2"} == {("112", "14")}
    # Two of four go on, of these the best one and the baseline have another seed.
    better = sorted(names, key=lambda name: measured[name, 0.05, 5]["score"])[:2]
    best = min(better, key=lambda name: measured[name, 0.2, 5]["score"])
    full = {(row[0], row[2]) for row in rows if row[1] == "0.2"}
    assert full == {(name, "5") for name in {*better, "dcgan"}} | {(name, "6") for name in {best, "dcgan"}}
    assert all((tmp_path / row[-1][4:-1]).is_file() for row in rows)
    # A schedule has a run of its own for each length; without one, a training goes on.
    runs = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert {"dcgan-5", "short-5", "falling-5-0.05_minutes"} <= runs and "falling-5" not in runs
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("checkpoints/*")}
    assert written and search()[1] == table
    assert written == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("checkpoints/*")}


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_recalibrated_statistics_are_those_of_the_average_itself(settings, tmp_path):
    search = quality.Search(tmp_path, ["classifier"], **settings)
    plain, anew = (search.measure(name, 0.05, 0) for name in ("normalized", "normalized, recalibrated"))
    assert plain["measured"] != anew["measured"]
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["normalized-0"]


def test_a_training_that_diverges_has_a_row_that_says_so(settings, tmp_path, monkeypatch):
    monkeypatch.setitem(TRIALS, "wild", {**DENSE, "width": 8, "generator_learning_rate": 1e30})
    row = quality.Search(tmp_path, ["classifier"], **settings).measure("wild", 0.05, 0)
    assert "failed" in row and row["failed"] in (tmp_path / "table.md").read_text()


def test_half_lives_are_counted_in_updates():
    config = trials.config_of("short", discriminator_steps=2)
    assert config.game.ema_half_life_images.start == 3 * 2 * 8


def test_an_unknown_trial_is_refused_before_anything_is_trained(settings, tmp_path):
    with pytest.raises(errors.UserError, match="dcgam"):
        quality.measure(tmp_path, 0.2, ["dcgan", "dcgam"], features=["classifier"], **settings)
    assert not list(tmp_path.iterdir())


def test_every_trial_of_the_table_is_a_config(monkeypatch):
    monkeypatch.undo()
    for name in trials.TRIALS:
        trials.config_of(trials.trained_as(name), dataset="celeb_a")
