"""Named experiments: a table from a name to a Config. Every field can be overridden by its flag."""

from gan_keras import config
from gan_keras import errors

RECIPES = {
    # The course's DCGAN: tables for 64 × 64 × 3 after Radford et al. 2015 (arXiv 1511.06434).
    "dcgan": config.Config("dcgan"),
    # The same paper as its authors' code has it: twice as wide, kernels of 5 × 5, batch 128, L2, no mirrored images.
    "dcgan_paper": config.Config(
        "dcgan_paper",
        data=config.Data(flip=False),
        game=config.Game(architecture="dcgan_paper", width=128, batch_size=128, l2=1e-5),
    ),
}


def recipe(name, **overrides):
    """Returns the Config of a named experiment, with some settings replaced.

    Args:
        name: a key of `RECIPES`.
        **overrides: settings by the names of their flags, such as `dataset="folder:photos", images=100_000`.

    Raises:
        UserError: unknown recipe or setting, or a value that the setting cannot take.
    """
    if name not in RECIPES:
        raise errors.UserError(
            f"unknown recipe '{name}'{errors.nearest(name, RECIPES)}: expected one of {', '.join(RECIPES)}"
        )
    return config.override(RECIPES[name], **overrides)
