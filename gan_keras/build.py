"""From a Config to the game it describes."""

import dataclasses
import inspect

import keras

from gan_keras import gan
from gan_keras import networks
from gan_keras import optimizers
from gan_keras import rules


def build_generator(config, channels, num_classes=None):
    """Returns the untrained generator of a config, float32 images (N, resolution, resolution, channels) in [-1, 1]."""
    return _build("generator", config, channels, num_classes)


def build_discriminator(config, channels, num_classes=None):
    """Returns the untrained discriminator of a config, images (N, resolution, resolution, channels) → logits (N, 1)."""
    return _build("discriminator", config, channels, num_classes)


def build_gan(config, channels, num_classes=None):
    """Returns the compiled GAN of a config, at iteration 0. Call it inside `strategy.scope()`.

    Args:
        config: `Config` whose data section is resolved.
        channels: 1 or 3.
        num_classes: number of classes of a conditional game, or None.

    Raises:
        UserError: settings that cannot be played together.
    """
    game = config.game
    span = config.training.schedule_images or config.training.images
    rules.check_game(game)
    rules.check_classes(game, num_classes)
    model = gan.GAN(
        build_generator(config, channels, num_classes),
        build_discriminator(config, channels, num_classes),
        objective=rules.objective(game),
        discriminator_steps=game.discriminator_steps,
        latents=game.latents,
        augmentation=rules.augmentation(game),
        accumulation=game.accumulation,
        ema_half_life_images=game.ema_half_life_images,
        schedule_images=span,
        seed=game.seed,
    )
    players = [
        optimizers.build(game, rate, model.images_shown, span)
        for rate in (game.generator_learning_rate, game.discriminator_learning_rate)
    ]
    model.compile(*players, jit_compile=config.training.jit)
    return model


def _build(player, config, channels, num_classes):
    """Builds a network with those settings of the config that its builder takes; None is left to the builder."""
    game = config.game
    builder = getattr(networks.ARCHITECTURES[game.architecture], player)
    settings = dataclasses.asdict(game) | {
        "resolution": config.data.resolution, "channels": channels, "num_classes": num_classes,
        "synchronized": game.sync_batch_norm, "conditioning": getattr(game, f"{player}_conditioning"),
    }
    taken = inspect.signature(builder).parameters
    with _precision(game.precision):
        return builder(**{name: value for name, value in settings.items() if name in taken and value is not None})


class _precision:
    """Context in which new layers take a dtype policy."""

    def __init__(self, policy):
        self.policy = policy

    def __enter__(self):
        self.previous = keras.config.dtype_policy()
        keras.config.set_dtype_policy(self.policy)

    def __exit__(self, *_):
        keras.config.set_dtype_policy(self.previous)
