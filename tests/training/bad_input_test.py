"""What a user may get wrong: one line that says what to do, and nothing half written."""

import resource
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from gan_keras import errors
from gan_keras import training
from gan_keras.config import recipes
from gan_keras.game import gan
from gan_keras.runs import checkpoint
from gan_keras.training import callbacks
from tests import helpers
from tests.data import conftest as pictures
from tests.runs.run_test import HOLD


def folder_of(count):
    def make(path):
        pictures.save_images(path, count)
        return f"folder:{path}"

    return make


def texts(path):
    path.mkdir()
    (path / "notes.txt").write_text("no image")
    return f"folder:{path}"


def empty(path):
    path.mkdir()
    return f"folder:{path}"


def truncated(path):
    pictures.save_images(path, 20)
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(path / "torn.jpg")
    content = (path / "torn.jpg").read_bytes()
    (path / "torn.jpg").write_bytes(content[: len(content) // 2])
    return f"folder:{path}"


def bomb(path):
    pictures.save_images(path, 20)
    (path / "bomb.png").write_bytes(pictures.png_that_claims(50_000, 50_000))
    return f"folder:{path}"


def dot_dot(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../evil.png", b"")
    return f"zip:{path}"


DATA = [
    (empty, {}, "no images in folder"),
    (texts, {}, "no images in folder"),
    (folder_of(1), {}, "has 1 image.*at least 2 are needed"),
    (truncated, {}, r"1 of the 21 images .* more than 1%, cannot be read: torn.jpg \("),
    (bomb, {}, r"1 of the 21 images .* cannot be read: bomb.png \(.*[Bb]omb"),
    (dot_dot, {}, r"has a member '../evil.png' that points outside"),
    (folder_of(20), {"resolution": 63}, "resolution 63: expected a power of two from 16 to 256; try --resolution=64"),
    (folder_of(20), {"batch_size": 21}, "batch_size=21: it is larger than the data: .* has 20 samples for training"),
    (lambda path: f"folder:{path}", {}, "there is no folder .*; check the path"),
]


@pytest.mark.parametrize("make, settings, message", DATA)
def test_bad_data_and_settings(tmp_path, make, settings, message):
    config = recipes.recipe(
        "dcgan",
        **{
            "dataset": make(tmp_path / "data"),
            "cache_dir": str(tmp_path / "cache"),
            "resolution": 16,
            "holdout": 0.0,
            "batch_size": 8,
            "width": 4,
            "images": 8,
            "export_dir": "",
        }
        | settings,
    )
    with pytest.raises(errors.UserError, match=message) as refused:
        training.train(config, tmp_path / "run")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "run").exists()
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert not kept or "batch_size" in settings  # There the data is good, and prepared.


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '"worker"',
        '{"cluster": {}}',
        '{"cluster": {"worker": ["a:1"]}}',
        '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}',
    ],
)
def test_a_tf_config_that_is_no_cluster(tmp_path, monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(errors.UserError, match='^TF_CONFIG .*expected {"cluster": {"worker"') as refused:
        training.train(helpers.experiment(tmp_path), tmp_path / "run")
    assert "\n" not in str(refused.value) and not (tmp_path / "run").exists()


def test_a_run_folder_below_a_file(tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(errors.UserError, match="cannot make the folder .*file/run: Not a directory; choose another"):
        training.train(helpers.experiment(tmp_path), tmp_path / "file" / "run")
    assert (tmp_path / "file").read_text() == "kept"


def test_a_run_folder_that_another_trainer_holds(tmp_path):
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    with subprocess.Popen([sys.executable, "-c", HOLD, run_dir / ".lock"], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(errors.UserError, match="another process is training in .*run: stop it, or choose another"):
            training.train(helpers.experiment(tmp_path), run_dir)
        holder.kill()
    assert [path.name for path in run_dir.iterdir()] == [".lock"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("bad_input")


@pytest.fixture(scope="module")
def trained(place):
    """A run of two ticks."""
    training.train(helpers.experiment(place, images=80, on_collapse="ignore"), place / "run")
    return place / "run"


def test_a_run_folder_of_another_experiment(place, trained):
    before = helpers.contents(trained)
    other = helpers.experiment(place, seed=3, batch_size=16, images=1000, on_collapse="ignore")
    with pytest.raises(errors.UserError, match="another experiment: batch_size is 8 there, 16 here; seed is 0 there"):
        training.train(other, trained)
    assert helpers.contents(trained) == before


def test_a_game_that_diverges_stops_and_keeps_its_last_good_checkpoint(place, trained, monkeypatch):
    before = helpers.contents(trained / "checkpoints")
    update = gan.GAN._update_generator

    def poisoned(self, batch):
        logs = update(self, batch)
        return logs | {"g_loss": tf.where(self.iteration.value >= 12, float("nan"), logs["g_loss"])}

    monkeypatch.setattr(gan.GAN, "_update_generator", poisoned)
    message = "g_loss became nan at iteration 12. The run stops here .--on_collapse=ignore"
    with pytest.raises(errors.UserError, match=message) as refused:
        training.train(helpers.experiment(place, on_collapse="ignore"), trained)
    assert "\n" not in str(refused.value)
    assert helpers.contents(trained / "checkpoints") == before
    assert [line["images"] for line in helpers.statistics(trained)] == [40, 80]


def test_a_learning_rate_that_is_far_too_high_is_found_out_before_a_bad_state_is_saved(place, tmp_path, capsys):
    config = helpers.experiment(
        place, generator_learning_rate=1e30, discriminator_learning_rate=1e30, schedule_images=None
    )
    with pytest.raises(errors.UserError, match="became (nan|inf) at iteration [0-4]. .*rolled back once before"):
        training.train(config, tmp_path / "run")
    assert "back to 0 images, with other noise and half the learning rates" in capsys.readouterr().err
    assert checkpoint.names(tmp_path / "run" / "checkpoints") == ["000000000"]


def test_a_disk_that_fills_up_while_a_checkpoint_is_written(place, tmp_path, monkeypatch):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    checkpoints = tmp_path / "run" / "checkpoints"
    written = checkpoint.write

    def limited(folder, name, *others):
        if name == "000000120":
            resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, limits[1]))
        return written(folder, name, *others)

    monkeypatch.setattr(checkpoint, "write", limited)
    monkeypatch.setattr(callbacks.TensorBoard, "on_tick", lambda *_: None)  # It is at work beside, and would fail too.
    try:
        with pytest.raises(
            errors.UserError, match="cannot write checkpoint .*000000120: File too large; nothing of it"
        ):
            training.train(helpers.experiment(place, grid_seconds=1e9), tmp_path / "run")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sorted(path.name for path in checkpoints.iterdir()) == ["000000000", "000000040", "000000080"]
    for path in checkpoints.iterdir():
        checkpoint.verify(path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"metric": "mind2k"}, "features=classifier: the data set .* has no labels to train it on"),
        ({"features": "squeezenet:missing.h5"}, "features=squeezenet:missing.h5: there is no file 'missing.h5'"),
        ({"features": "squeznet:a.h5"}, "unknown features 'squeznet:a.h5' .did you mean 'squeezenet'"),
        ({"metric": "swd2k", "holdout": 0.02}, "noise has 0 images for its test split|noise has 1 image for its test"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_the_training(place, tmp_path, settings, message):
    config = helpers.experiment(place, **{"metric": None, "evaluate_images": 80} | settings)
    with pytest.raises(errors.UserError, match=message) as refused:
        training.train(config, tmp_path / "run")
    assert "\n" not in str(refused.value) and not (tmp_path / "run").exists()
