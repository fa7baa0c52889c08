"""One table of all rules about combinations of settings: which would have no effect, and which are invalid.

The same table serves flags, the Python API (`Objective`, `Augmentation`, `GAN`) and `--dry_run`; `rules` applies it. A
rule is checked as soon as everything that it asks for is known: `settings` below has the settings by name and, once
they are known, the facts of `FACTS`.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

from gan_keras.config import names
from gan_keras.config import schedules

FACTS = {
    "discriminator_batch_norm": "name of a batch normalization layer of D, or an empty string",
    "discriminator_outputs": "names of D's outputs",
    "replicas": "number of devices that train in step",
    "training_images": "number of training images",
    "own_test_split": "whether the data set has a test split of its own",
}


@dataclasses.dataclass(frozen=True)
class Rule:
    """A combination of settings that is refused.

    Attributes:
        setting: the setting that the message names.
        refused: function of the settings, whether the combination is refused.
        reason: the rest of the message, as a format string: what was expected, and what to do.
        default: for a setting that depends on another one, its value (or a function of the settings) when the user
            gives none; the setting is None where it would have no effect.
        is_dependent: whether the setting depends on another one.
    """

    setting: str
    refused: Callable[[Any], bool]
    reason: str
    default: Any = None
    is_dependent: bool = False


def _only_if(setting: str, has_effect: Callable[[Any], bool], reason: str, default: Any = None) -> Rule:
    """A setting that has an effect only beside others: dropped if it is a recipe's, refused if the user gave it."""
    return Rule(
        setting,
        lambda settings: getattr(settings, setting) is not None and not has_effect(settings),
        f"would have no effect: {reason}",
        default,
        is_dependent=True,
    )


# === What the rules ask ===

# Of D, for architectures that have one.
_DEFAULT_NORMALIZATION = {"dcgan": "batch", "dcgan_paper": "batch", "resnet": "spectral"}
_ACTIVATIONS = {
    "mlp": ("maxout", "leaky_relu"),
    "dcgan": ("relu", "leaky_relu"),
    "dcgan_paper": ("relu", "leaky_relu"),
}


def _architecture(*architectures: str) -> Callable[[Any], bool]:
    return lambda settings: settings.architecture in architectures


def _labelled(*architectures: str) -> Callable[[Any], bool]:
    return lambda settings: settings.architecture in architectures and bool(settings.labels)


def discriminator_batch_norm(settings: Any) -> bool:
    """Whether D will have batch normalization."""
    return (settings.normalization or _DEFAULT_NORMALIZATION.get(settings.architecture)) == "batch"


def _is_adaptive(settings: Any) -> bool:
    return settings.augment != "none" and settings.augment_probability == "adaptive"


def has_open_schedule(settings: Any) -> bool:
    values = [*settings.asdict().values()]
    if settings.augment_probability not in (None, "adaptive"):
        values.append(schedules.parse(settings.augment_probability))
    return any(isinstance(value, schedules.Schedule) and value.needs_length for value in values)


def _is_no_probability(settings: Any) -> bool:
    if settings.augment_probability in (None, "adaptive"):
        return False
    schedule = schedules.parse(settings.augment_probability)
    return not (0 <= schedule.start <= 1 and 0 <= schedule.end <= 1)


def _kind(settings: Any) -> str:
    """Returns the source that a data set names, or would: of a path alone, what its ending says."""
    kind: str = settings.dataset.partition(":")[0]
    return "text" if settings.dataset.endswith(".txt") and kind not in names.PATH_SOURCES else kind


def _is_tfds(settings: Any) -> bool:
    return _kind(settings) not in (*names.PATH_SOURCES, "avatars", "sentences")


def _is_text(settings: Any) -> bool:
    return _kind(settings) in names.TEXT_SOURCES


def _is_of_images(settings: Any) -> bool:
    return not _is_text(settings)


def _default_conditioning(settings: Any) -> str | None:
    return "concat" if settings.label_encoding == "multi" else None  # None is the architecture's own.


def _default_features(metric: str | None) -> str | None:
    if metric in names.INCEPTION_METRICS:
        return "inception"
    return "classifier" if metric in names.FEATURE_METRICS else None


def _is_inception(features: str | None) -> bool:
    return bool(features) and str(features).partition(":")[0] == "inception"


def _is_path_of_features(features: str | None) -> bool:
    return bool(features) and str(features).partition(":")[0] not in names.FEATURES


def default_augment_probability(augment: str) -> str:
    """Returns the text of the probability of an augmentation when none is given."""
    return "adaptive" if augment == "ada" else "1"


# === The table ===

