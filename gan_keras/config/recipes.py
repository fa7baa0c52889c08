"""Named experiments: a table from a name to a Config. Each setting can be overridden by its flag."""

from typing import Any

from gan_keras import errors
from gan_keras.config import names
from gan_keras.config import schema
from gan_keras.config.overrides import override

_CONCATENATED: dict[str, Any] = {
    "labels": "auto",
    "generator_conditioning": "concat",
    "discriminator_conditioning": "concat",
}

# Gulrajani et al. 2017, algorithm 1. The critic has layer normalization, because batch normalization mixes its images.
_GRADIENT_PENALTY: dict[str, Any] = {
    "loss": "wasserstein",
    "gradient_penalty": 10,
    "normalization": "layer",
    "discriminator_steps": 5,
    "latents": "normal",
    "beta_1": 0.0,
    "beta_2": 0.9,
}
# Arjovsky et al. 2017, algorithm 1. The authors' code also clips the gains and offsets of batch normalization, which
# was measured to generate less varied images: see the README.
_CLIPPING: dict[str, Any] = {
    "loss": "wasserstein",
    "clip": 0.01,
    "clip_variables": "kernels",
    "discriminator_steps": 5,
    "latents": "normal",
    "optimizer": "rmsprop",
    "rho": 0.99,
    "epsilon": 1e-8,
}


def rates(generator: float | str, discriminator: float | str | None = None) -> dict[str, Any]:
    """Returns the settings of both learning rates, each a number or a schedule; that of D is G's unless given."""
    return {"generator_learning_rate": generator, "discriminator_learning_rate": discriminator or generator}


def _of_dcgan(rate: float) -> dict[str, Any]:
    """Returns the sizes of `dcgan`, and a learning rate of both networks."""
    return {"width": 64, "batch_size": 64, **rates(rate)}


_FAST: dict[str, Any] = {"width": 32, "batch_size": 16}

RECIPES: dict[str, schema.Config] = {}
DESCRIPTIONS: dict[str, str] = {}  # What each recipe is, where it comes from, and where it departs from there.
AS_PUBLISHED: dict[str, dict[str, Any]] = {}
"""Sizes, learning rates and updates of D of the paper or the authors' code, by recipe, where the recipe has others.

Those of the recipes are smaller networks, smaller batches and higher learning rates, which were measured to draw better
faces of CelebA with `dcgan` in the minutes that a user of a CPU waits.
"""


def _recipe(name: str, description: str, as_published: dict[str, Any] | None = None, **settings: Any) -> None:
    RECIPES[name] = override(schema.Config(name), **settings)
    DESCRIPTIONS[name] = description
    if as_published:
        AS_PUBLISHED[name] = as_published


