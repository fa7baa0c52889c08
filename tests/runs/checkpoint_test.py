import errno
import json

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.game import build
from gan_keras.runs import checkpoint
from gan_keras.runtime import files
from tests import helpers

STATE = {"iteration": 5, "images_shown": 40}


@pytest.fixture(scope="module")
def game(tmp_path_factory):
    return build.build_gan(helpers.experiment(tmp_path_factory.mktemp("game")), 3)


@pytest.fixture
def folder(tmp_path, game):
    """A folder with checkpoints 000000040, …80, …120 of one game."""
    for shown in (40, 80, 120):
        checkpoint.save(tmp_path / "checkpoints", f"{shown:09d}", game, STATE | {"images_shown": shown})
    return tmp_path / "checkpoints"


def fill(game, value):
    for part in checkpoint.PARTS:
        for variable in getattr(game, part).variables:
            variable.assign(np.full(variable.shape, value, variable.dtype))


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES = {
    "truncated": lambda path: (path / "generator.npz").write_bytes((path / "generator.npz").read_bytes()[:-100]),
    "bit-flipped weights": lambda path: flip_a_bit(path / "ema_generator.npz"),
    "bit-flipped optimizer": lambda path: flip_a_bit(path / "discriminator_optimizer.npz"),
    "bit-flipped state": lambda path: flip_a_bit(path / "state.json"),
    "bit-flipped manifest": lambda path: flip_a_bit(path / "manifest.json"),
    "empty manifest": lambda path: (path / "manifest.json").write_text(""),
    "manifest of nothing": lambda path: (path / "manifest.json").write_text("{}"),
    "no manifest": lambda path: (path / "manifest.json").unlink(),
    "no discriminator": lambda path: (path / "discriminator.npz").unlink(),
    "empty folder": lambda path: [entry.unlink() for entry in path.iterdir()],
}


def test_all_of_it_comes_back(tmp_path, game):
    rng = np.random.default_rng(0)
    for part in checkpoint.PARTS:
        for variable in getattr(game, part).variables:
            variable.assign((100 * rng.uniform(size=variable.shape)).astype(variable.dtype))
    before = {part: checkpoint.arrays(getattr(game, part)) for part in checkpoint.PARTS}
    path = checkpoint.save(tmp_path, "000000040", game, STATE)
    fill(game, 0)
    assert checkpoint.restore(path, game) == STATE
    for part, arrays in before.items():
        for name, array in checkpoint.arrays(getattr(game, part)).items():
            np.testing.assert_array_equal(array, arrays[name], err_msg=f"{part} {name}")
            assert array.any(), name


def test_a_second_game_of_the_same_process_takes_it(folder, game, tmp_path):
    """Keras numbers the optimizers of a process, `adam` and `adam_1`: their names shall not matter."""
    for precision in ("float32", "mixed_float16"):
        one, other = (build.build_gan(helpers.experiment(tmp_path, precision=precision), 3) for _ in range(2))
        assert one.generator_optimizer.name != other.generator_optimizer.name
        checkpoint.restore(checkpoint.save(folder, "000000200", one, STATE), other)


def test_it_holds_no_pickle_and_the_same_game_gives_the_same_bytes(tmp_path, game):
    one, other = (checkpoint.save(tmp_path / name, "000000040", game, STATE) for name in ("one", "other"))
    assert helpers.contents(one) == helpers.contents(other)
    for part in checkpoint.PARTS:
        with np.load(one / f"{part}.npz", allow_pickle=False) as stored:
            assert all(stored[name].dtype != object for name in stored.files)


def test_the_newest_three_are_kept(folder, game):
    checkpoint.save(folder, "000000160", game, STATE)
    assert checkpoint.names(folder) == ["000000080", "000000120", "000000160"]
    assert not list(folder.glob(".*"))


def test_the_newest_is_taken_without_a_word(folder, capsys):
    assert checkpoint.newest(folder) == folder / "000000120"
    assert capsys.readouterr() == ("", "")


def test_no_checkpoint_is_none(tmp_path):
    assert checkpoint.newest(tmp_path) is None
    assert checkpoint.newest(tmp_path / "missing") is None


@pytest.mark.parametrize("damage", DAMAGES)
def test_of_a_damaged_one_it_is_told_and_the_one_before_is_taken(folder, damage, capsys):
    DAMAGES[damage](folder / "000000120")
    assert checkpoint.newest(folder) == folder / "000000080"
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    assert "000000120" in err and "going on from the one before, 000000080" in err


def test_two_damaged_ones_are_both_told(folder, capsys):
    for name in ("000000080", "000000120"):
        DAMAGES["truncated"](folder / name)
    assert checkpoint.newest(folder) == folder / "000000040"
    told = capsys.readouterr().err.splitlines()
    assert [line.split(" is damaged")[0][-9:] for line in told] == ["000000120", "000000080"]


def test_all_damaged_is_one_line(folder, capsys):
    for name in checkpoint.names(folder):
        DAMAGES["truncated"](folder / name)
    with pytest.raises(
        errors.UserError, match=r"no checkpoint in .* is undamaged: .*000000120 is damaged: generator.npz"
    ):
        checkpoint.newest(folder)
    assert capsys.readouterr() == ("", "")


def test_another_network_is_refused_before_anything_is_loaded(folder, tmp_path):
    wider = build.build_gan(helpers.experiment(tmp_path, width=8), 3)
    before = checkpoint.arrays(wider.generator)
    with pytest.raises(errors.UserError, match="was made by another network: generator differs in 000.conv_4.kernel"):
        checkpoint.restore(folder / "000000120", wider)
    for name, array in checkpoint.arrays(wider.generator).items():
        np.testing.assert_array_equal(array, before[name])


def test_a_write_that_fails_leaves_what_was_there(folder, game, monkeypatch):
    def full(path):
        raise OSError(errno.ENOSPC, "No space left on device")

    before = helpers.contents(folder)
    monkeypatch.setattr(files, "sync", full)
    with pytest.raises(errors.UserError, match="cannot write checkpoint .*000000160: No space left on device; nothing"):
        checkpoint.save(folder, "000000160", game, STATE)
    assert helpers.contents(folder) == before
    assert not list(folder.glob(".*"))


def test_the_manifest_names_every_file(folder):
    path = folder / "000000120"
    manifest = json.loads((path / "manifest.json").read_text())
    assert set(manifest) == {entry.name for entry in path.iterdir()} - {"manifest.json"}
    assert set(manifest) == {f"{part}.npz" for part in checkpoint.PARTS} | {"state.json"}
