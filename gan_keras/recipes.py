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


def _recipe(name, data=None, images=250_000, **game):
    return config.Config(
        name, data=data or config.Data(), game=config.Game(**game), training=config.Training(images=images)
    )


RECIPES = {recipe.recipe: recipe for recipe in (
    # Goodfellow et al. 2014 (arXiv 1406.2661): dense layers only, maxout in D.
    _recipe("gan", architecture="mlp"),
    # The course's DCGAN: tables for 64 × 64 × 3 after Radford et al. 2015 (arXiv 1511.06434).
    _recipe("dcgan", width=64, activation="relu"),
    # The same paper as its authors' code has it: twice as wide, kernels of 5 × 5, batch 128, L2, no mirrored images.
    _recipe(
        "dcgan_paper", data=config.Data(flip=False), architecture="dcgan_paper", width=128, batch_size=128, l2=1e-5
    ),
    # Least squares GAN, Mao et al. 2016 (arXiv 1611.04076), on the DCGAN.
    _recipe("lsgan", loss="least_squares"),
    # Wasserstein GAN, Arjovsky et al. 2017 (arXiv 1701.07875), on the DCGAN.
    _recipe("wgan", **_CLIPPING),
    # Wasserstein GAN with gradient penalty, Gulrajani et al. 2017 (arXiv 1704.00028), on the DCGAN.
    _recipe("wgan_gp", **_GRADIENT_PENALTY),
    # The course's project: a conditional Wasserstein GAN on the DCGAN; labels as in Mirza and Osindero 2014
    # (arXiv 1411.1784).
    _recipe("wcgan", data=_CLASSES, **_CLIPPING, **_CONCATENATED),
    # The same with gradient penalty.
    _recipe("wcgan_gp", data=_CLASSES, **_GRADIENT_PENALTY, **_CONCATENATED),
    # DRAGAN, Kodali et al. 2017 (arXiv 1705.07215), on the DCGAN.
    _recipe("dragan", dragan="10", normalization="layer"),
    # Conditional DCGAN: Mirza and Osindero 2014 (arXiv 1411.1784).
    _recipe("cdcgan", data=_CLASSES, **_CONCATENATED),
    # Auxiliary classifier GAN, Odena et al. 2016 (arXiv 1610.09585), on the DCGAN.
    _recipe(
        "acgan", data=_CLASSES, classification=1.0, generator_conditioning="concat",
        discriminator_conditioning="classifier",
    ),
    # Spectral normalization GAN, Miyato et al. 2018 (arXiv 1802.05957): ResNets, hinge loss, five updates of D.
    _recipe(
        "sngan", architecture="resnet", loss="hinge", discriminator_steps=5, latents="normal", latent_dim=128,
        normalization="spectral", beta_1=0.0, beta_2="0.9",
    ),
    # Self-attention GAN, Zhang et al. 2018 (arXiv 1805.08318): classes, attention, two time scales.
    _recipe(
        "sagan", data=_CLASSES, architecture="resnet", loss="hinge", latents="normal", latent_dim=128,
        normalization="spectral", spectral_normalization=True, attention_at=16, generator_conditioning="batch_norm",
        discriminator_conditioning="projection", generator_learning_rate="1e-4", discriminator_learning_rate="4e-4",
        beta_1=0.0, beta_2="0.9",
    ),
    # R3GAN, Huang et al. 2024 (arXiv 2501.05441): its schedules for CIFAR-10, in the small networks that a CPU can train;
    # --preset=paper takes the paper's.
    _recipe(
        "r3gan", architecture="r3gan", preset="small", loss="relativistic_pairing", latents="normal", latent_dim=64,
        r1="cosine:0.05:0.005", r2="cosine:0.05:0.005", generator_learning_rate="cosine:2e-4:5e-5",
        discriminator_learning_rate="cosine:2e-4:5e-5", beta_1=0.0, beta_2="cosine:0.9:0.99",
    ),
)}


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
