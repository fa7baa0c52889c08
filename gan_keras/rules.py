"""Which settings cannot be played together, and why."""

import inspect
import math

from gan_keras import config as configs
from gan_keras import errors
from gan_keras import networks
from gan_keras import schedules


def check(config, num_classes):
    """Raises a UserError for settings that an architecture lacks, or classes that are needed or cannot be used.

    Args:
        config: `Config`.
        num_classes: number of classes, or None.
    """
    game = config.game
    for setting, architectures in configs.NETWORK_SETTINGS.items():
        if getattr(game, setting) is not None and game.architecture not in architectures:
            raise errors.UserError(
                f"{setting}={getattr(game, setting)}: the architecture {game.architecture} has no such setting; "
                "leave it out, or choose another --architecture"
            )
    generator = networks.ARCHITECTURES[game.architecture].generator
    if num_classes and "num_classes" not in inspect.signature(generator).parameters:
        raise errors.UserError(
            f"the architecture {game.architecture} knows no classes: leave out --labels, or choose another --architecture"
        )
    if num_classes is None:
        _check_without_classes(game)
    elif game.discriminator_conditioning == "classifier" and not game.classification:
        raise errors.UserError("an auxiliary classifier learns nothing without a weight: set --classification, such as 1")
    if game.classification and game.discriminator_conditioning != "classifier":
        raise errors.UserError("classification needs a D that names classes: --discriminator_conditioning=classifier")


def check_numbers(game):
    """Raises a UserError for a schedule that is none, or numbers of an optimizer that are out of range."""
    for name in ("generator_learning_rate", "discriminator_learning_rate", "ema_half_life_images"):
        _check_range(name, getattr(game, name))
    for name in ("beta_1", "beta_2", "rho"):
        _check_range(name, getattr(game, name), most=1)


def _check_range(name, text, most=math.inf):
    schedule = schedules.parse(text)
    if not (0 <= min(schedule.start, schedule.end) and max(schedule.start, schedule.end) < most):
        expected = "at least 0" if most == math.inf else f"in [0, {most})"
        raise errors.UserError(f"{name}={text}: expected numbers {expected}")


def _check_without_classes(game):
    for setting in ("generator_conditioning", "discriminator_conditioning", "classification"):
        if getattr(game, setting):
            raise errors.UserError(
                f"{setting}={getattr(game, setting)} needs classes: choose some with --labels=auto or --labels=COLUMN,…"
            )
