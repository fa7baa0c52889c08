import contextlib
import dataclasses

import pytest

from gan_keras import errors
from gan_keras.benchmarks import trials
from gan_keras.config import fields
from gan_keras.config import names
from gan_keras.config import recipes
from gan_keras.config import schedules


def test_dcgan_has_the_constants_that_are_taught():
    game = recipes.recipe("dcgan").game
    assert (game.architecture, game.width, game.latent_dim, game.batch_size) == ("dcgan", 64, 100, 64)
    assert (game.latents, game.activation, game.loss, game.l2) == ("uniform", "relu", "non_saturating", 0.0)
    assert (game.beta_1, str(game.beta_2), game.epsilon, game.discriminator_steps) == (0.5, "0.999", 1e-8, 1)
    assert game.generator_learning_rate == game.discriminator_learning_rate == schedules.constant(2e-4)
    assert recipes.recipe("dcgan").training.images == 250_000


def test_dcgan_fast_has_the_networks_of_dcgan_half_as_wide_and_is_the_best_trial():
    fast, slow = recipes.recipe("dcgan_fast").game, recipes.recipe("dcgan").game
    assert (fast.width, fast.batch_size, str(fast.generator_learning_rate)) == (32, 16, "cosine:0.0008:0.0002")
    own = ("width", "batch_size", "generator_learning_rate", "discriminator_learning_rate")
    own += ("augment", "augment_probability")
    assert dataclasses.replace(fast, **{name: getattr(slow, name) for name in own}) == slow
    assert trials.config_of("DiffAugment, adaptive, rates falling to 2e-4").game == fast


def test_dcgan_paper_is_wider_with_l2_and_batches_of_128():
    game = recipes.recipe("dcgan_paper").game
    assert (game.architecture, game.width, game.batch_size, game.l2) == ("dcgan_paper", 128, 128, 1e-5)


def test_settings_are_laid_over_a_recipe():
    assert recipes.recipe("dcgan", dataset="folder:photos", images=1000).data.dataset == "folder:photos"


def test_another_architecture_takes_its_own_sizes_and_keeps_the_rest():
    game = recipes.recipe("wgan_gp", architecture="resnet").game
    assert (game.normalization, game.discriminator_steps, game.gradient_penalty.start) == ("layer", 5, 10)
    game = recipes.recipe("r3gan", architecture="dcgan", normalization="none").game
    assert (game.preset, game.width, game.normalization, str(game.r1)) == (None, None, "none", "cosine:2:0.2")
    assert recipes.recipe("dcgan", architecture="dcgan").game.width == 64
    assert recipes.recipe("dcgan", architecture="resnet", width=16).game.width == 16


@pytest.mark.parametrize("architecture", names.ARCHITECTURES)
@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_works_on_every_architecture_or_says_why_not(name, architecture):
    bare = recipes.RECIPES[name]
    settings = {"architecture": architecture, "dataset": bare.data.dataset}
    if (architecture in names.TEXT_ARCHITECTURES) != (bare.game.architecture in names.TEXT_ARCHITECTURES):
        with pytest.raises(errors.UserError, match="has other samples than this architecture makes"):
            recipes.recipe(name, **settings)
        settings["dataset"] = "sentences" if architecture in names.TEXT_ARCHITECTURES else "avatars"
    reason = _why_not(bare, architecture)
    if reason:
        with pytest.raises(errors.UserError, match=reason):
            recipes.recipe(name, **settings)
        return
    game = recipes.recipe(name, **settings).game
    assert game.loss == bare.game.loss
    assert name != "dcgan_paper" or architecture == "dcgan_paper" or game.width is None
    # AC-GAN's classifier is dropped where D has no choice of conditioning.
    assert bool(game.classification) == (name == "acgan" and architecture != "r3gan")


def _why_not(bare, architecture):
    """Returns what is said of a recipe on an architecture that it does not work on; None for all others."""
    if architecture == "dcgan_paper" and bare.data.labels:
        return "dcgan_paper takes no labels"
    batch_norm = architecture == "dcgan_paper" or (architecture == "dcgan" and bare.game.normalization is None)
    if batch_norm and (bare.game.gradient_penalty or bare.game.dragan):
        return "batch normalization in D"
    if architecture in names.TEXT_ARCHITECTURES and bare.game.augment != "none":
        return "only images are augmented"
    return None


def test_an_unknown_recipe_names_the_nearest():
    told = r"unknown recipe 'dcgn' \(did you mean 'dcgan'\?\): expected one of gan, dcgan"
    with pytest.raises(errors.UserError, match=told):
        recipes.recipe("dcgn")


def test_the_table_has_a_line_for_every_recipe_and_its_source():
    head, *lines = recipes.table()
    assert head.split()[:3] == ["recipe", "networks", "loss"]
    assert [line.split()[0] for line in lines] == list(recipes.RECIPES)
    told = dict(zip(recipes.RECIPES, lines, strict=True))
    assert "wasserstein" in told["wcgan"] and "clip" in told["wcgan"] and "5 : 1" in told["wcgan"]
    assert "r1 + r2" in told["r3gan"] and "2501.05441" in told["r3gan"] and "spectral norm" in told["sngan"]


@pytest.mark.parametrize(
    ("name", "constants"),
    [
        (
            "wgan",
            {
                "optimizer": "rmsprop",
                "generator_learning_rate": 5e-5,
                "rho": 0.99,
                "epsilon": 1e-8,
                "clip": 0.01,
                "discriminator_steps": 5,
            },
        ),
        (
            "wgan_gp",
            {
                "gradient_penalty": 10,
                "beta_1": 0.0,
                "beta_2": 0.9,
                "generator_learning_rate": 1e-4,
                "normalization": "layer",
                "discriminator_steps": 5,
            },
        ),
        ("dragan", {"dragan": 10, "normalization": "layer"}),
        ("sngan", {"loss": "hinge", "normalization": "spectral", "discriminator_steps": 5, "beta_1": 0.0}),
        ("sagan", {"generator_learning_rate": 1e-4, "discriminator_learning_rate": 4e-4, "attention": True}),
        ("r3gan", {"loss": "relativistic_pairing", "r1": "cosine:2:0.2", "r2": "cosine:2:0.2"}),
    ],
)
def test_the_constants_of_the_papers(name, constants):
    game = recipes.recipe(name, **recipes.AS_PUBLISHED.get(name, {})).game
    assert {setting: fields.plain(getattr(game, setting)) for setting in constants} == constants


@pytest.mark.parametrize("name", recipes.AS_PUBLISHED)
def test_what_was_published_is_told_by_flags_each_of_which_changes_the_recipe(name):
    told = next(line for line in recipes.table() if line.split()[0] == name).partition("As published: ")[2]
    flags = dict(flag.removeprefix("--").split("=") for flag in told.split())
    flags = {setting: _typed(value) for setting, value in flags.items()}
    assert recipes.recipe(name, **flags) == recipes.recipe(name, **recipes.AS_PUBLISHED[name])
    for setting, value in flags.items():
        assert recipes.recipe(name, **{setting: value}) != recipes.recipe(name)


def _typed(text):
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text
