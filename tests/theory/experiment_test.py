"""A few updates of each kind of game: numbers, pictures, mistakes."""

import numpy as np
import pytest
from PIL import Image

from gan_keras import errors
from gan_keras.theory import densities
from gan_keras.theory import experiment


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(experiment, "FRAMES", 3)
    monkeypatch.setattr(experiment, "POINTS", 2_000)
    monkeypatch.setattr(experiment, "DATA_BATCHES", 2)


@pytest.mark.parametrize(("density", "objective"), [("line", "non_saturating"), ("grid", "wgan_gp"), ("ring", "r3gan")])
def test_a_game_leaves_a_picture_and_an_animation(density, objective, tmp_path, capsys):
    found = experiment.play(density, objective, seed=1, iterations=4, folder=tmp_path / "new")
    assert found["of_modes"] == len(densities.MIXTURES[density].centres)
    assert ("error" in found) == (objective == "non_saturating")
    told = capsys.readouterr().out.splitlines()
    assert [int(line.split()[0]) for line in told] == [0, 1, 4]
    with Image.open(tmp_path / "new" / f"{density}-{objective}-1.gif") as animation:
        assert animation.n_frames == 3
    with Image.open(tmp_path / "new" / f"{density}-{objective}-1.png") as picture:
        assert np.asarray(picture).std() > 10


def test_mistakes_are_told(tmp_path):
    with pytest.raises(errors.UserError, match=r"unknown density 'rign' \(did you mean 'ring'\?\)"):
        experiment.play("rign", "r3gan", 0, 1, tmp_path)
    with pytest.raises(errors.UserError, match="unknown objective 'r4gan'"):
        experiment.play("ring", "r4gan", 0, 1, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.UserError, match="choose another --output_dir"):
        experiment.play("ring", "r3gan", 0, 1, tmp_path / "file")
