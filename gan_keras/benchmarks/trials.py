"""What the search for the best picture per minute tries: a table from names to settings.

Each trial differs from `BASE`, or from another recipe that it names, in what its name says. Half-lives of the moving
average of G are counted in its updates here, as an average over few or many weights is what they decide; settings count
them in images.
"""

from typing import Any

from gan_keras.config import schema
from gan_keras.config.overrides import override
from gan_keras.config.recipes import rates
from gan_keras.config.recipes import recipe

BASELINE = "dcgan"
RECALIBRATED = "ema, recalibrated"  # The moving average of G with batch statistics that were measured anew.
SAME_SPEED = (
    "generator_learning_rate",
    "discriminator_learning_rate",
    "beta_1",
    "beta_2",
    "half_life_updates",
    "ema_ramp",
    "loss",
    "trained_as",
    "augment_probability",
)
"""Entries of a trial that change next to nothing of the time of a step."""

BASE: dict[str, Any] = {"width": 32, "batch_size": 16, **rates(8e-4)}

_DIFFAUGMENT: dict[str, Any] = {"augment": "diffaugment"}
_ADAPTIVE: dict[str, Any] = _DIFFAUGMENT | {"augment_probability": "adaptive"}

TRIALS: dict[str, dict[str, Any]] = {
    BASELINE: {"width": 64, "batch_size": 64, **rates(2e-4)},
    # Width and batch, at the course's learning rates.
    "width 64, batch 8": {"width": 64, "batch_size": 8, **rates(2e-4)},
    "width 64, batch 16": {"width": 64, **rates(2e-4)},
    "width 64, batch 32": {"width": 64, "batch_size": 32, **rates(2e-4)},
    "width 48, batch 16": {"width": 48, **rates(2e-4)},
    "width 32, batch 8": {"batch_size": 8, **rates(2e-4)},
    "width 32, batch 16": rates(2e-4),
    "width 32, batch 32": {"batch_size": 32, **rates(2e-4)},
    "width 32, batch 64": {"batch_size": 64, **rates(2e-4)},
    # Learning rates with the batch.
    "rates 4e-4, batch 8": {"batch_size": 8, **rates(4e-4)},
    "rates 4e-4, batch 16": rates(4e-4),
    "rates 4e-4, batch 32": {"batch_size": 32, **rates(4e-4)},
    "rates 4e-4, batch 32, falling to 0": {"batch_size": 32, **rates("cosine:4e-4:0")},
    "rates 8e-4, batch 8": {"batch_size": 8},
    "rates 8e-4, batch 16": {},
    "rates 8e-4, batch 32": {"batch_size": 32},
    "rates 1.6e-3, batch 16": rates(1.6e-3),
    "rates 1.6e-3, batch 32": {"batch_size": 32, **rates(1.6e-3)},
    "rates 1.6e-3, batch 64": {"batch_size": 64, **rates(1.6e-3)},
    # From here on: what differs from width 32, rates 8e-4, batch 16.
    "rates falling to 2e-4": rates("cosine:8e-4:2e-4"),
    "rates falling from 1.6e-3 to 2e-4": rates("cosine:1.6e-3:2e-4"),
    "G 4e-4": rates(4e-4, 8e-4),
    "D 4e-4": rates(8e-4, 4e-4),
    "beta_1 0": {"beta_1": 0.0},
    "beta_2 0.99": {"beta_2": 0.99},
    "width 24": {"width": 24},
    "width 48": {"width": 48},
    # The moving average of G.
    "half-life 100 updates": {"half_life_updates": 100},
    "half-life 1000 updates, ramp 0.2": {"half_life_updates": 1000, "ema_ramp": 0.2},
    "half-life 2000 updates, ramp 0.5": {"half_life_updates": 2000, "ema_ramp": 0.5},
    "batch statistics recalibrated": {"trained_as": "rates 8e-4, batch 16"},
    # Losses.
    "hinge": {"loss": "hinge"},
    "relativistic pairing": {"loss": "relativistic_pairing"},
    "SAN": {"san": True},
    "SAN, hinge": {"san": True, "loss": "hinge"},
    # What keeps D in bounds.
    "layer norm, R1 lazy": {"normalization": "layer", "r1": 0.1, "penalty_interval": 16},
    "layer norm, R1 and R2 estimated": {"normalization": "layer", "r1": 0.1, "r2": 0.1, "penalty_noise": 0.1},
    "no norm, R1 lazy": {"normalization": "none", "r1": 0.1, "penalty_interval": 16},
    "no norm, R1 estimated": {"normalization": "none", "r1": 0.1, "penalty_noise": 0.1},
    "spectral norm": {"normalization": "spectral"},
    "spectral norm, hinge": {"normalization": "spectral", "loss": "hinge"},
    "spectral norm, R1 lazy": {"normalization": "spectral", "r1": 0.1, "penalty_interval": 16},
    "LeCam, hinge": {"loss": "hinge", "lecam": 0.1},
    # Augmentation of what D sees.
    "DiffAugment": _DIFFAUGMENT,
    "DiffAugment, adaptive": _ADAPTIVE,
    "DiffAugment, probability 0.3": _DIFFAUGMENT | {"augment_probability": 0.3},
    "DiffAugment, adaptive, D 4e-4": _ADAPTIVE | rates(8e-4, 4e-4),
    "DiffAugment, adaptive, rates falling to 2e-4": _ADAPTIVE | rates("cosine:8e-4:2e-4"),
    "DiffAugment, adaptive, rates falling to 5e-5": _ADAPTIVE | rates("cosine:8e-4:5e-5"),
    "DiffAugment, adaptive, rates falling from 1.6e-3 to 2e-4": _ADAPTIVE | rates("cosine:1.6e-3:2e-4"),
    "DiffAugment, adaptive, beta_2 0.99": _ADAPTIVE | {"beta_2": 0.99},
    "DiffAugment, adaptive, width 48": _ADAPTIVE | {"width": 48},
    "ADA": {"augment": "ada"},
    "ADA, rates falling to 2e-4": {"augment": "ada", **rates("cosine:8e-4:2e-4")},
    # Other networks: those of DCGAN's own code, and those of R3GAN with its own learning rates.
    "networks of DCGAN's code": {"recipe": "dcgan_paper", "flip": True, **BASE},
    "R3GAN, width 64": {"recipe": "r3gan", "width": 64, "batch_size": 32},
    "R3GAN, width 64, γ 0.2": {"recipe": "r3gan", "width": 64, "batch_size": 32, "r1": 0.2, "r2": 0.2},
}


