"""The whole configuration of a run: one tree of frozen dataclasses, from which flags, JSON and the frozen run config come.

A field is *identity* (it makes the experiment: a run refuses to go on with another value) or *free* (length, places,
devices, logging). Leaf names are unique, so that each is also a flag.
"""

import dataclasses
import types
import typing

from gan_keras import errors

# Written out, for the networks and losses of these names load Keras, and a mistyped flag shall be told at once.
ARCHITECTURES = ("mlp", "dcgan", "dcgan_paper", "resnet", "r3gan")
LOSSES = (
    "minimax", "non_saturating", "least_squares", "hinge", "wasserstein", "relativistic_average", "relativistic_pairing",
)


# Which of them have a setting of the networks.
NETWORK_SETTINGS = {
    "width": ARCHITECTURES,
    "activation": ("mlp", "dcgan", "dcgan_paper"),
    "normalization": ("dcgan", "resnet"),
    "spectral_normalization": ("resnet",),
    "attention_at": ("resnet",),
    "preset": ("r3gan",),
    "generator_conditioning": ("dcgan", "resnet"),
    "discriminator_conditioning": ("mlp", "dcgan", "resnet"),
}


def _field(default, help, choices=None, identity=True, minimum=None, maximum=None):
    metadata = {"help": help, "choices": choices, "identity": identity, "minimum": minimum,
                "maximum": maximum}
    return dataclasses.field(default=default, metadata=metadata)


def _free(default, help, **kwargs):
    return _field(default, help, identity=False, **kwargs)


@dataclasses.dataclass(frozen=True)
class Data:
    """Which images are learned."""

    dataset: str = _free(
        "avatars", "avatars, a data set of TFDS (celeb_a, mnist, …), folder:PATH, zip:PATH, npz:PATH, or an existing path"
    )
    data_dir: str | None = _free(None, "where TFDS keeps its data sets (default: TFDS's own)")
    cache_dir: str | None = _free(None, "where prepared images are kept (default: $GAN_KERAS_CACHE or ~/.cache/gan_keras)")
    resolution: int | None = _field(None, "side of the images: a power of two in 16 … 256 (default: the data set's)")
    crop: int | None = _field(None, "side of the centred square that is cut out first (default: the data set's)", minimum=1)
    max_images: int | None = _field(None, "take only the first so many images", minimum=1)
    holdout: float = _field(0.05, "share that is set aside for tests where a source has no test split; 0: none")
    labels: str | None = _field(
        None, "condition on classes: auto (the set's own), or columns such as Smiling,Male, whose values are joined"
    )
    flip: bool | None = _field(None, "mirror images, each with probability 1/2 (default: yes for faces)")


