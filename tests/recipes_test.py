import pytest

from gan_keras import errors
from gan_keras import recipes
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


def test_an_unknown_recipe_names_the_nearest():
    told = r"unknown recipe 'dcgn' \(did you mean 'dcgan'\?\): expected one of gan, dcgan"
    with pytest.raises(errors.UserError, match=told):
        recipes.recipe("dcgn")
