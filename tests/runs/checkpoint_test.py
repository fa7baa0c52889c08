import errno
import functools
import itertools
import json
import os
import pathlib
import re
import shutil
import types

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
    return build.build_gan(helpers.experiment(tmp_path_factory.mktemp("game")), {"channels": 3})


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


def test_a_snapshot_is_what_the_game_was_when_it_was_taken(tmp_path, game):
    fill(game, 2)
    state = {"health": {"pending": ["000000040"]}}
    snapshot = checkpoint.take(game, state)
    fill(game, 3)
    state["health"]["pending"].clear()
    checkpoint.write(tmp_path, "000000040", snapshot)
    assert checkpoint.restore(tmp_path / "000000040", game) == {"health": {"pending": ["000000040"]}}
    for part in checkpoint.PARTS:
        assert all((array == 2).all() for array in checkpoint.arrays(getattr(game, part)).values())


def test_a_second_game_of_the_same_process_takes_it(folder, game, tmp_path):
    """Keras numbers the optimizers of a process, `adam` and `adam_1`: their names shall not matter."""
    for precision in ("float32", "mixed_float16"):
        one, other = (
            build.build_gan(helpers.experiment(tmp_path, precision=precision), {"channels": 3}) for _ in range(2)
        )
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
    wider = build.build_gan(helpers.experiment(tmp_path, width=8), {"channels": 3})
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


def test_protected_ones_remain_beside_the_newest_three(folder, game):
    for shown, protected in ((160, ["000000040"]), (200, ["000000040", "000000080"]), (240, ["000000080"])):
        checkpoint.save(folder, f"{shown:09d}", game, STATE, protected=protected)
    assert checkpoint.names(folder) == ["000000080", "000000160", "000000200", "000000240"]
    checkpoint.save(folder, "000000280", game, STATE, keep=1, protected=["000000160", "000000999"])
    assert checkpoint.names(folder) == ["000000160", "000000280"]


# === The best one ===


def links(path):
    """Returns the numbers of names that the files of a folder have."""
    return {entry.stat().st_nlink for entry in path.iterdir()}


def test_the_best_one_takes_no_space_and_outlives_the_checkpoint_that_it_was(folder, game):
    checkpoint.promote(folder, "000000080")
    assert links(folder / "best") == links(folder / "000000080") == {2}
    content = helpers.contents(folder / "best")
    assert content == helpers.contents(folder / "000000080")
    for shown in (160, 200, 240):
        checkpoint.save(folder, f"{shown:09d}", game, STATE | {"images_shown": shown})
    assert checkpoint.names(folder) == ["000000160", "000000200", "000000240"]
    assert helpers.contents(folder / "best") == content and links(folder / "best") == {1}
    checkpoint.verify(folder / "best")
    assert checkpoint.newest(folder) == folder / "000000240"


def test_a_better_one_replaces_it_whole(folder):
    checkpoint.promote(folder, "000000040")
    (folder / "best" / "notes.txt").write_text("of the old one")
    checkpoint.promote(folder, "000000120")
    assert helpers.contents(folder / "best") == helpers.contents(folder / "000000120")
    assert links(folder / "000000040") == {1}
    assert {entry.name for entry in folder.iterdir()} == {"best", *checkpoint.names(folder)}


def test_a_checkpoint_that_is_written_again_leaves_the_best_one_as_it_was(folder, game):
    checkpoint.promote(folder, "000000120")
    before = helpers.contents(folder / "best")
    checkpoint.save(folder, "000000120", game, STATE | {"images_shown": 120, "another": True})
    assert helpers.contents(folder / "best") == before != helpers.contents(folder / "000000120")


