"""The command that trains what a config says."""

import shlex

from gan_keras import errors
from gan_keras.config import fields
from gan_keras.config import recipes
from gan_keras.config import schema

OF_A_MACHINE = ("data_dir", "cache_dir", "export_dir", "features", "inception_weights")
"""Settings that name files and folders of the machine: a command for others leaves them out."""


def of(config: schema.Config) -> str | None:
    """Returns `python scripts/train.py --recipe=…`, with as few flags as give all settings but those of a machine.

    None if there is no recipe of the config's name.
    """
    if config.recipe not in recipes.RECIPES:
        return None
    usual, values = _shared(recipes.recipe(config.recipe)), _shared(config)
    given = {name: value for name, value in values.items() if value != usual[name]}
    for name in list(given):  # Some follow from others.
        others = {other: value for other, value in given.items() if other != name}
        if _gives(config.recipe, others, values):
            given = others
    flags = [f"--recipe={config.recipe}", *(f"--{name}={fields.plain(value)}" for name, value in given.items())]
    return shlex.join(["python", "scripts/train.py", *flags])


def _shared(config):
    return {name: value for name, value in schema.flat(config).items() if name not in OF_A_MACHINE}


def _gives(recipe, given, values):
    try:
        return _shared(recipes.recipe(recipe, **given)) == values
    except errors.UserError:
        return False
