"""From a Config to the game it describes."""

import keras

from gan_keras import gan
from gan_keras import networks
from gan_keras import schedules
from gan_keras.objectives import Objective


def build_generator(config, channels):
    """Returns the untrained generator of a config, float32 images (N, resolution, resolution, channels) in [-1, 1]."""
    game = config.game
    with _precision(game.precision):
        return networks.ARCHITECTURES[game.architecture].generator(
            resolution=config.data.resolution, channels=channels, latent_dim=game.latent_dim, width=game.width,
            activation=game.activation, synchronized=game.sync_batch_norm, seed=game.seed,
        )


def build_discriminator(config, channels):
    """Returns the untrained discriminator of a config, images (N, resolution, resolution, channels) → logits (N, 1)."""
    game = config.game
    with _precision(game.precision):
        return networks.ARCHITECTURES[game.architecture].discriminator(
            resolution=config.data.resolution, channels=channels, width=game.width,
            synchronized=game.sync_batch_norm, seed=game.seed,
        )


def build_gan(config, channels):
    """Returns the compiled GAN of a config, at iteration 0. Call it inside `strategy.scope()`."""
    game = config.game
    model = gan.GAN(
        build_generator(config, channels),
        build_discriminator(config, channels),
        objective=Objective(loss=game.loss, l2=game.l2),
        discriminator_steps=game.discriminator_steps,
        latents=game.latents,
        ema_half_life_images=game.ema_half_life_images,
        seed=game.seed,
    )
    span = config.training.schedule_images or config.training.images
    optimizers = [
        keras.optimizers.Adam(
            schedules.learning_rate(text, model.images_shown, span),
            beta_1=game.beta_1, beta_2=game.beta_2, epsilon=game.epsilon,
        )
        for text in (game.generator_learning_rate, game.discriminator_learning_rate)
    ]
    model.compile(*optimizers, jit_compile=config.training.jit)
    return model


class _precision:
    """Context in which new layers take a dtype policy."""

    def __init__(self, policy):
        self.policy = policy

    def __enter__(self):
        self.previous = keras.config.dtype_policy()
        keras.config.set_dtype_policy(self.policy)

    def __exit__(self, *_):
        keras.config.set_dtype_policy(self.previous)
