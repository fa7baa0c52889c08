import dataclasses
import inspect
import json

import pytest

from gan_keras import config as configs
from gan_keras import errors
from gan_keras import networks
from gan_keras.config import fields
from gan_keras.config import names
from gan_keras.config import rules
from gan_keras.config import schedules
from gan_keras.config import schema
from gan_keras.config import stored
from gan_keras.networks import blocks
from gan_keras.networks import characters
from gan_keras.networks import r3gan
from gan_keras.objectives import LOSSES
from gan_keras.objectives import constraints

# Which of the settings are arguments of the builders of an architecture.
NETWORK_SETTINGS = {
    "width": names.ARCHITECTURES,
    "activation": ("mlp", "dcgan", "dcgan_paper"),
    "normalization": ("dcgan", "resnet"),
    "spectral_normalization": ("resnet",),
    "attention": ("resnet",),
    "san": ("dcgan", "resnet"),
    "preset": ("r3gan", "characters"),
    "relaxation": ("characters",),
    "generator_conditioning": ("dcgan", "resnet"),
    "discriminator_conditioning": ("mlp", "dcgan", "resnet", "characters"),
    "sync_batch_norm": ("dcgan", "dcgan_paper", "resnet", "characters"),
}


def test_names_of_leaves_are_unique_because_each_is_a_flag():
    leaves = [field.name for _, field in schema.leaves()]
    assert len(leaves) == len(set(leaves))
    assert not set(leaves) & {"recipe", "config", "run_dir", "run", "dry_run"}


def test_every_leaf_has_help_and_a_default_that_it_takes_itself():
    values = schema.flat(configs.Config())
    for _, field in schema.leaves():
        assert field.metadata["help"], field.name
        assert fields.check(field, values[field.name]) == values[field.name]


def test_json_and_back():
    config = configs.override(
        configs.Config(), images=1000, dataset="folder:photos", flip=False, crop=None, r1="cosine:1:2"
    )
    assert configs.from_dict(json.loads(json.dumps(schema.to_dict(config)))) == config


def test_a_config_from_before_a_setting_was_added_has_its_default():
    config = configs.recipe("dcgan", grid_seconds=5, checkpoint_seconds=0)
    written = schema.to_dict(config)
    assert (written["training"].pop("grid_seconds"), written["training"].pop("checkpoint_seconds")) == (5.0, 0.0)
    old = configs.from_dict(written)
    assert (old.training.grid_seconds, old.training.checkpoint_seconds) == (10.0, 60.0)


def test_override_replaces_leaves_by_flat_name_and_leaves_the_rest():
    base = configs.recipe("dcgan")
    config = configs.override(base, seed=7, tick_images=100)
    assert (config.game.seed, config.training.tick_images) == (7, 100)
    assert dataclasses.replace(config.game, seed=0) == base.game and base.game.seed == 0


def test_settings_of_networks_are_what_the_builders_take():
    for setting, architectures in NETWORK_SETTINGS.items():
        players = [name for name in ("generator", "discriminator") if setting.startswith(name)]
        argument = {"sync_batch_norm": "synchronized"}.get(setting, "conditioning" if players else setting)
        for name, module in networks.ARCHITECTURES.items():
            builders = [getattr(module, player) for player in players or ("generator", "discriminator")]
            taken = any(argument in inspect.signature(builder).parameters for builder in builders)
            assert taken == (name in architectures), (setting, name)
            dataset = "sentences" if name in names.TEXT_ARCHITECTURES else "avatars"
            bare = configs.recipe("dcgan", architecture=name, dataset=dataset)
            values = schema.flat(bare) | {"labels": "auto", setting: "any"}
            refused = any(
                rule.setting == setting and rule.is_dependent and rules._applies(rule.refused, rules.Settings(values))
                for rule in rules.RULES
            )
            assert refused == (name not in architectures), (setting, name)


