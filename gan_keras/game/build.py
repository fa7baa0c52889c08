"""From a Config to the game it describes."""

import dataclasses
import inspect

from gan_keras import networks
from gan_keras.augment import Augmentation
from gan_keras.config import schema
from gan_keras.game import gan
from gan_keras.game import optimizers
from gan_keras.layers.precision import dtype_policy


def build_generator(config, sizes, condition=None):
    """Returns the untrained generator of a config; arguments as of `build_gan`."""
    return _build("generator", config, sizes, condition)


def build_discriminator(config, sizes, condition=None):
    """Returns the untrained discriminator of a config; arguments as of `build_gan`."""
    return _build("discriminator", config, sizes, condition)


def build_gan(config, sizes, condition=None):
    """Returns the compiled GAN of a config, at iteration 0. Call it inside `strategy.scope()`.

    Args:
        config: `Config` whose data section is resolved.
        sizes: dict of what builders take beside the config: `channels` of images, 1 or 3, or the `vocabulary_size` of
            texts. See `SampleKind.sizes`.
        condition: `data.conditions.Condition` of a conditional model, or None.

    Raises:
        UserError: settings that cannot be combined.
    """
    game = config.game
    schedule_images = config.training.schedule_images or config.training.images
    model = gan.GAN(
        build_generator(config, sizes, condition),
        build_discriminator(config, sizes, condition),
        objective=schema.objective_of(game),
        discriminator_steps=game.discriminator_steps,
        latents=game.latents,
        augmentation=Augmentation(game.augment, game.augment_probability),
        accumulation=game.accumulation,
        ema_half_life_images=game.ema_half_life_images,
        ema_ramp=game.ema_ramp,
        schedule_images=schedule_images,
        seed=game.seed,
    )
    rates = (game.generator_learning_rate, game.discriminator_learning_rate)
    model.compile(*(optimizers.build(game, rate, schedule_images) for rate in rates), jit_compile=config.training.jit)
    return model


def _build(network, config, sizes, condition):
    """Builds a network with those settings of the config that its builder takes; None is left to the builder."""
    game = config.game
    builder = getattr(networks.ARCHITECTURES[game.architecture], network)
    settings = dataclasses.asdict(game) | {
        "resolution": config.data.resolution,
        "length": config.data.length,
        **sizes,
        "synchronized": game.sync_batch_norm,
        "conditioning": getattr(game, f"{network}_conditioning"),
        **(condition.sizes if condition else {}),
    }
    taken = inspect.signature(builder).parameters
    with dtype_policy(game.precision):
        return builder(**{name: value for name, value in settings.items() if name in taken and value is not None})
