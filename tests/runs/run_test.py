import json
import subprocess
import sys

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.config import recipes
from gan_keras.game import build
from gan_keras.runs import checkpoint
from gan_keras.runs import run as runs
from gan_keras.runs.lock import RunLock
from tests import helpers

HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""
IDENTITY = {"seed": 0, "resolution": 16, "content_hash": "abc"}


@pytest.fixture
def run(tmp_path):
    return runs.create_run(tmp_path / "run", helpers.experiment(tmp_path), IDENTITY, 3)


@pytest.fixture
def trained(run):
    """A run with checkpoints 000000040 and 000000080 of one game."""
    gan = build.build_gan(run.config, {"channels": 3})
    for shown in (40, 80):
        checkpoint.save(run.checkpoints, f"{shown:09d}", gan, {"iteration": shown // 8, "images_shown": shown})
    return run, gan


def test_what_was_created_is_opened(run):
    opened = runs.open_run(run.path)
    assert (opened.config, opened.identity, opened.sizes) == (run.config, IDENTITY, {"channels": 3})
    environment = json.loads((run.path / "environment.json").read_text())
    assert environment["versions"]["tensorflow"].startswith("2.21")


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(errors.UserError, match="holds no run: expected a folder with a config.json"):
        runs.open_run(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"config": {}}', "null"])
def test_a_damaged_config_is_told(run, content):
    (run.path / "config.json").write_text(content)
    with pytest.raises(errors.UserError, match="cannot read the config .*config.json"):
        runs.open_run(run.path)


def test_generate_draws_the_moving_average_of_the_last_checkpoint(trained):
    run, gan = trained
    pictures = run.generate(range(3))
    assert pictures.shape == (3, 16, 16, 3) and pictures.dtype == np.uint8
    np.testing.assert_array_equal(pictures, gan.generate(range(3)))


def test_checkpoints_by_name_path_and_age(trained):
    run, _ = trained
    newest, older = run.checkpoints / "000000080", run.checkpoints / "000000040"
    assert run.checkpoint() == newest
    assert run.checkpoint("000000040") == run.checkpoint(str(older)) == older
    (newest / "generator.npz").unlink()
    assert run.checkpoint() == run.checkpoint("last") == older
    with pytest.raises(errors.UserError, match="000000080 cannot be read"):
        run.checkpoint("000000080")
    with pytest.raises(
        errors.UserError,
        match="no checkpoint 'newest' in .*: expected best, last, a path, or one of 000000040, 000000080$",
    ):
        run.checkpoint("newest")


def test_without_a_measurement_there_is_no_best_checkpoint(trained):
    run, _ = trained
    assert run.checkpoint() == run.checkpoint("last") == run.checkpoints / "000000080"
    with pytest.raises(
        errors.UserError, match="has no best checkpoint: none was measured yet .--evaluate_images.; choose last$"
    ):
        run.checkpoint("best")


def test_the_best_checkpoint_is_taken_unless_another_is_asked_for(trained):
    run, _ = trained
    checkpoint.promote(run.checkpoints, "000000040")
    assert run.checkpoint() == run.checkpoint("best") == run.checkpoints / "best"
    assert run.checkpoint("last") == run.checkpoints / "000000080"
    assert (run.describe()["checkpoint"], run.describe()["images_shown"]) == ("000000040", 40)
    assert run.describe("last")["checkpoint"] == "000000080"


def test_of_a_damaged_best_checkpoint_it_is_told_and_the_last_can_still_be_had(trained):
    run, _ = trained
    checkpoint.promote(run.checkpoints, "000000040")
    (run.checkpoints / "best" / "ema_generator.npz").unlink()
    for which in (None, "best"):
        with pytest.raises(errors.UserError, match="checkpoint .*best cannot be read"):
            run.checkpoint(which)
    assert run.checkpoint("last").name == "000000080"


def test_the_best_is_generated_unless_the_last_is_asked_for(trained):
    run, gan = trained
    checkpoint.promote(run.checkpoints, "000000080")
    best = run.generate(range(3))
    for variable in gan.ema_generator.trainable_variables:
        variable.assign(-variable)
    checkpoint.save(run.checkpoints, "000000120", gan, {"iteration": 15, "images_shown": 120})
    np.testing.assert_array_equal(run.generate(range(3)), best)
    last = run.generate(range(3), "last")
    np.testing.assert_array_equal(last, gan.generate(range(3)))
    assert (last != best).any()


def test_either_the_moving_average_or_the_generator_itself_is_loaded(trained):
    run, gan = trained
    for player, value in ((gan.generator, 1.0), (gan.ema_generator, 2.0)):
        for variable in player.variables:
            variable.assign(np.full(variable.shape, value))
    checkpoint.save(run.checkpoints, "000000120", gan, {"iteration": 15, "images_shown": 120})
    for arguments, value in (({}, 2.0), ({"part": "ema_generator"}, 2.0), ({"part": "generator"}, 1.0)):
        loaded = run.load_generator("last", **arguments)
        assert {float(each) for array in loaded.get_weights() for each in array.ravel()} == {value}


def test_a_run_without_a_checkpoint(run):
    with pytest.raises(errors.UserError, match="holds no checkpoint yet: train it for a tick first"):
        run.generate([0])


def test_describe_is_json_and_names_the_experiment(trained):
    run, _ = trained
    described = json.loads(json.dumps(run.describe()))
    assert (described["images_shown"], described["checkpoint"]) == (80, "000000080")
    assert described["identity_sha256"] == runs.identity_hash(IDENTITY)


def test_another_experiment_is_refused_by_naming_the_fields():
    runs.refuse_other_experiment("runs/a", IDENTITY, dict(IDENTITY))
    with pytest.raises(errors.UserError) as refused:
        runs.refuse_other_experiment("runs/a", IDENTITY, IDENTITY | {"seed": 1, "resolution": 32})
    assert str(refused.value).startswith(
        "runs/a holds another experiment: resolution is 16 there, 32 here; seed is 0 there, 1 here."
    )


def test_the_hash_of_an_identity_does_not_depend_on_order():
    assert runs.identity_hash(IDENTITY) == runs.identity_hash(dict(reversed(IDENTITY.items())))
    assert runs.identity_hash(IDENTITY) != runs.identity_hash(IDENTITY | {"seed": 1})


def test_the_next_run_is_numbered_after_the_highest(tmp_path):
    config = recipes.recipe("dcgan", dataset="folder:my cats/")
    assert runs.next_run_dir(tmp_path / "none", config).name == "00000-dcgan-my_cats"
    (tmp_path / "00007-dcgan-mnist").mkdir()
    (tmp_path / "notes").mkdir()
    assert runs.next_run_dir(tmp_path, config).name == "00008-dcgan-my_cats"


@pytest.mark.parametrize(
    "dataset, name",
    [
        ("celeb_a", "celeb_a"),
        ("folder:/home/me/Photos 2024/", "Photos_2024"),
        ("zip:a/faces.zip", "faces_zip"),
        ("/", "data"),
    ],
)
def test_short_names(dataset, name):
    assert runs.short_name(dataset) == name


def test_a_lock_keeps_another_process_out_and_dies_with_its_holder(tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path / ".lock"], stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(errors.UserError, match="another process is training in .*: stop it, or choose another"):
            RunLock(tmp_path)
        holder.kill()
        holder.wait()
        RunLock(tmp_path).release()


def test_a_lock_may_be_taken_again_after_its_release(tmp_path):
    RunLock(tmp_path).release()
    RunLock(tmp_path).release()


def test_a_folder_below_a_file_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.UserError, match="cannot make the folder .*: Not a directory; choose another --run_dir"):
        RunLock(tmp_path / "file" / "run")
