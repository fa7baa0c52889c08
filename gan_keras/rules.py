"""Which settings cannot be played together, and why."""

import inspect

from gan_keras import errors
from gan_keras import networks

# Settings of the networks, and under which name a builder takes them.
OF_NETWORKS = {
    "width": "width", "activation": "activation", "normalization": "normalization", "attention_at": "attention_at",
    "spectral_normalization": "spectral_normalization", "preset": "preset",
    "generator_conditioning": "conditioning", "discriminator_conditioning": "conditioning",
}


def check(config, num_classes):
    """Raises a UserError for settings that an architecture lacks, or that need classes where there are none.

    Args:
        config: `Config`.
        num_classes: number of classes, or None.
    """
    game = config.game
    module = networks.ARCHITECTURES[game.architecture]
    taken = {
        "generator": inspect.signature(module.generator).parameters,
        "discriminator": inspect.signature(module.discriminator).parameters,
    }
    for setting, argument in OF_NETWORKS.items():
        players = [player for player in taken if setting.startswith(player)] or list(taken)
        if getattr(game, setting) is not None and not any(argument in taken[player] for player in players):
            raise errors.UserError(
                f"{setting}={getattr(game, setting)}: the architecture {game.architecture} has no such setting; "
                "leave it out, or choose another --architecture"
            )
    if num_classes is None:
        _check_without_classes(game)
    elif game.discriminator_conditioning == "classifier" and not game.classification:
        raise errors.UserError("an auxiliary classifier learns nothing without a weight: set --classification, such as 1")
    if game.classification and game.discriminator_conditioning != "classifier":
        raise errors.UserError("classification needs a D that names classes: --discriminator_conditioning=classifier")


def _check_without_classes(game):
    for setting in ("generator_conditioning", "discriminator_conditioning", "classification"):
        if getattr(game, setting):
            raise errors.UserError(
                f"{setting}={getattr(game, setting)} needs classes: choose some with --labels=auto or --labels=COLUMN,…"
            )


