"""All settings of a run: one tree of frozen dataclasses, from which flags, JSON and the frozen config of a run derive.

A setting is part of the run's *identity* (it defines the experiment: a run cannot continue with another value) or
*free* (length, places, devices, logging). The names of all leaves are unique, so that each is also a flag.

Constructing a section converts its values to the declared types, checks each on its own, and then checks the
combination against `gan_keras.config.rules`.
"""

import dataclasses
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from gan_keras.config import fields
from gan_keras.config import names
from gan_keras.config import rules
from gan_keras.config import schedules
from gan_keras.config.fields import free
from gan_keras.config.fields import penalty
from gan_keras.config.fields import setting
from gan_keras.config.schedules import Schedule


class _Section:
    """A group of settings that converts and checks its values."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):  # type: ignore[arg-type]  # Its subclasses are dataclasses.
            object.__setattr__(self, field.name, fields.check(field, getattr(self, field.name)))
        rules.check(as_values(self))


@dataclasses.dataclass(frozen=True)
class Data(_Section):
    """Which samples are learned."""

    dataset: str = free(
        "avatars",
        "data set: avatars, the name of a data set of TensorFlow Datasets (celeb_a, mnist, …), stacked_mnist, "
        "folder:PATH, zip:PATH, npz:PATH, or an existing path; of texts: sentences, or text:PATH",
    )
    data_dir: str | None = free(None, "folder of TensorFlow Datasets (default: its own)")
    cache_dir: str | None = free(None, "folder of prepared data (default: $GAN_KERAS_CACHE or ~/.cache/gan_keras)")
    resolution: int | None = setting(
        None, "height and width of the images: a power of two from 16 to 256 (default: the data set's)"
    )
    crop: int | None = setting(
        None, "side of the centered square that is cut out of every image (default: the data set's)", minimum=1
    )
    length: int | None = setting(
        None, "tokens of a text; longer texts are left out (default: 32 characters, or 12 words)", minimum=4
    )
    vocabulary: str | None = setting(
        None, "what the tokens of texts are (default: characters)", choices=names.VOCABULARIES
    )
    max_images: int | None = setting(None, "use only the first N images, or texts", minimum=2)
    holdout: float | None = setting(
        None,
        "share of the samples set aside for testing if the data set has no test split; 0: none (default: 0.05)",
        minimum=0,
        below=1,
    )
    labels: str | None = setting(
        None, "train a conditional model: auto (the data set's own label), or label columns such as Smiling,Male"
    )
    label_encoding: str | None = setting(
        None,
        "what several label columns become: joint (one class for each combination of values) or multi (a vector with "
        "one "
        "number for each yes-or-no column) (default: joint)",
        choices=names.LABEL_ENCODINGS,
    )
    flip: bool | None = setting(None, "mirror each image with probability 1/2 (default: only for celeb_a)")


@dataclasses.dataclass(frozen=True)
class Objective(_Section):
    """What the two networks minimize.

    The weight of a penalty is a number or a schedule such as `"cosine:2:0.2"`; 0 omits it.

    Attributes:
        loss: name of the adversarial loss.
        gradient_penalty: λ of WGAN-GP: pulls the norm of D's input gradient between real and generated samples to 1.
        dragan: λ of DRAGAN: pulls the norm of D's input gradient around real samples to 1.
        r1, r2: γ of the penalty on D's squared input gradient at real samples, at generated samples.
        penalty_interval: n: R1 and R2 are computed in every n-th update of D, with n times their weight (default: 1).
        penalty_noise: σ: R1 and R2 are estimated by D's change under normal noise with this deviation; 0: exact.
        lecam: λ of LeCam.
        classification: weight of the auxiliary classifier's cross entropy: on real samples in D's loss, on generated
            ones in G's. (The AC-GAN paper also trains the classifier on generated samples, labelled with the class that
            was requested. G and D were then observed to agree on classes of their own.)
        clip: c: D's weights are clipped to [-c, c] after each of its updates; 0 does not clip.
        clip_variables: which of D's weights are clipped: `"all"` (the default) or `"kernels"`, never those of the plane
            that shows D the label.
        l2: adds l2 · p to the gradient of every trainable variable p of both networks. (Keras' `L2(l2)` adds twice
            that.)

    Raises:
        UserError: a value that is out of range, a setting that would have no effect, or an invalid combination.
    """

    loss: str = setting("non_saturating", "adversarial loss", choices=names.LOSSES)
    gradient_penalty: Schedule = penalty("weight of the WGAN-GP gradient penalty: a number or a schedule")
    dragan: Schedule = penalty("weight of the DRAGAN gradient penalty: a number or a schedule")
    r1: Schedule = penalty("weight γ of the R1 penalty on D's gradient at real images: a number or a schedule")
    r2: Schedule = penalty("weight γ of the R2 penalty on D's gradient at generated images: a number or a schedule")
    penalty_interval: int | None = setting(
        None, "compute R1 and R2 only in every n-th update of D, with n times the weight (default: 1)", minimum=1
    )
    penalty_noise: float | None = setting(
        None,
        "standard deviation of noise on the images, from whose effect on D R1 and R2 are estimated, without second "
        "derivatives; 0: they are exact (default: 0)",
        minimum=0,
    )
    lecam: Schedule = penalty(
        "weight of the LeCam penalty, which counts from the first iteration (the authors' code starts it later): a "
        "number or "
        "a schedule"
    )
    classification: float | None = setting(
        None, "weight of the auxiliary classifier's cross entropy (default: 1 with a classifier)", minimum=0
    )
    clip: float = setting(0.0, "clip D's weights to [-c, c] after each of its updates; 0: do not clip", minimum=0)
    clip_variables: str | None = setting(
        None, "which of D's weights are clipped (default: all)", choices=names.CLIPPED_VARIABLES
    )
    l2: float = setting(0.0, "weight decay: adds l2 · p to the gradient of every weight p", minimum=0)

    @property
    def penalties(self) -> list[str]:
        """Names of the penalties with a weight, in the order in which they are added."""
        return [name for name in PENALTIES if getattr(self, name)]


@dataclasses.dataclass(frozen=True)
class Game(Objective):
    """The networks, what they minimize, and how they learn."""

    architecture: str = setting("dcgan", "architecture of both networks", choices=names.ARCHITECTURES)
    width: int | None = setting(
        None,
        "channels of the layer next to the image, or units of a dense layer (default: the architecture's)",
        minimum=1,
    )
    latent_dim: int = setting(100, "length of a latent vector", minimum=1)
    latents: str = setting("uniform", "distribution of the latent vectors", choices=names.LATENT_DISTRIBUTIONS)
    activation: str | None = setting(
        None,
        "activation: relu or leaky_relu in the generator of a DCGAN; maxout or leaky_relu in the discriminator of an "
        "MLP "
        "(default: the architecture's)",
        choices=("relu", "leaky_relu", "maxout"),
    )
    normalization: str | None = setting(
        None, "normalization in the discriminator (default: the architecture's)", choices=names.NORMALIZATIONS
    )
    spectral_normalization: bool | None = setting(None, "spectral normalization in the generator of a ResNet")
    attention: bool | None = setting(
        None, "self-attention in a ResNet, where the feature map has a quarter of the side"
    )
    san: bool | None = setting(
        None, "SAN: D's last layer is a direction, trained by a loss of its own, and a scale (default: no)"
    )
    preset: str | None = setting(
        None, "size of the networks of R3GAN, or of those of texts (default: small)", choices=names.PRESETS
    )
    relaxation: str | None = setting(
        None,
        "what a generator of texts gives to D: softmax (probabilities), or gumbel (symbols drawn from them, with the "
        "gradient of the probabilities) (default: softmax)",
        choices=names.RELAXATIONS,
    )
    generator_conditioning: str | None = setting(
        None, "how labels enter the generator (default: the architecture's)", choices=names.GENERATOR_CONDITIONINGS
    )
    discriminator_conditioning: str | None = setting(
        None,
        "how labels enter the discriminator (default: the architecture's)",
        choices=names.DISCRIMINATOR_CONDITIONINGS,
    )
    augment: str = setting("none", "augmentation of the discriminator's inputs", choices=("none", *names.AUGMENTATIONS))
    augment_probability: str | None = setting(
        None,
        "probability of the augmentation: a number, a schedule, or adaptive (default: 1 for diffaugment, adaptive for "
        "ada)",
    )
    discriminator_steps: int = setting(1, "updates of D for each update of G, each on its own real images", minimum=1)
    batch_size: int = setting(64, "images of one update, over all devices", minimum=2)
    accumulation: int = setting(1, "micro-batches into which each device splits an update, to save memory", minimum=1)
    optimizer: str = setting("adam", "optimizer of both networks", choices=names.OPTIMIZERS)
    generator_learning_rate: Schedule = setting(
        schedules.constant(2e-4),
        "learning rate of the generator: NUMBER, cosine:FROM:TO[:IMAGES] or linear:FROM:TO[:IMAGES]",
        minimum=0,
    )
    discriminator_learning_rate: Schedule = setting(
        schedules.constant(2e-4), "learning rate of the discriminator: a number or a schedule", minimum=0
    )
    beta_1: float | None = setting(None, "Adam's decay rate of the mean gradient (default: 0.5)", minimum=0, below=1)
    beta_2: Schedule | None = setting(
        None,
        "Adam's decay rate of the mean squared gradient: a number or a schedule (default: 0.999)",
        minimum=0,
        below=1,
    )
    rho: float | None = setting(
        None, "RMSProp's decay rate of the mean squared gradient (default: 0.99)", minimum=0, below=1
    )
    epsilon: float = setting(1e-8, "number that keeps the optimizer from dividing by zero", minimum=0)
    ema_half_life_images: Schedule = setting(
        schedules.constant(10_000),
        "half-life, in images, of the moving average of the generator's weights: a number or a schedule",
        minimum=0,
    )
    ema_ramp: float = setting(
        0.05, "the half-life of that average is at most this share of the images shown so far", minimum=0, maximum=1
    )
    sync_batch_norm: bool | None = setting(
        None, "compute batch statistics over all devices instead of on each (default: yes)"
    )
    precision: str = setting("float32", "floating-point format of the networks", choices=names.PRECISIONS)
    seed: int = setting(
        0, "seed of the initial weights, the order of the images and all random numbers", minimum=0, maximum=2**31 - 1
    )

    @property
    def iteration_images(self) -> int:
        """k·b: the real images that an iteration shows to D, over all devices."""
        return iteration_images(self.discriminator_steps, self.batch_size)


@dataclasses.dataclass(frozen=True)
class Training(_Section):
    """How long, on what, and what is written."""

    images: int = free(250_000, "length of the training: real images shown to D", minimum=1)
    schedule_images: int | None = setting(
        None, "length of the schedules that name none (default: --images when the run starts)", minimum=1
    )
    tick_images: int = free(
        5_000,
        "images of a tick, which ends with a line of statistics and, if it is time, a grid and a checkpoint",
        minimum=1,
    )
    grid_seconds: float = free(
        10.0,
        "least seconds between two sample grids, in which a collapse is seen; 0: one each tick; the end has one in any "
        "case",
        minimum=0,
    )
    checkpoint_seconds: float = free(
        60.0,
        "least seconds between two checkpoints: a kill costs no more work than these, a tick and the writing; 0: one "
        "each tick; the end, a signal and a measurement have one in any case",
        minimum=0,
    )
    strategy: str = free("auto", "devices to train on", choices=names.STRATEGIES)
    logical_cpus: int | None = free(
        None,
        "split the processor into this many devices, to try out several replicas without GPUs (default: 1)",
        minimum=1,
    )
    jit: bool = free(False, "compile the training step with XLA (one device only)")
    on_collapse: str = setting(
        "rollback",
        "what to do when the game has collapsed (NaN, or samples that all look alike): rollback (go back to the last "
        "healthy checkpoint, once, with other noise and half the learning rates), stop, or ignore (only NaN stops)",
        choices=names.ON_COLLAPSE,
    )
    keep_checkpoints: int = free(
        3,
        "how many of the last checkpoints are kept, beside the best one and those that a rollback may need",
        minimum=1,
    )
    export_dir: str = free(
        "exported_models", "folder into which the trained generator is exported; empty: do not export"
    )


@dataclasses.dataclass(frozen=True)
class Evaluation(_Section):
    """How the generator is measured while it trains."""

    metric: str | None = free(
        None,
        "distance to the test images that is measured while training, and by which the best checkpoint is chosen; "
        "none: nothing is measured (default: mind2k on the classifier's features where the data set has labels, else "
        "swd2k)",
        choices=(*names.TRAINING_METRICS, "none"),
    )
    evaluate_images: int | None = free(
        None, "images between two measurements, rounded up to ticks (default: 50000)", minimum=1
    )
    patience_images: int | None = free(
        None, "end the run when the metric has not improved for so many images (default: never)", minimum=1
    )
    features: str | None = free(
        None,
        "network whose features metrics compare: classifier (trained on the data set's labels), inception or "
        "inception:clean (that of FID), squeezenet:PATH, lite0:PATH, keras:NAME, or the path of a Keras model, "
        "SavedModel or .tflite file (default: classifier)",
    )
    features_size: int | None = free(
        None, "side in pixels that images are resized to for --features=PATH (default: the model's own)", minimum=1
    )
    features_range: str | None = free(
        None, "LOW,HIGH: values of black and white pixels for --features=PATH, such as -1,1 (default: 0,1)"
    )
    features_output: str | None = free(None, "name of the output of --features=PATH (default: the only one)")
    inception_weights: str | None = free(
        None, "file classify_image_graph_def.pb, or the .tgz that holds it (default: it is downloaded)"
    )


@dataclasses.dataclass(frozen=True)
class Config:
    """A named experiment."""

    recipe: str = "dcgan"
    data: Data = dataclasses.field(default_factory=Data)
    game: Game = dataclasses.field(default_factory=Game)
    training: Training = dataclasses.field(default_factory=Training)
    evaluation: Evaluation = dataclasses.field(default_factory=Evaluation)

    def __post_init__(self) -> None:
        rules.check(flat(self))


SECTIONS: dict[str, Any] = {"data": Data, "game": Game, "training": Training, "evaluation": Evaluation}
PENALTIES = tuple(field.name for field in dataclasses.fields(Objective) if field.metadata["penalty"])
"""Names of the penalties; each is a module of `gan_keras.objectives.penalties`."""


def iteration_images(discriminator_steps: int, batch_size: int) -> int:
    """Returns k·b, the real images of an iteration: b for each of D's k updates."""
    return discriminator_steps * batch_size