@dataclasses.dataclass(frozen=True)
class Game:
    """Who plays, and by which rules."""

    architecture: str = _field("dcgan", "networks of G and D", choices=ARCHITECTURES)
    width: int | None = _field(None, "channels next to the image, or units of a layer (default: the network's)", minimum=1)
    latent_dim: int = _field(100, "length of a latent vector", minimum=1)
    latents: str = _field("uniform", "law of the latents", choices=("uniform", "normal"))
    activation: str | None = _field(
        None, "of a DCGAN's G: relu or leaky_relu; of an MLP's D: maxout or leaky_relu",
        choices=("relu", "leaky_relu", "maxout"),
    )
    normalization: str | None = _field(
        None, "of D (default: the architecture's)", choices=("batch", "layer", "none", "spectral")
    )
    spectral_normalization: bool | None = _field(None, "of G too (resnet)")
    attention_at: int | None = _field(None, "side of the feature map that passes self-attention (resnet)", minimum=4)
    preset: str | None = _field(None, "sizes of the R3GAN networks (default: small)", choices=("small", "paper"))
    generator_conditioning: str | None = _field(None, "how labels enter G", choices=("concat", "batch_norm"))
    discriminator_conditioning: str | None = _field(
        None, "how labels enter D", choices=("concat", "projection", "classifier")
    )
    loss: str = _field("non_saturating", "adversarial loss", choices=LOSSES)
    gradient_penalty: str = _field("0", "weight of WGAN-GP's penalty: NUMBER, or a schedule as for a learning rate")
    dragan: str = _field("0", "weight of DRAGAN's penalty, likewise")
    r1: str = _field("0", "γ of the penalty on D's gradient at real images, likewise")
    r2: str = _field("0", "γ of the penalty on D's gradient at generated images, likewise")
    penalty_interval: int = _field(1, "plays R1 and R2 at every n-th update of D, n times as strong", minimum=1)
    lecam: str = _field("0", "weight of LeCam's penalty, likewise")
    classification: float = _field(0.0, "weight of the auxiliary classifier's cross entropy", minimum=0)
    clip: float = _field(0.0, "clips D's weights to [-c, c]; 0: not", minimum=0)
    clip_variables: str = _field(
        "all", "which weights are clipped, never those of the label's plane", choices=("all", "kernels")
    )
    l2: float = _field(0.0, "adds l2 · p to the gradient of every weight p", minimum=0)
    augment: str = _field("none", "augmentation of what D sees", choices=("none", "diffaugment", "ada"))
    augment_probability: str | None = _field(
        None, "its probability: NUMBER, a schedule, or adaptive (default: 1 for diffaugment, adaptive for ada)"
    )
    discriminator_steps: int = _field(1, "updates of D in an iteration, each on real images of its own", minimum=1)
    batch_size: int = _field(64, "global batch: images of one update, over all devices", minimum=2)
    accumulation: int = _field(1, "micro-batches of an update on each device, one after the other", minimum=1)
    optimizer: str = _field("adam", "optimizer of both players", choices=("adam", "rmsprop"))
    generator_learning_rate: str = _field("2e-4", "learning rate of G: NUMBER, cosine:FROM:TO or linear:FROM:TO[:IMAGES]")
    discriminator_learning_rate: str = _field("2e-4", "learning rate of D, likewise")
    beta_1: float = _field(0.5, "Adam's decay of the mean gradient", minimum=0)
    beta_2: str = _field("0.999", "Adam's decay of the mean squared gradient: NUMBER or a schedule")
    rho: float = _field(0.99, "RMSProp's decay of the mean squared gradient", minimum=0)
    epsilon: float = _field(1e-8, "epsilon of the optimizer", minimum=0)
    ema_half_life_images: str = _field("10_000", "half-life of the moving average of G, in images: NUMBER or a schedule")
    sync_batch_norm: bool = _field(True, "batch statistics over all replicas rather than of each")
    precision: str = _field(
        "float32", "arithmetic of the networks", choices=("float32", "mixed_bfloat16", "mixed_float16")
    )
    seed: int = _field(0, "seed of initial weights, of the order of the images and of all draws", minimum=0,
                       maximum=2**31 - 1)


@dataclasses.dataclass(frozen=True)
class Training:
    """How long, on what, and what is written."""

    images: int = _free(250_000, "length: real images shown to D", minimum=1)
    schedule_images: int | None = _field(None, "span of the schedules (default: --images of the run's start)", minimum=1)
    tick_images: int = _free(5_000, "images between two lines of statistics, grids and checkpoints", minimum=1)
    strategy: str = _free("auto", "devices", choices=("auto", "one_device", "mirrored", "multi_worker"))
    logical_cpus: int = _free(1, "split the processor into so many devices, to try out replicas", minimum=1)
    jit: bool = _free(False, "compile the step with XLA (one device only)")
    export_dir: str = _free("exported_models", "where the trained generator is exported to; empty: nowhere")


@dataclasses.dataclass(frozen=True)
class Config:
    """A named experiment."""

    recipe: str = _free("dcgan", "name of the experiment")
    data: Data = Data()
    game: Game = Game()
    training: Training = Training()


SECTIONS = ("data", "game", "training")


def leaves(config_or_type=Config):
    """Yields (section name, dataclass field) of every leaf, in order; `recipe` excluded."""
    for section in SECTIONS:
        for field in dataclasses.fields(getattr(config_or_type, section)):
            yield section, field


