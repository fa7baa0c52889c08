"""The command of a config gives the config."""

import dataclasses

import pytest

from gan_keras.config import command
from gan_keras.config import recipe
from gan_keras.config import recipes
from gan_keras.config import schema


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("dcgan", {}, ""),
        (
            "dcgan_fast",
            {"images": 540_000, "precision": "mixed_bfloat16"},
            " --precision=mixed_bfloat16 --images=540000",
        ),
        ("dcgan_fast", {"augment": "none"}, " --augment=none"),  # Its probability has no effect then.
        ("dcgan", {"architecture": "resnet", "flip": False}, " --flip=False --architecture=resnet"),
        (
            "acgan",
            {"labels": "Smiling,Male", "dataset": "folder:two words"},
            " '--dataset=folder:two words' --labels=Smiling,Male",
        ),
        ("wgan", {"generator_learning_rate": "cosine:1e-3:1e-4"}, " --generator_learning_rate=cosine:0.001:0.0001"),
        ("dcgan", {"dataset": "celeb_a", "data_dir": "/home/me", "export_dir": ""}, " --dataset=celeb_a"),
    ],
)
def test_a_command_has_what_differs_from_the_recipe(name, settings, expected):
    assert command.of(recipe(name, **settings)) == f"python scripts/train.py --recipe={name}{expected}"


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_a_recipe_has_no_flags(name):
    assert command.of(recipe(name)) == f"python scripts/train.py --recipe={name}"


def test_an_experiment_of_ones_own_has_none():
    assert command.of(dataclasses.replace(schema.Config(), recipe="own")) is None