RULES = (
    # Settings that have an effect only beside others.
    _only_if("data_dir", _is_tfds, "only data sets of TensorFlow Datasets are kept there; leave out --data_dir"),
    _only_if("resolution", _is_of_images, "a text has no pixels; leave out --resolution"),
    _only_if("crop", _is_of_images, "a text has no pixels; leave out --crop"),
    _only_if("flip", _is_of_images, "a text cannot be mirrored; leave out --flip"),
    _only_if("length", _is_text, "only texts have it: --dataset=sentences or text:PATH"),
    _only_if("vocabulary", _is_text, "only texts have it: --dataset=sentences or text:PATH"),
    _only_if(
        "crop", lambda s: s.dataset != "avatars", "avatars are drawn at their resolution, not cropped; leave out --crop"
    ),
    _only_if(
        "holdout", lambda s: not s.own_test_split, "this data set has a test split of its own; leave out --holdout"
    ),
    _only_if("label_encoding", lambda s: s.labels, "it needs --labels", default="joint"),
    _only_if(
        "activation", _architecture(*_ACTIVATIONS), "the architecture {architecture} has no choice of activations"
    ),
    _only_if(
        "normalization",
        _architecture("dcgan", "resnet"),
        "the architecture {architecture} has no choice of normalization",
    ),
    _only_if("spectral_normalization", _architecture("resnet"), "only --architecture=resnet has it as a choice"),
    _only_if("attention", _architecture("resnet"), "only --architecture=resnet has self-attention"),
    _only_if("san", _architecture("dcgan", "resnet"), "only --architecture=dcgan or resnet has it as a choice"),
    _only_if("preset", _architecture("r3gan", "characters"), "only --architecture=r3gan and characters have presets"),
    _only_if("relaxation", _architecture("characters"), "only a generator of texts has it", default="softmax"),
    _only_if(
        "generator_conditioning",
        _labelled("dcgan", "resnet"),
        "it needs --labels and --architecture=dcgan or resnet",
        default=_default_conditioning,
    ),
    _only_if(
        "discriminator_conditioning",
        _labelled("mlp", "dcgan", "resnet", "characters"),
        "it needs --labels and --architecture=mlp, dcgan, resnet or characters",
    ),
    _only_if(
        "classification",
        lambda s: s.discriminator_conditioning == "classifier" or not s.classification,
        "it needs a D that names classes: --labels and --discriminator_conditioning=classifier",
        default=lambda s: 1.0 if s.discriminator_conditioning == "classifier" else None,
    ),
    _only_if(
        "sync_batch_norm",
        _architecture("dcgan", "dcgan_paper", "resnet", "characters"),
        "the architecture {architecture} has no batch normalization",
        default=True,
    ),
    _only_if("penalty_interval", lambda s: s.r1 or s.r2, "it needs --r1 or --r2", default=1),
    _only_if("penalty_noise", lambda s: s.r1 or s.r2, "it needs --r1 or --r2", default=0.0),
    _only_if("clip_variables", lambda s: s.clip, "it needs --clip", default="all"),
    _only_if(
        "augment_probability",
        lambda s: s.augment != "none",
        "it needs an augmentation: --augment=diffaugment or ada",
        default=lambda s: default_augment_probability(s.augment),
    ),
    _only_if("beta_1", lambda s: s.optimizer == "adam", "only --optimizer=adam has it", default=0.5),
    _only_if(
        "beta_2", lambda s: s.optimizer == "adam", "only --optimizer=adam has it", default=schedules.constant(0.999)
    ),
    _only_if("rho", lambda s: s.optimizer == "rmsprop", "only --optimizer=rmsprop has it", default=0.99),
    _only_if("schedule_images", has_open_schedule, "no setting is a schedule that takes its length from the run"),
    _only_if(
        "logical_cpus",
        lambda s: s.strategy in ("auto", "mirrored"),
        "it needs --strategy=mirrored, or auto",
        default=1,
    ),
    _only_if("evaluate_images", lambda s: s.metric != "none", "--metric=none measures nothing", default=50_000),
    _only_if("patience_images", lambda s: s.metric != "none", "--metric=none measures nothing"),
    _only_if("features", _is_of_images, "texts are compared by themselves; leave out --features"),
    _only_if(
        "features",
        lambda s: s.metric is None or s.metric in (*names.FEATURE_METRICS, *names.INCEPTION_METRICS),
        "--metric={metric} compares no features",
        default=lambda s: _default_features(s.metric) if _is_of_images(s) else None,
    ),
    _only_if("features_size", lambda s: _is_path_of_features(s.features), "it needs --features=PATH"),
    _only_if("features_range", lambda s: _is_path_of_features(s.features), "it needs --features=PATH"),
    _only_if("features_output", lambda s: _is_path_of_features(s.features), "it needs --features=PATH"),
    _only_if(
        "inception_weights",
        lambda s: _is_inception(s.features),
        "it needs the features of Inception: --features=inception",
    ),
    # Combinations that are invalid.
    Rule(
        "architecture",
        lambda s: (s.architecture in names.TEXT_ARCHITECTURES) != _is_text(s),
        "--dataset={dataset} has other samples than this architecture makes: for texts take --recipe=sentences or "
        "csentences, for images another --recipe",
    ),
    Rule(
        "augment",
        lambda s: s.augment != "none" and _is_text(s),
        "only images are augmented: leave out --augment",
    ),
    Rule(
        "metric",
        lambda s: s.metric not in (None, "none") and (s.metric in names.TEXT_METRICS) != _is_text(s),
        "--dataset={dataset} has other samples than this metric compares: texts are judged by js4, images by another",
    ),
    Rule(
        "relaxation",
        lambda s: s.relaxation == "gumbel" and s.latents != "uniform",
        "its noise is made of latents that are uniform: --latents=uniform",
    ),
    Rule(
        "activation",
        lambda s: s.activation is not None and s.activation not in _ACTIVATIONS.get(s.architecture, ()),
        "the architecture {architecture} does not have it",
    ),
    Rule(
        "labels",
        lambda s: s.labels and s.architecture == "dcgan_paper",
        "the architecture {architecture} takes no labels: leave out --labels, or choose another --architecture",
    ),
    Rule(
        "generator_conditioning",
        lambda s: s.label_encoding == "multi" and s.generator_conditioning == "batch_norm",
        "--label_encoding=multi has no classes: choose --generator_conditioning=concat",
    ),
    Rule(
        "discriminator_conditioning",
        lambda s: s.label_encoding == "multi" and s.discriminator_conditioning == "classifier",
        "--label_encoding=multi has no classes: choose --discriminator_conditioning=concat or projection",
    ),
    Rule(
        "discriminator_conditioning",
        lambda s: s.discriminator_conditioning == "classifier" and not s.classification,
        "an auxiliary classifier learns nothing without a weight: set --classification, such as 1",
    ),
    Rule(
        "san",
        lambda s: s.san and s.discriminator_conditioning == "projection",
        "projection adds to the logit what is no part of the direction: choose another --discriminator_conditioning",
    ),
    Rule(
        "classification",
        lambda s: s.classification and "class_logits" not in s.discriminator_outputs,
        "it needs a D that returns a dict with logits and class_logits",
    ),
    Rule(
        "discriminator_outputs",
        lambda s: "logits" not in s.discriminator_outputs,
        "expected logits (N, 1) alone, or a dict with logits and class_logits",
    ),
    Rule(
        "discriminator_outputs",
        lambda s: bool(
            set(s.discriminator_outputs)
            - {"logits", "direction_logits", *(["class_logits"] if s.classification else [])}
        ),
        "no term of the loss uses all of D's outputs: remove the others, or give class_logits a weight with "
        "classification",
    ),
    Rule(
        "gradient_penalty",
        lambda s: s.gradient_penalty and s.discriminator_batch_norm,
        "it bounds D's slope at one image, and batch normalization in D ({discriminator_batch_norm}) mixes the images "
        "of a "
        "batch: choose --normalization=layer, or none",
    ),
    Rule(
        "dragan",
        lambda s: s.dragan and s.discriminator_batch_norm,
        "it bounds D's slope at one image, and batch normalization in D ({discriminator_batch_norm}) mixes the images "
        "of a "
        "batch: choose --normalization=layer, or none",
    ),
    Rule(
        "penalty_interval",
        lambda s: (s.penalty_interval or 1) > 1 and s.discriminator_batch_norm,
        "replicas share the statistics of batch normalization in D ({discriminator_batch_norm}) in every update or in "
        "none: "
        "choose another --normalization, or --penalty_interval=1",
    ),
    Rule(
        "features",
        lambda s: s.metric in names.INCEPTION_METRICS and s.features is not None and not _is_inception(s.features),
        "{metric} is defined on the features of Inception: choose --features=inception, or another --metric, such as "
        "frechet2k",
    ),
    Rule("augment_probability", _is_no_probability, "expected adaptive, or numbers in [0, 1]"),
    Rule(
        "augment_probability",
        lambda s: _is_adaptive(s) and s.loss not in names.LOSSES_WITH_THRESHOLD,
        "adaptive augmentation reads the sign of D's logits, which means nothing under the loss {loss}: give a fixed "
        "or a "
        "scheduled probability, or another loss",
    ),
    Rule(
        "batch_size",
        lambda s: s.batch_size > s.training_images,
        "it is larger than the data: {dataset} has {training_images} samples for training",
    ),
    Rule(
        "batch_size",
        lambda s: s.batch_size % (s.replicas * s.accumulation),
        "it cannot be shared by {replicas} devices with {accumulation} micro-batches each: choose a multiple of both",
    ),
    Rule(
        "jit",
        lambda s: s.jit and s.replicas > 1,
        "XLA compiles for one device, and this run has {replicas}: drop --jit",
    ),
)
