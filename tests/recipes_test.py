import pytest

from gan_keras import errors
from gan_keras import recipes
from gan_keras import rules
from gan_keras import schedules
from gan_keras.networks import ARCHITECTURES


def test_dcgan_has_the_constants_of_the_course():
    game = recipes.recipe("dcgan").game
    assert (game.architecture, game.width, game.latent_dim, game.batch_size) == ("dcgan", 64, 100, 64)
    assert (game.latents, game.activation, game.loss, game.l2) == ("uniform", "relu", "non_saturating", 0.0)
    assert (game.beta_1, game.beta_2, game.epsilon, game.discriminator_steps) == (0.5, "0.999", 1e-8, 1)
    assert schedules.parse(game.generator_learning_rate) == schedules.parse(game.discriminator_learning_rate)
    assert schedules.parse(game.generator_learning_rate).start == 2e-4
    assert recipes.recipe("dcgan").training.images == 250_000


def test_dcgan_paper_is_wider_with_l2_and_batches_of_128():
    game = recipes.recipe("dcgan_paper").game
    assert (game.architecture, game.width, game.batch_size, game.l2) == ("dcgan_paper", 128, 128, 1e-5)


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_carries_its_name_and_a_known_architecture(name):
    config = recipes.recipe(name)
    assert config.recipe == name
    assert config.game.architecture in ARCHITECTURES


def test_settings_are_laid_over_a_recipe():
    assert recipes.recipe("dcgan", dataset="folder:photos", images=1000).data.dataset == "folder:photos"


def test_another_architecture_takes_its_own_sizes_and_keeps_the_rules():
    game = recipes.recipe("wgan_gp", architecture="resnet").game
    assert (game.normalization, game.discriminator_steps, game.gradient_penalty) == ("layer", 5, "10")
    game = recipes.recipe("r3gan", architecture="dcgan", normalization="none").game
    assert (game.preset, game.width, game.normalization, game.r1) == (None, None, "none", "cosine:2:0.2")
    assert recipes.recipe("dcgan", architecture="dcgan").game.width == 64
    assert recipes.recipe("dcgan", architecture="resnet", width=16).game.width == 16


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_goes_on_every_architecture_or_says_why_not(name, architecture):
    config = recipes.recipe(name, architecture=architecture)
    rules.check_game(config.game)  # No setting of the recipe's own networks is left over.
    num_classes = 3 if config.data.labels else None
    impossible = {
        "knows no classes": num_classes and architecture == "dcgan_paper",
        "classification needs a D that names classes": name == "acgan" and architecture == "r3gan",
    }
    reasons = [reason for reason, applies in impossible.items() if applies]
    if not reasons:
        rules.check_classes(config.game, num_classes)
        return
    with pytest.raises(errors.UserError, match=reasons[0]):
        rules.check_classes(config.game, num_classes)


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
        ("wgan", {"optimizer": "rmsprop", "generator_learning_rate": "5e-5", "rho": 0.99, "epsilon": 1e-8, "clip": 0.01,
                  "discriminator_steps": 5}),
        ("wgan_gp", {"gradient_penalty": "10", "beta_1": 0.0, "beta_2": "0.9", "generator_learning_rate": "1e-4",
                     "normalization": "layer", "discriminator_steps": 5}),
        ("dragan", {"dragan": "10", "normalization": "layer"}),
        ("sngan", {"loss": "hinge", "normalization": "spectral", "discriminator_steps": 5, "beta_1": 0.0}),
        ("sagan", {"generator_learning_rate": "1e-4", "discriminator_learning_rate": "4e-4", "attention_at": 16}),
        ("r3gan", {"loss": "relativistic_pairing", "r1": "cosine:2:0.2", "r2": "cosine:2:0.2"}),
    ],
)
def test_the_constants_of_the_papers(name, constants):
    game = recipes.recipe(name).game
    assert {setting: getattr(game, setting) for setting in constants} == constants