def test_without_hard_links_it_is_copied(folder, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    checkpoint.promote(folder, "000000080")
    assert helpers.contents(folder / "best") == helpers.contents(folder / "000000080")
    assert links(folder / "best") == {1}


# === Back to an earlier one ===


def test_a_rollback_deletes_what_is_later_and_keeps_the_rest_and_the_best(folder, game):
    checkpoint.save(folder, "000000160", game, STATE | {"images_shown": 160}, keep=4)
    checkpoint.promote(folder, "000000160")
    best, earlier = helpers.contents(folder / "best"), helpers.contents(folder / "000000040")
    fill(game, 3)
    state = STATE | {"images_shown": 80, "best": {"images": 160}}
    checkpoint.roll_back(folder, game, state)
    assert {entry.name for entry in folder.iterdir()} == {"000000040", "000000080", "best"}
    assert helpers.contents(folder / "best") == best and helpers.contents(folder / "000000040") == earlier
    assert checkpoint.newest(folder) == folder / "000000080"
    fill(game, 0)
    assert checkpoint.restore(folder / "000000080", game) == state
    assert all((array == 3).all() for array in checkpoint.arrays(game.generator).values())


def test_a_rollback_to_what_is_no_longer_there_makes_it_again(folder, game):
    """More checkpoints than three may be there, and the state that is gone back to may be older than all of them."""
    checkpoint.save(folder, "000000160", game, STATE, keep=9)
    checkpoint.roll_back(folder, game, STATE | {"images_shown": 0})
    assert checkpoint.names(folder) == ["000000000"]
    checkpoint.roll_back(folder, game, STATE | {"images_shown": 0})
    assert checkpoint.names(folder) == ["000000000"]


def test_a_rollback_that_cannot_be_written_leaves_what_was_there(folder, game, monkeypatch):
    def full(path):
        raise OSError(errno.ENOSPC, "No space left on device")

    before = helpers.contents(folder)
    with monkeypatch.context() as patched:
        patched.setattr(files, "sync", full)
        with pytest.raises(errors.UserError, match="No space left on device"):
            checkpoint.roll_back(folder, game, STATE)
    checkpoint.recover(folder)
    assert helpers.contents(folder) == before and not list(folder.glob(".*"))


def test_where_nothing_was_cut_short_there_is_nothing_to_recover(folder, tmp_path):
    checkpoint.promote(folder, "000000080")
    before = helpers.contents(folder)
    checkpoint.recover(folder)
    assert helpers.contents(folder) == before
    checkpoint.recover(tmp_path / "missing")
    assert not (tmp_path / "missing").exists()


# === Killed at any moment ===


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it, and nothing that is done afterwards has an effect."""


CALLS = [  # All that change something.
    *((os, name) for name in ("rename", "replace", "link", "mkdir", "rmdir", "unlink", "chmod")),
    (np, "savez"),
    (shutil, "copyfile"),
    (pathlib.Path, "write_text"),
]


def killed_at(number, action):
    """Runs an action in a process that dies before its n-th call of the file system; returns whether it died."""
    counter = itertools.count()

    def mortal(function):
        def call(*args, **kwargs):
            if next(counter) >= number:
                raise Killed
            return function(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patched:
        for owner, name in CALLS:
            patched.setattr(owner, name, mortal(getattr(owner, name)))
        try:
            action()
        except Killed:
            return True
    return False


def small_game(value):
    """Returns what `save` asks for of a GAN, with one number in each part."""

    def owner(part):
        return types.SimpleNamespace(name=part, variables=[Number(value)])

    return types.SimpleNamespace(**{part: owner(part) for part in checkpoint.PARTS})


class Number:
    path = "kernel"

    def __init__(self, value):
        self.value = value

    def __array__(self, dtype=None, copy=None):
        return np.array([self.value])


def state_of(path):
    """Returns the state of a whole checkpoint; raises if it is damaged."""
    checkpoint.verify(path)
    with np.load(path / "generator.npz") as stored:
        return checkpoint.read_state(path) | {"value": stored["000.kernel"].item()}


def restarted(folder):
    """Does what a training does first: clears away what is half written, and recovers."""
    files.remove_leftovers(folder)
    checkpoint.recover(folder)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with checkpoints 40, 80 and 120 of two small parts each; 40 is the best."""
    monkeypatch.setattr(checkpoint, "PARTS", ("generator", "ema_generator"))
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # Nobody pulls the plug here.
    folder = tmp_path / "place"
    for shown in (40, 80, 120):
        checkpoint.save(folder, f"{shown:09d}", small_game(shown), {"images_shown": shown})
    checkpoint.promote(folder, "000000040")
    return folder


def listing(folder):
    """Returns which files and folders there are, and what is in them; what is half written has a name by chance."""
    found = {path.relative_to(folder): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}
    return frozenset((re.sub(r"-\w{8}\b", "-x", str(path)), content) for path, content in found.items())


def check_deaths(place, action, check):
    """Kills an action at each of its calls, twice the recovery from that at each of its own, and checks what is left.

    Args:
        place: folder, which is not touched.
        action: function of a folder.
        check: function of a folder in which something was killed and that was recovered since.

    Returns:
        the number of different states that were left behind.
    """
    numbers = itertools.count()

    def copied(origin):
        return pathlib.Path(shutil.copytree(origin, place.parent / f"{next(numbers)}", copy_function=os.link))

    seen, states = set(), [place]
    for step in (action, restarted, restarted):
        origins, states = states, []
        for origin in origins:
            died, number = True, 0
            while died:
                left = copied(origin)
                died = killed_at(number, functools.partial(step, left))
                number += 1
                if listing(left) not in seen:
                    seen.add(listing(left))
                    states.append(left)
                    if (left / "best").exists():  # Whoever reads it before that is recovered.
                        state_of(left / "best")
                    recovered = copied(left)
                    restarted(recovered)
                    check(recovered)
    return len(seen)


@pytest.mark.parametrize("has_best", [True, False])
def test_killed_while_one_is_made_the_best_either_the_old_or_the_new_one_is(place, has_best):
    if not has_best:
        shutil.rmtree(place / "best")
    found = []

    def check(folder):
        assert state_of(checkpoint.newest(folder)) == {"images_shown": 120, "value": 120}
        assert checkpoint.names(folder) == ["000000040", "000000080", "000000120"]
        assert {entry.name for entry in folder.iterdir()} - {"best"} == set(checkpoint.names(folder))
        best = state_of(folder / "best")["images_shown"] if (folder / "best").exists() else None
        found.append(best)
        # What was cut short can be done again.
        checkpoint.promote(folder, "000000080")
        assert state_of(folder / "best")["value"] == 80

    assert check_deaths(place, lambda folder: checkpoint.promote(folder, "000000080"), check) > 10
    assert set(found) == ({40, 80} if has_best else {None, 80})


def test_killed_in_a_rollback_either_the_old_state_or_the_new_one_is_the_newest(place):
    found = []

    def action(folder):
        checkpoint.roll_back(folder, small_game(7), {"images_shown": 80, "rollbacks": 1})

    def check(folder):
        newest = state_of(checkpoint.newest(folder))
        found.append(newest["value"])
        if newest["value"] == 7:
            assert newest == {"images_shown": 80, "rollbacks": 1, "value": 7}
            assert checkpoint.names(folder) == ["000000040", "000000080"]
        else:
            assert newest == {"images_shown": 120, "value": 120}
            assert checkpoint.names(folder) == ["000000040", "000000080", "000000120"]
        assert {entry.name for entry in folder.iterdir()} == {"best", *checkpoint.names(folder)}
        assert state_of(folder / "best") == state_of(folder / "000000040") == {"images_shown": 40, "value": 40}
        action(folder)
        assert state_of(checkpoint.newest(folder))["value"] == 7

    assert check_deaths(place, action, check) > 20
    assert set(found) == {7, 120}
