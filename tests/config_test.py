import dataclasses
import inspect
import json

import pytest

from gan_keras import config as configs
from gan_keras import errors
from gan_keras import networks
from gan_keras.networks import blocks
from gan_keras.networks import r3gan


def test_leaf_names_are_unique_because_each_is_a_flag():
    names = [field.name for _, field in configs.leaves()]
    assert len(names) == len(set(names))
    assert not set(names) & {"recipe", "config", "run_dir", "dry_run"}


def test_every_leaf_has_help_and_a_default_that_it_takes_itself():
    for section, field in configs.leaves():
        assert field.metadata["help"], field.name
        configs.check(field, getattr(getattr(configs.Config(), section), field.name))


def test_json_and_back():
    config = configs.override(configs.Config(), images=1000, dataset="folder:photos", flip=False, crop=None)
    assert configs.from_dict(json.loads(json.dumps(configs.to_dict(config)))) == config


def test_override_replaces_leaves_by_flat_name_and_leaves_the_rest():
    config = configs.override(configs.Config(), seed=7, tick_images=100)
    assert (config.game.seed, config.training.tick_images) == (7, 100)
    assert dataclasses.replace(config.game, seed=0) == configs.Game()
    assert configs.Config().game.seed == 0


def test_the_settings_of_each_architecture_are_what_its_builders_take():
    for setting, architectures in configs.NETWORK_SETTINGS.items():
        players = [player for player in ("generator", "discriminator") if setting.startswith(player)]
        argument = "conditioning" if players else setting
        for name, module in networks.ARCHITECTURES.items():
            builders = [getattr(module, player) for player in players or ("generator", "discriminator")]
            taken = any(argument in inspect.signature(builder).parameters for builder in builders)
            assert taken == (name in architectures), (setting, name)


def test_the_choices_are_what_the_networks_know():
    choices = {field.name: field.metadata["choices"] for _, field in configs.leaves()}
    assert set(choices["normalization"]) == set(blocks.NORMALIZATIONS)
    assert choices["generator_conditioning"] == blocks.GENERATOR_CONDITIONINGS
    assert choices["discriminator_conditioning"] == blocks.DISCRIMINATOR_CONDITIONINGS
    assert set(choices["preset"]) == set(r3gan.PRESETS)


@pytest.mark.parametrize("values, message", [
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
    ({"l2": float("nan")}, "l2=nan: expected at least 0"),
])
def test_wrong_values_are_refused_in_one_line(values, message):
    with pytest.raises(errors.UserError, match=message) as caught:
        configs.override(configs.Config(), **values)
    assert "\n" not in str(caught.value)


def test_numbers_are_taken_where_text_or_fractions_are_expected():
    config = configs.override(configs.Config(), generator_learning_rate=0.001, holdout=0)
    assert config.game.generator_learning_rate == "0.001"
    assert config.data.holdout == 0.0 and isinstance(config.data.holdout, float)


@pytest.mark.parametrize("stored, message", [
    ({"games": {}}, r"unknown section 'games' in the config \(did you mean 'game'\?\)"),
    ({"game": {"sead": 1}}, r"unknown setting 'game.sead' in the config \(did you mean 'seed'\?\)"),
    ({"game": {"tick_images": 1}}, "unknown setting 'game.tick_images'"),
    ({"game": 3}, "unknown section 'game'"),
    ({"game": {"seed": "one"}}, "seed='one': expected int"),
])
def test_a_damaged_config_is_refused(stored, message):
    with pytest.raises(errors.UserError, match=message):
        configs.from_dict(stored)


def test_identity_is_the_experiment_and_not_its_place_or_length():
    manifest = {"source": {"kind": "folder"}, "split": "train", "content_hash": "abc"}
    config = configs.Config()

    def identity(**values):
        return configs.identity(configs.override(config, **values), manifest)

    free = {"images": 7, "tick_images": 7, "cache_dir": "/c", "data_dir": "/d", "dataset": "folder:/moved", "jit": True,
            "export_dir": "", "strategy": "mirrored", "logical_cpus": 2}
    for name, value in free.items():
        assert identity(**{name: value}) == identity(), name
    game = {"seed": 1, "batch_size": 32, "width": 8, "resolution": 32, "flip": True, "precision": "mixed_bfloat16",
            "sync_batch_norm": False, "schedule_images": 5, "holdout": 0.1, "loss": "minimax"}
    for name, value in game.items():
        assert [key for key in identity() if identity(**{name: value})[key] != identity()[key]] == [name]
    assert configs.identity(config, manifest | {"content_hash": "abd"}) != identity()
