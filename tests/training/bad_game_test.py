"""Settings that do not fit: one line that says why, and no run folder left behind. Labels, from training to images."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from gan_keras import errors
from gan_keras import training
from gan_keras.config import recipes
from gan_keras.data import images
from tests import helpers
from tests import tiny


def labelled(folder, labels):
    path = folder / "labelled.npz"
    np.savez(path, images=tiny.images(), labels=np.resize(labels, 64))
    return f"npz:{path}"


@pytest.mark.parametrize(
    ("recipe", "settings", "message"),
    [
        ("wcgan", {}, "--labels=auto: this data set has no labels"),
        ("dcgan", {"labels": "Smiling"}, "--labels=Smiling: this data set has no labels"),
        ("dcgan", {"accumulation": 3}, "batch_size=8: it cannot be shared by 1 devices with 3 micro-batches"),
        ("dcgan", {"jit": True, "logical_cpus": 2}, "jit=True: XLA compiles for one device, and this run has 2"),
    ],
)
def test_settings_that_do_not_fit_the_data_or_the_devices(tmp_path, recipe, settings, message):
    """What settings alone can tell is refused where the config is made: see `rules_test`."""
    values = helpers.settings(tmp_path, **settings)
    with pytest.raises(errors.UserError, match=message) as refused:
        training.train(recipes.recipe(recipe, **values), tmp_path / "run")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "run").exists()


def test_a_class_without_images(tmp_path):
    values = helpers.settings(tmp_path, dataset=labelled(tmp_path, [0, 2]))
    with pytest.raises(errors.UserError, match="no sample is '1'"):
        training.train(recipes.recipe("cdcgan", **values), tmp_path / "run")


def test_labels_from_training_to_pictures(tmp_path):
    values = helpers.settings(
        tmp_path, dataset=labelled(tmp_path, [0, 1, 2]), images=40, export_dir=str(tmp_path / "out")
    )
    run = training.train(recipes.recipe("cdcgan", **values), tmp_path / "run")
    assert run.condition.class_names == ["0", "1", "2"]
    generate = [sys.executable, helpers.ROOT / "scripts" / "generate.py", "--seeds=0-3"]
    for number, source in enumerate((f"--run={run.path}", f"--model={tmp_path / 'out' / 'cdcgan-labelled_npz'}")):
        output = tmp_path / f"{number}.png"
        subprocess.run(
            [*generate, source, "--labels=all", f"--output={output}"],
            env=helpers.environment(),
            check=True,
            capture_output=True,
        )
    assert (tmp_path / "0.png").read_bytes() == (tmp_path / "1.png").read_bytes()


def attributes(folder):
    """Returns the data set of a TFDS-like store: a folder cannot hold several columns, so avatars are used."""
    return {"dataset": "avatars", "max_images": 200, "holdout": None, "cache_dir": str(folder / "cache")}


def test_attributes_from_training_to_images(tmp_path):
    values = helpers.settings(tmp_path) | attributes(tmp_path)
    values |= {
        "labels": "smiling,glasses",
        "label_encoding": "multi",
        "images": 40,
        "export_dir": str(tmp_path / "out"),
    }
    run = training.train(recipes.recipe("cdcgan", **values), tmp_path / "run")
    assert (run.condition.name, [column for column, _ in run.condition.columns]) == (
        "attributes",
        ["smiling", "glasses"],
    )
    assert len(run.condition.rows) == 4 and set(run.condition.rows) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    both = run.generate([1, 2], attributes=[[1, 1], [1, 1]])
    assert not np.array_equal(both, run.generate([1, 2], attributes=[[0, 0], [0, 0]]))
    np.testing.assert_array_equal(run.generate([4]), run.generate([4], attributes=[run.condition.rows[0]]))  # 4 mod 4
    generate = [sys.executable, helpers.ROOT / "scripts" / "generate.py", "--seeds=0-3", "--labels=smiling=1,glasses=0"]
    command = [*generate, f"--model={tmp_path / 'out' / 'cdcgan-avatars'}", f"--output={tmp_path / 'grid.png'}"]
    subprocess.run(command, env=helpers.environment(), check=True, capture_output=True)
    with Image.open(tmp_path / "grid.png") as grid:
        np.testing.assert_array_equal(grid, images.grid(run.generate(range(4), attributes=[[1, 0]] * 4)))


def test_a_recipe_with_classes_starts_on_the_avatars_without_further_flags(tmp_path, capsys):
    values = helpers.settings(tmp_path) | attributes(tmp_path) | {"images": 8}
    run = training.train(recipes.recipe("wcgan", **values | {"latent_dim": 4}), tmp_path / "run")
    assert run.condition.columns[0][0] == "hair_style" and len(run.condition.class_names) == 9
    assert "--labels=auto: the labels are hair_style" in capsys.readouterr().err