_recipe(
    "gan",
    "the first GAN: dense layers only, maxout in D. Goodfellow et al. 2014 (arXiv 1406.2661)",
    architecture="mlp",
)
_recipe(
    "dcgan",
    "a DCGAN as it is taught, for 64 × 64 × 3, after Radford et al. 2015 (arXiv 1511.06434)",
    width=64,
    activation="relu",
)
# Found by `scripts/benchmark.py quality` on CelebA: so many more updates in the same time are worth more than width;
# D then learns by heart what it sees, unless that is augmented; and G ends better at lower learning rates.
_recipe(
    "dcgan_fast",
    "dcgan for a CPU: half as wide, batches of 16, learning rates that fall from 8e-4 to 2e-4 over --images, adaptive "
    "DiffAugment (measured: see the README)",
    activation="relu",
    **_FAST,
    **rates("cosine:8e-4:2e-4"),
    augment="diffaugment",
    augment_probability="adaptive",
)
_recipe(
    "dcgan_paper",
    "the DCGAN of its authors' code: twice as wide, kernels of 5 × 5, batches of 128, weight decay, no mirrored images",
    architecture="dcgan_paper",
    width=128,
    batch_size=128,
    l2=1e-5,
    flip=False,
)
_recipe(
    "lsgan",
    "least squares on the DCGAN. Mao et al. 2016 (arXiv 1611.04076)",
    as_published=_of_dcgan(2e-4),
    loss="least_squares",
    **_FAST,
    **rates(8e-4),
)
_recipe(
    "wgan",
    "Wasserstein loss with weight clipping on the DCGAN. Arjovsky et al. 2017 (arXiv 1701.07875). Departure: five "
    "critic updates from the start; the authors' code makes 100 in each of the first 25 iterations and in every 500th",
    as_published=_of_dcgan(5e-5),
    **_CLIPPING,
    **_FAST,
    **rates(2e-4),
)
_recipe(
    "wgan_gp",
    "Wasserstein loss with gradient penalty on the DCGAN. Gulrajani et al. 2017 (arXiv 1704.00028)",
    as_published=_of_dcgan(1e-4),
    **_GRADIENT_PENALTY,
    **_FAST,
    **rates(4e-4),
)
_recipe(
    "wcgan",
    "WCGAN: wgan with classes. Mirza and Osindero 2014 (arXiv 1411.1784). Departure: as wgan",
    as_published=_of_dcgan(5e-5) | {"clip": _CLIPPING["clip"]},
    **_CLIPPING | {"clip": 0.1},
    **_CONCATENATED,
    **_FAST,
    **rates(2e-4),
)
_recipe(
    "wcgan_gp",
    "wgan_gp with classes",
    as_published=_of_dcgan(1e-4),
    **_GRADIENT_PENALTY,
    **_CONCATENATED,
    **_FAST,
    **rates(4e-4),
)
_recipe(
    "dragan",
    "gradient penalty around real images, on the DCGAN. Kodali et al. 2017 (arXiv 1705.07215)",
    as_published=_of_dcgan(2e-4),
    dragan=10,
    normalization="layer",
    **_FAST,
    **rates(8e-4),
)
_recipe(
    "cdcgan",
    "dcgan with classes. Mirza and Osindero 2014 (arXiv 1411.1784)",
    as_published=_of_dcgan(2e-4),
    **_CONCATENATED,
    **_FAST,
    **rates(8e-4),
)
_recipe(
    "acgan",
    "D names the class, on the DCGAN. Odena et al. 2016 (arXiv 1610.09585). Departures: D's classifier learns from "
    "real images only, and the class enters G by batch normalization, not beside the latents (measured: see the "
    "README)",
    labels="auto",
    classification=1.0,
    as_published=_of_dcgan(2e-4),
    generator_conditioning="batch_norm",
    discriminator_conditioning="classifier",
    **_FAST,
    **rates(8e-4),
)
_recipe(
    "sngan",
    "spectral normalization, hinge loss, residual networks. Miyato et al. 2018 (arXiv 1802.05957)",
    as_published={"width": 64, "batch_size": 64, "discriminator_steps": 5, **rates(2e-4)},
    architecture="resnet",
    width=16,
    batch_size=16,
    **rates(4e-4, 8e-4),
    loss="hinge",
    latents="normal",
    latent_dim=128,
    normalization="spectral",
    beta_1=0.0,
    beta_2=0.9,
)
_recipe(
    "sagan",
    "sngan with classes, self-attention and two learning rates. Zhang et al. 2018 (arXiv 1805.08318)",
    as_published={"width": 64, "batch_size": 64, **rates(1e-4, 4e-4)},
    labels="auto",
    architecture="resnet",
    width=12,
    batch_size=16,
    **rates(2e-4, 8e-4),
    loss="hinge",
    latents="normal",
    latent_dim=128,
    normalization="spectral",
    spectral_normalization=True,
    attention=True,
    generator_conditioning="batch_norm",
    discriminator_conditioning="projection",
    beta_1=0.0,
    beta_2=0.9,
)
# For the small networks that a CPU can train: the paper's penalties for FFHQ at 64 × 64, and learning rates ten times
# as high. Its own 2e-4 to 5e-5 are for 768 channels (--preset=paper), and were too low for small networks in every
# trial.
_recipe(
    "r3gan",
    "relativistic pairing with R1 and R2. Huang et al. 2025 (arXiv 2501.05441). Departures: small networks, and G's "
    "update compares with the real images of D's last update; the authors draw new ones. Published for faces of "
    "64 × 64",
    as_published={"preset": "paper", "batch_size": 256, **rates("cosine:2e-4:5e-5")},
    architecture="r3gan",
    preset="small",
    batch_size=16,
    loss="relativistic_pairing",
    latents="normal",
    latent_dim=64,
    r1="cosine:2:0.2",
    r2="cosine:2:0.2",
    **rates("cosine:2e-3:5e-4"),
    beta_1=0.0,
    beta_2="cosine:0.9:0.99",
)
# Small batches, one step of D and high learning rates were measured to learn several times faster: see the README.
_SENTENCES: dict[str, Any] = {
    **{key: value for key, value in _GRADIENT_PENALTY.items() if key != "normalization"},
    "dataset": "sentences",
    "architecture": "characters",
    "latent_dim": 128,
    "batch_size": 16,
    "discriminator_steps": 1,
    **rates("cosine:1.6e-3:1e-4"),
}
_recipe(
    "sentences",
    "texts by WGAN-GP. Gulrajani et al. 2017 (arXiv 1704.00028), section 5.4. Departure: batch normalization in G",
    as_published={"preset": "paper", "batch_size": 64, "discriminator_steps": 10, "beta_1": 0.5, **rates(1e-4)},
    **_SENTENCES,
)
_recipe(
    "csentences",
    "sentences with classes, which D sees by projection: of the embedded sentences statement, question, negation",
    labels="auto",
    discriminator_conditioning="projection",
    **_SENTENCES,
)