def leaves() -> Iterator[tuple[str, dataclasses.Field]]:
    """Yields (section name, dataclass field) of every setting, in order."""
    for name, section in SECTIONS.items():
        for field in dataclasses.fields(section):
            yield name, field


def flat(config: Config) -> dict[str, Any]:
    """Returns the values of all settings, by name."""
    return {field.name: getattr(getattr(config, section), field.name) for section, field in leaves()}


def as_values(section: Any) -> dict[str, Any]:
    """Returns the values of one section, by name."""
    return {field.name: getattr(section, field.name) for field in dataclasses.fields(section)}


def objective_of(game: Game) -> Objective:
    """Returns the `Objective` part of a `Game`."""
    return Objective(**{field.name: getattr(game, field.name) for field in dataclasses.fields(Objective)})


def to_dict(config: Config) -> dict[str, Any]:
    """Returns the config as a JSON-able dict of sections."""
    values: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for section, field in leaves():
        values[section][field.name] = fields.plain(getattr(getattr(config, section), field.name))
    return {"recipe": config.recipe, **values}


def identity(config: Config, store_manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a flat dict of everything that defines the experiment: equal dicts, equal experiments."""
    values = {
        field.name: fields.plain(getattr(getattr(config, section), field.name))
        for section, field in leaves()
        if field.metadata["identity"]
    }
    return values | {
        "source": store_manifest["source"]["kind"],
        "split": store_manifest["split"],
        "content_hash": store_manifest["content_hash"],
    }
