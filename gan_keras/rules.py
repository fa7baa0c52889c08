"""Which settings cannot be played together, and why."""

import dataclasses
import inspect
import math

from gan_keras import augment
from gan_keras import config as configs
from gan_keras import errors
from gan_keras import networks
from gan_keras import objectives
from gan_keras import schedules


def objective(game):
    """Returns the `Objective` of a config's `Game`; raises a UserError for weights that cannot be."""
    names = [field.name for field in dataclasses.fields(objectives.Objective)]
    return objectives.Objective(**{name: getattr(game, name) for name in names})


def augmentation(game):
    """Returns the `Augmentation` of a config's `Game`; raises a UserError for a probability that cannot be."""
    return augment.Augmentation(game.augment, game.augment_probability)


def check_game(game):
    """Raises a UserError for what can be told before the images are read, which may take long.

    These are settings that an architecture lacks, schedules that are none, numbers that are out of range, and an
    augmentation that cannot adapt to the loss.
    """
    for setting, architectures in configs.NETWORK_SETTINGS.items():
        if getattr(game, setting) is not None and game.architecture not in architectures:
            raise errors.UserError(
                f"{setting}={getattr(game, setting)}: the architecture {game.architecture} has no such setting; "
                "leave it out, or choose another --architecture"
            )
    for name in ("generator_learning_rate", "discriminator_learning_rate", "ema_half_life_images"):
        _check_range(name, getattr(game, name))
    for name in ("beta_1", "beta_2", "rho"):
        _check_range(name, getattr(game, name), most=1)
    augmentation(game).check(game.loss, objective(game).adversarial.threshold)


def check_classes(game, num_classes):
    """Raises a UserError for classes that are needed or cannot be used; `num_classes` is a number or None."""
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
        raise errors.UserError(
            "classification needs a D that names classes: --discriminator_conditioning=classifier, or --classification=0"
        )


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