def override(config, **values):
    """Returns the config with some leaves replaced, by their flat names, each checked.

    Another architecture takes its own sizes, and of the other settings of the networks those that it has.

    Raises:
        UserError: unknown name, a value of the wrong type, below its minimum, or not among the choices.
    """
    if values.get("architecture", config.game.architecture) != config.game.architecture:
        values = _settings_of_another(values["architecture"]) | values
    sections = {}
    known = {field.name: (section, field) for section, field in leaves()}
    for name, value in values.items():
        if name not in known:
            raise errors.UserError(f"unknown setting '{name}'{errors.nearest(name, known)}")
        section, field = known[name]
        sections.setdefault(section, {})[name] = check(field, value)
    replaced = {section: dataclasses.replace(getattr(config, section), **new) for section, new in sections.items()}
    return dataclasses.replace(config, **replaced)


def _settings_of_another(architecture):
    kept = ("normalization", "generator_conditioning", "discriminator_conditioning")
    return {name: None for name, known in NETWORK_SETTINGS.items() if name not in kept or architecture not in known}


def check(field, value):
    """Returns the value of a leaf, converted to its type, or raises a UserError that says what was expected."""
    kind, optional = leaf_type(field)
    if value is None and optional:
        return None
    if isinstance(value, int) and kind in (float, str) and not isinstance(value, bool):
        value = kind(value)
    if isinstance(value, float) and kind is str:
        value = str(value)
    metadata = field.metadata
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise errors.UserError(f"{field.name}={value!r}: expected {kind.__name__} ({metadata['help']})")
    if metadata["choices"] and value not in metadata["choices"]:
        raise errors.UserError(
            f"{field.name}='{value}'{errors.nearest(value, metadata['choices'])}: "
            f"expected one of {', '.join(metadata['choices'])}"
        )
    if metadata["minimum"] is not None and not value >= metadata["minimum"]:
        raise errors.UserError(f"{field.name}={value}: expected at least {metadata['minimum']} ({metadata['help']})")
    if metadata["maximum"] is not None and not value <= metadata["maximum"]:
        raise errors.UserError(f"{field.name}={value}: expected at most {metadata['maximum']} ({metadata['help']})")
    return value


def leaf_type(field):
    """Returns the Python type of a leaf and whether it may be None."""
    if isinstance(field.type, types.UnionType):
        return next(kind for kind in typing.get_args(field.type) if kind is not type(None)), True
    return field.type, False


def to_dict(config):
    """Returns the config as a JSON-able dict of sections."""
    return dataclasses.asdict(config)


def from_dict(values):
    """Returns the config that `to_dict` wrote.

    Raises:
        UserError: an unknown section or field, or a wrong value.
    """
    flat = {}
    for section, fields in values.items():
        if section == "recipe":
            continue
        if section not in SECTIONS or not isinstance(fields, dict):
            raise errors.UserError(f"unknown section '{section}' in the config{errors.nearest(section, SECTIONS)}")
        known = [field.name for field in dataclasses.fields(getattr(Config, section))]
        for name in fields:
            if name not in known:
                raise errors.UserError(f"unknown setting '{section}.{name}' in the config{errors.nearest(name, known)}")
        flat |= fields
    return override(Config(recipe=values.get("recipe", "dcgan")), **flat)


def identity(config, store_manifest):
    """Returns the flat dict of all that makes the experiment; two runs with equal ones are the same experiment."""
    values = {field.name: getattr(getattr(config, section), field.name)
              for section, field in leaves() if field.metadata["identity"]}
    return values | {
        "source": store_manifest["source"]["kind"], "split": store_manifest["split"],
        "content_hash": store_manifest["content_hash"],
    }


def with_game_of(config, other):
    """Returns the config under the name and the rules of another."""
    return dataclasses.replace(config, recipe=other.recipe, game=other.game)


def define_flags():
    """Defines one absl flag for every leaf, all without a default: what is not given is left to the recipe."""
    from absl import flags

    makers = {int: flags.DEFINE_integer, float: flags.DEFINE_float, bool: flags.DEFINE_bool, str: flags.DEFINE_string}
    for section, field in leaves():
        help = f"[{section}] {field.metadata['help']}"
        if field.metadata["choices"]:
            help += f"; one of {', '.join(field.metadata['choices'])}"
        if field.default is not None:
            help += f" (dcgan: {field.default})"
        makers[leaf_type(field)[0]](field.name, None, help)


def given_flags():
    """Returns the values of the flags that were given on the command line, by name."""
    from absl import flags

    return {field.name: flags.FLAGS[field.name].value for _, field in leaves() if flags.FLAGS[field.name].present}