def test_names_are_what_the_modules_implement():
    assert set(names.NORMALIZATIONS) == set(blocks.NORMALIZATIONS)
    assert set(names.PRESETS) == set(r3gan.PRESETS) == set(characters.PRESETS)
    assert set(names.LOSSES) == set(LOSSES)
    assert set(names.LOSSES_WITH_THRESHOLD) == {name for name, loss in LOSSES.items() if loss.threshold is not None}
    assert set(names.CLIPPED_VARIABLES) == set(constraints.CLIPPED)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batchsize": 8}, r"unknown setting 'batchsize' \(did you mean 'batch_size'\?\)"),
        ({"images": -5}, "images=-5: expected at least 1"),
        ({"images": 0}, "images=0: expected at least 1"),
        ({"images": 10.5}, "images=10.5: expected int"),
        ({"images": True}, "images=True: expected int"),
        ({"images": None}, "images=None: expected int"),
        ({"loss": "minmax"}, r"loss='minmax' \(did you mean 'minimax'\?\): expected one of minimax, non_saturating"),
        ({"precision": "float16"}, "expected one of float32, mixed_bfloat16, mixed_float16"),
        ({"strategy": "tpu"}, "strategy='tpu'.*: expected one of auto, one_device, mirrored, multi_worker"),
        ({"flip": "yes"}, "flip='yes': expected bool"),
        ({"l2": float("nan")}, "l2=nan: expected a finite number"),
        ({"grid_seconds": -1}, "grid_seconds=-1.0: expected at least 0"),
        ({"checkpoint_seconds": float("nan")}, "checkpoint_seconds=nan: expected a finite number"),
        ({"grid_seconds": float("inf")}, "grid_seconds=inf: expected a finite number"),
        ({"holdout": 1}, "holdout=1.0: expected less than 1"),
        ({"generator_learning_rate": "-1e-4"}, "generator_learning_rate=-0.0001: expected at least 0"),
        ({"discriminator_learning_rate": "nan"}, "discriminator_learning_rate: 'nan' is not a schedule"),
        ({"r1": "-1"}, "r1=-1: expected at least 0"),
        ({"gradient_penalty": "linear:10:-1"}, "gradient_penalty=linear:10:-1: expected at least 0"),
        ({"beta_2": "1"}, "beta_2=1: expected less than 1"),
        ({"beta_1": 1.0}, "beta_1=1.0: expected less than 1"),
        ({"penalty_interval": 0, "r1": 1}, "penalty_interval=0: expected at least 1"),
    ],
)
def test_wrong_values_are_refused_in_one_line(values, message):
    with pytest.raises(errors.UserError, match=message) as refused:
        configs.override(configs.Config(), **values)
    assert "\n" not in str(refused.value)


def test_the_python_api_checks_the_same():
    with pytest.raises(errors.UserError, match="did you mean 'non_saturating'"):
        configs.Objective("non_saturatin")
    with pytest.raises(errors.UserError, match="l2=-1.0: expected at least 0"):
        configs.Objective(l2=-1.0)
    with pytest.raises(errors.UserError, match="penalty_interval=4: would have no effect: it needs --r1 or --r2"):
        configs.Objective(penalty_interval=4)
    assert configs.Objective(r1="cosine:2:0.2").penalties == ["r1"]
    assert configs.Objective("wasserstein", gradient_penalty=10, lecam=0.1).penalties == ["gradient_penalty", "lecam"]


def test_numbers_are_taken_where_text_or_fractions_are_expected():
    config = configs.override(configs.Config(), generator_learning_rate=0.001, holdout=0)
    assert config.game.generator_learning_rate == schedules.constant(0.001)
    assert config.data.holdout == 0.0 and isinstance(config.data.holdout, float)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"games": {}}, r"unknown section 'games' in the config \(did you mean 'game'\?\)"),
        ({"game": {"sead": 1}}, r"unknown setting 'game.sead' in the config \(did you mean 'seed'\?\)"),
        ({"game": {"tick_images": 1}}, "unknown setting 'game.tick_images'"),
        ({"game": 3}, "unknown section 'game'"),
        ({"game": {"seed": "one"}}, "seed='one': expected int"),
    ],
)
def test_a_damaged_config_is_refused(values, message):
    with pytest.raises(errors.UserError, match=message):
        configs.from_dict(values)


@pytest.mark.parametrize("stored_format", [{}, {"format": 1}, {"format": 3}])
def test_a_run_of_another_version_is_refused_in_one_line(stored_format, tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"config": {}, "identity": {}, "channels": 3} | stored_format))
    with pytest.raises(
        errors.UserError, match="was written by another version of gan_keras .*: use that version"
    ) as refused:
        stored.read(path)
    assert "\n" not in str(refused.value)


def test_identity_is_the_experiment_and_not_its_place_or_length():
    manifest = {"source": {"kind": "folder"}, "split": "train", "content_hash": "abc"}
    config = configs.recipe("dcgan", dataset="folder:/photos", generator_learning_rate="linear:2e-4:1e-4")

    def identity(**values):
        return schema.identity(configs.override(config, **values), manifest)

    free = {
        "images": 7,
        "tick_images": 7,
        "grid_seconds": 7,
        "checkpoint_seconds": 7,
        "cache_dir": "/c",
        "dataset": "folder:/moved",
        "jit": True,
        "export_dir": "",
        "strategy": "mirrored",
        "logical_cpus": 2,
    }
    for name, value in free.items():
        assert identity(**{name: value}) == identity(), name
    game = {
        "seed": 1,
        "batch_size": 32,
        "width": 8,
        "resolution": 32,
        "flip": True,
        "precision": "mixed_bfloat16",
        "sync_batch_norm": False,
        "schedule_images": 5,
        "holdout": 0.1,
        "loss": "minimax",
        "l2": 0.1,
    }
    for name, value in game.items():
        assert [key for key in identity() if identity(**{name: value})[key] != identity()[key]] == [name]
    assert schema.identity(config, manifest | {"content_hash": "abd"}) != identity()
    # How a number is written does not matter.
    assert identity(discriminator_learning_rate="0.0002") == identity(discriminator_learning_rate=2e-4) == identity()
