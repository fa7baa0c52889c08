"""Named experiments: a table from a name to a Config. Every field can be overridden by its flag."""

from gan_keras import config
from gan_keras import errors

_CONCATENATED = {"generator_conditioning": "concat", "discriminator_conditioning": "concat"}
_CLASSES = config.Data(labels="auto")

# Gulrajani et al. 2017, algorithm 1, with layer normalization in the critic, for batch normalization mixes its images.
_GRADIENT_PENALTY = {
    "loss": "wasserstein", "gradient_penalty": "10", "normalization": "layer", "discriminator_steps": 5,
    "latents": "normal", "generator_learning_rate": "1e-4", "discriminator_learning_rate": "1e-4",
    "beta_1": 0.0, "beta_2": "0.9",
}
# Arjovsky et al. 2017, algorithm 1. The authors' code clips gains and offsets of batch normalization as well, which was
# measured to draw fewer different images: see the README.
_CLIPPING = {
    "loss": "wasserstein", "clip": 0.01, "clip_variables": "kernels", "discriminator_steps": 5, "latents": "normal",
    "optimizer": "rmsprop", "generator_learning_rate": "5e-5", "discriminator_learning_rate": "5e-5", "rho": 0.99,
    "epsilon": 1e-8,
}


PAPERS = {}  # recipe → what it is and where it comes from, filled beside RECIPES


def _recipe(name, paper, data=None, images=250_000, **game):
    PAPERS[name] = paper
    return config.Config(
        name, data=data or config.Data(), game=config.Game(**game), training=config.Training(images=images)
    )


RECIPES = {recipe.recipe: recipe for recipe in (
    _recipe(
        "gan", "the first GAN: dense layers only, maxout in D. Goodfellow et al. 2014 (arXiv 1406.2661)",
        architecture="mlp",
    ),
    _recipe(
        "dcgan", "the course's tables for 64 × 64 × 3, after Radford et al. 2015 (arXiv 1511.06434)", width=64,
        activation="relu",
    ),
    # Twice as wide, kernels of 5 × 5, batch 128, L2, no mirrored images.
    _recipe(
        "dcgan_paper", "the same as its authors' code has it", data=config.Data(flip=False), architecture="dcgan_paper",
        width=128, batch_size=128, l2=1e-5,
    ),
    _recipe("lsgan", "least squares on the DCGAN. Mao et al. 2016 (arXiv 1611.04076)", loss="least_squares"),
    _recipe(
        "wgan", "Wasserstein with weight clipping on the DCGAN. Arjovsky et al. 2017 (arXiv 1701.07875)", **_CLIPPING
    ),
    _recipe(
        "wgan_gp", "Wasserstein with gradient penalty on the DCGAN. Gulrajani et al. 2017 (arXiv 1704.00028)",
        **_GRADIENT_PENALTY,
    ),
    _recipe(
        "wcgan", "the course's project: wgan with classes. Mirza and Osindero 2014 (arXiv 1411.1784)", data=_CLASSES,
        **_CLIPPING, **_CONCATENATED,
    ),
    _recipe("wcgan_gp", "wgan_gp with classes", data=_CLASSES, **_GRADIENT_PENALTY, **_CONCATENATED),
    _recipe(
        "dragan", "gradients around real images, on the DCGAN. Kodali et al. 2017 (arXiv 1705.07215)", dragan="10",
        normalization="layer",
    ),
    _recipe("cdcgan", "dcgan with classes. Mirza and Osindero 2014 (arXiv 1411.1784)", data=_CLASSES, **_CONCATENATED),
    # The paper's G reads the label beside the latents, and was measured to draw nearly one image a class: see the README.
    _recipe(
        "acgan", "D names the class, on the DCGAN. Odena et al. 2016 (arXiv 1610.09585)", data=_CLASSES,
        classification=1.0, generator_conditioning="batch_norm", discriminator_conditioning="classifier",
    ),
    _recipe(
        "sngan", "spectral normalization, hinge loss, ResNets. Miyato et al. 2018 (arXiv 1802.05957)",
        architecture="resnet", loss="hinge", discriminator_steps=5, latents="normal", latent_dim=128,
        normalization="spectral", beta_1=0.0, beta_2="0.9",
    ),
    _recipe(
        "sagan", "the same with classes, self-attention, two time scales. Zhang et al. 2018 (arXiv 1805.08318)",
        data=_CLASSES, architecture="resnet", loss="hinge", latents="normal", latent_dim=128,
        normalization="spectral", spectral_normalization=True, attention_at=16, generator_conditioning="batch_norm",
        discriminator_conditioning="projection", generator_learning_rate="1e-4", discriminator_learning_rate="4e-4",
        beta_1=0.0, beta_2="0.9",
    ),
    # For the small networks that a CPU can train: the paper's penalties for FFHQ at 64 × 64, and rates ten times as high.
    # Its own 2e-4 to 5e-5 are for 768 channels (--preset=paper), and left small networks behind in every trial.
    _recipe(
        "r3gan", "relativistic pairing, R1 and R2, no tricks. Huang et al. 2025 (arXiv 2501.05441)",
        architecture="r3gan", preset="small", loss="relativistic_pairing", latents="normal", latent_dim=64,
        r1="cosine:2:0.2", r2="cosine:2:0.2", generator_learning_rate="cosine:2e-3:5e-4",
        discriminator_learning_rate="cosine:2e-3:5e-4", beta_1=0.0, beta_2="cosine:0.9:0.99",
    ),
)}


def table():
    """Returns the recipes as lines of text, a head before them."""
    head = ("recipe", "networks", "loss", "kept smooth by", "D : G", "classes", "what it is, and its source")
    rows = [head] + [
        (name, config.game.architecture, config.game.loss, _smoothness(config.game),
         f"{config.game.discriminator_steps} : 1", "yes" if config.data.labels else "", PAPERS[name])
        for name, config in RECIPES.items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _smoothness(game):
    names = ("clip", "gradient_penalty", "dragan", "r1", "r2")
    played = [name for name in names if getattr(game, name) not in (0, "0")]
    return " + ".join(played + ["spectral norm"] * (game.normalization == "spectral"))


def recipe(name, **overrides):
    """Returns the Config of a named experiment, with some settings replaced.

    Args:
        name: a key of `RECIPES`.
        **overrides: settings by the names of their flags, such as `dataset="folder:photos", images=100_000`.

    Raises:
        UserError: unknown recipe or setting, or a value that the setting cannot take.
    """
    errors.expect_one_of(name, RECIPES, "recipe")
    return config.override(RECIPES[name], **overrides)