def timed_as(trial: str) -> str:
    """Returns the first trial whose step is as fast, because it differs only in numbers."""

    def of_speed(name):
        return {key: value for key, value in _settings(trained_as(name)).items() if key not in SAME_SPEED}

    return next(name for name in TRIALS if of_speed(name) == of_speed(trial))


def trained_as(trial: str) -> str:
    """Returns the trial whose training this one shares, mostly its own."""
    return TRIALS[trial].get("trained_as", trial)


def generator_of(trial: str) -> str:
    """Returns which generator is measured: `"ema"` or `RECALIBRATED`."""
    return RECALIBRATED if "trained_as" in TRIALS[trial] else "ema"


def config_of(trial: str, **settings: Any) -> schema.Config:
    """Returns the `Config` of a trial.

    Args:
        trial: a key of `TRIALS`.
        **settings: settings of all trials, such as `dataset`.
    """
    own = _settings(trial)
    updates = own.pop("half_life_updates", None)
    config = override(recipe(own.pop("recipe", "dcgan"), **settings), **own)
    if updates is None:
        return config
    return override(config, ema_half_life_images=updates * config.game.iteration_images)


def _settings(trial: str) -> dict[str, Any]:
    """Returns the entries of a trial over those of `BASE`, which belong to no other recipe."""
    return dict(TRIALS[trial]) if "recipe" in TRIALS[trial] else BASE | TRIALS[trial]