def recipe(name: str, **settings: Any) -> schema.Config:
    """Returns the Config of a named experiment, with some settings replaced.

    Args:
        name: a key of `RECIPES`.
        **settings: settings by the names of their flags, such as `dataset="folder:photos", images=100_000`.

    Raises:
        UserError: an unknown recipe or setting, a value that the setting cannot take, a setting that would have no
            effect, or an invalid combination.
    """
    errors.expect_one_of(name, RECIPES, "recipe")
    return override(RECIPES[name], **settings)


def named_objective(name: str) -> schema.Config:
    """Returns the Config whose objective, updates of D and optimizers a name stands for.

    Args:
        name: a loss, with the other settings of `dcgan`; or a recipe, with what is in `AS_PUBLISHED`, because its own
            learning rates are for its small networks and batches.

    Raises:
        UserError: it is neither.
    """
    errors.expect_one_of(name, (*names.LOSSES, *RECIPES), "objective")
    return recipe(name, **AS_PUBLISHED.get(name, {})) if name in RECIPES else recipe("dcgan", loss=name)


def table() -> list[str]:
    """Returns the recipes as lines of text, a header first."""
    header = ("recipe", "networks", "loss", "regularized by", "D : G", "classes", "description")
    rows = [header] + [
        (
            name,
            config.game.architecture,
            config.game.loss,
            _regularization(config.game),
            f"{config.game.discriminator_steps} : 1",
            "yes" if config.data.labels else "",
            DESCRIPTIONS[name] + (f". As published: {published_flags(name)}" if name in AS_PUBLISHED else ""),
        )
        for name, config in RECIPES.items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def published_flags(name: str) -> str:
    """Returns the flags of `scripts/train.py` that give a recipe what it has in `AS_PUBLISHED`."""
    return " ".join(f"--{setting}={value}" for setting, value in AS_PUBLISHED[name].items())


def _regularization(game: schema.Game) -> str:
    return " + ".join(
        ["clip"] * bool(game.clip) + game.penalties + ["spectral norm"] * (game.normalization == "spectral")
    )
