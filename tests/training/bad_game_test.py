"""Games that cannot be played: one line that says why, and no run folder left behind."""

import subprocess
import sys

import numpy as np
import pytest

from gan_keras import errors
from gan_keras import recipes
from gan_keras import training
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
        ("dcgan", {"discriminator_conditioning": "projection"}, "needs classes: choose some with --labels"),
        ("dcgan", {"r1": "-1"}, "r1 is -1: expected a weight ≥ 0"),
        ("wgan_gp", {"gradient_penalty": "linear:10:-1"}, "gradient_penalty is linear:10:-1: expected a weight ≥ 0"),
        ("wgan_gp", {"normalization": "batch"}, "gradient_penalty bounds D's slope .* choose --normalization=layer"),
        ("dcgan", {"dragan": "10"}, "dragan bounds D's slope at one image"),
        ("dcgan", {"r1": "1", "penalty_interval": 4}, "penalty_interval=4 plays R1 and R2 at some updates only"),
        ("wgan", {"augment": "ada", "augment_probability": "adaptive"}, "adaptive augmentation .*wasserstein"),
        ("r3gan", {"augment": "ada", "augment_probability": "adaptive"}, "adaptive augmentation .*relativistic_pairing"),
        ("dcgan", {"augment": "diffaugment", "augment_probability": "1.5"}, r"augment_probability is 1.5: .* \[0, 1\]"),
        ("dcgan", {"augment_probability": "adaptive"}, "augment_probability=adaptive needs an augmentation"),
        ("r3gan", {"augment": "ada"}, "adaptive augmentation .*: give a fixed or a scheduled probability"),
        ("wgan_gp", {"dataset": "folder:missing", "gradient_penalty": "-1"}, "gradient_penalty is -1"),  # told before
        ("dcgan", {"attention_at": 8}, "the architecture dcgan has no such setting"),
        ("sagan", {"dataset": "labelled", "attention_at": 64}, "attention_at=64 is no side of a feature map"),
        ("dcgan_paper", {"dataset": "labelled", "labels": "auto"}, "the architecture dcgan_paper knows no classes"),
        ("acgan", {"dataset": "labelled", "classification": 0.0}, "an auxiliary classifier learns nothing without a weight"),
        ("dcgan", {"classification": 1.0}, "classification=1.0 needs classes"),
        ("dcgan", {"generator_learning_rate": "-1e-4"}, "generator_learning_rate=-1e-4: expected numbers at least 0"),
        ("dcgan", {"discriminator_learning_rate": "nan"}, "'nan' is no schedule"),
        ("dcgan", {"beta_2": "1"}, r"beta_2=1: expected numbers in \[0, 1\)"),
        ("dcgan", {"accumulation": 3}, "batch_size=8 cannot be cut into 3 micro-batches"),
    ],
)
@pytest.mark.filterwarnings("ignore:R1 and R2 beside batch normalization")
def test_what_cannot_be_played(tmp_path, recipe, settings, message):
    values = helpers.settings(tmp_path, **settings)
    if values["dataset"] == "labelled":
        values["dataset"] = labelled(tmp_path, [0, 1, 2])
    if recipes.recipe(recipe).game.architecture in ("resnet", "r3gan"):
        del values["width"]
    with pytest.raises(errors.UserError, match=message) as caught:
        training.train(recipes.recipe(recipe, **values), tmp_path / "run")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_class_without_images(tmp_path):
    values = helpers.settings(tmp_path, dataset=labelled(tmp_path, [0, 2]))
    with pytest.raises(errors.UserError, match="no image is '1'"):
        training.train(recipes.recipe("cdcgan", **values), tmp_path / "run")


def test_labels_from_training_to_pictures(tmp_path):
    values = helpers.settings(tmp_path, dataset=labelled(tmp_path, [0, 1, 2]), images=40, export_dir=str(tmp_path / "out"))
    run = training.train(recipes.recipe("cdcgan", **values), tmp_path / "run")
    assert run.class_names == ["0", "1", "2"]
    generate = [sys.executable, helpers.ROOT / "scripts" / "generate.py", "--seeds=0-3"]
    for number, source in enumerate((f"--run={run.path}", f"--model={tmp_path / 'out' / 'cdcgan-labelled_npz'}")):
        output = tmp_path / f"{number}.png"
        subprocess.run(
            [*generate, source, "--labels=all", f"--output={output}"], env=helpers.environment(), check=True,
            capture_output=True,
        )
    assert (tmp_path / "0.png").read_bytes() == (tmp_path / "1.png").read_bytes()
    ended = subprocess.run(
        [*generate, f"--run={run.path}", "--labels=3"], env=helpers.environment(), capture_output=True, text=True,
        check=False,
    )
    assert ended.returncode == 1 and ended.stderr.count("\n") == 1
    assert "error: --labels=3: '3' is no class; expected all, or 0 to 2 (0 0; 1 1; 2 2)" in ended.stderr
