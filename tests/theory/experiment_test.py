"""A few updates with several objectives: results, pictures, mistakes."""

import numpy as np
import pytest
from PIL import Image

from gan_keras import errors
from gan_keras import objectives
from gan_keras.config import names
from gan_keras.theory import densities
from gan_keras.theory import experiment


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(experiment, "FRAMES", 3)
    monkeypatch.setattr(experiment, "POINTS", 2_000)
    monkeypatch.setattr(experiment, "DATA_BATCHES", 2)


@pytest.mark.parametrize(("density", "objective"), [("line", "non_saturating"), ("grid", "wgan_gp"), ("ring", "r3gan")])
def test_a_training_writes_a_picture_and_an_animation(density, objective, tmp_path, capsys):
    found = experiment.run(density, objective, seed=1, iterations=4, folder=tmp_path / "new")
    assert found["of_modes"] == len(densities.MIXTURES[density].centers)
    assert ("error" in found) == (objective == "non_saturating")
    lines = capsys.readouterr().out.splitlines()
    assert [int(line.split()[0]) for line in lines] == [0, 1, 4]
    with Image.open(tmp_path / "new" / f"{density}-{objective}-1.gif") as animation:
        assert animation.n_frames == 3
    with Image.open(tmp_path / "new" / f"{density}-{objective}-1.png") as picture:
        assert np.asarray(picture).std() > 10


def test_the_objectives_are_every_loss_and_some_with_the_weights_for_densities():
    assert set(experiment.OBJECTIVES) == {*names.LOSSES, "wgan", "wgan_gp", "dragan", "r3gan"}
    for loss in names.LOSSES:
        assert experiment.OBJECTIVES[loss] == objectives.Objective(loss)
    assert experiment.OBJECTIVES["wgan"].clip == 0.01
    weights = {
        name: {penalty: getattr(objective, penalty).start for penalty in objective.penalties}
        for name, objective in experiment.OBJECTIVES.items()
        if objective.penalties
    }
    assert weights == {
        "wgan_gp": {"gradient_penalty": 0.1},
        "dragan": {"dragan": 10.0},
        "r3gan": {"r1": 1.0, "r2": 1.0},
    }
    assert set(experiment.DISCRIMINATOR_STEPS) <= {*experiment.OBJECTIVES, *densities.MIXTURES}
    assert set(experiment.ITERATIONS) == set(densities.MIXTURES)


def test_the_learning_rate_falls_over_the_training():
    model = experiment.build(densities.MIXTURES["ring"], objectives.Objective("hinge"), 0, 2, iterations=10)
    assert model.schedule_images == 10 * 2 * experiment.BATCH
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        rates = []
        for shown in (0, model.schedule_images // 2, model.schedule_images):
            model.images_shown.assign(shown)
            rates.append(float(optimizer.learning_rate))
        np.testing.assert_allclose(rates, [1e-3, 5.5e-4, 1e-4], rtol=1e-5)
        assert (optimizer.beta_1, optimizer.beta_2) == (0.0, 0.9)
    assert model.latents == "normal" and model.discriminator_steps == 2


def test_mistakes_are_explained(tmp_path):
    with pytest.raises(errors.UserError, match=r"unknown density 'rign' \(did you mean 'ring'\?\)"):
        experiment.run("rign", "r3gan", 0, 1, tmp_path)
    with pytest.raises(errors.UserError, match=r"unknown objective 'r4gan' \(did you mean 'r3gan'\?\)"):
        experiment.run("ring", "r4gan", 0, 1, tmp_path)
    with pytest.raises(errors.UserError, match="unknown objective 'sagan'"):  # It is a recipe.
        experiment.run("ring", "sagan", 0, 1, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.UserError, match="choose another --output_dir"):
        experiment.run("ring", "r3gan", 0, 1, tmp_path / "file")
