"""Networks that turn samples into features, chosen by name."""

import dataclasses
import pathlib
from typing import Any

from gan_keras import errors
from gan_keras.config import names
from gan_keras.metrics.features.base import Features
from gan_keras.metrics.features.base import Unavailable

__all__ = ["Choice", "Features", "Unavailable", "load"]

INCEPTION_VARIANTS = ("legacy", "clean")


@dataclasses.dataclass(frozen=True)
class Choice:
    """What the user says of features, beside their name.

    Attributes:
        size: side in pixels that images are resized to, for a model by its path; None: the model's own.
        value_range: `"LOW,HIGH"` of black and white, for a model by its path; None: 0 to 1.
        output: name of the output of a model by its path; None: its only one.
        inception_weights: path of the weights of Inception; None: they are downloaded.
    """

    size: int | None = None
    value_range: str | None = None
    output: str | None = None
    inception_weights: str | None = None


def load(name: str, store: Any = None, cache: pathlib.Path | None = None, choice: Choice | None = None) -> Features:
    """Returns the features of a name.

    Args:
        name: as `--features` takes it.
        store: `Store` of the training images, on which the classifier is trained.
        cache: folder of downloads; None: that of the prepared images.
        choice: `Choice`.

    Raises:
        Unavailable: the network cannot be had here.
        UserError: there are no such features, or their file is damaged.
    """
    choice = choice or Choice()
    kind, _, rest = name.partition(":")
    check(name)
    if kind == "classifier":
        from gan_keras.metrics.features import classifier

        return classifier.load(store)
    if kind == "inception":
        from gan_keras.metrics.features import inception

        return inception.load(rest or "legacy", choice.inception_weights, cache, download=True)
    if kind == "squeezenet":
        from gan_keras.metrics.features import squeezenet

        return squeezenet.load(rest)
    if kind == "lite0":
        from gan_keras.metrics.features import lite0

        return lite0.load(rest)
    if kind == "keras":
        from gan_keras.metrics.features import keras_application

        return keras_application.load(rest)
    from gan_keras.metrics.features import model_file

    return model_file.load(name, choice.size, choice.value_range, choice.output)


def check(name: str, store: Any = None) -> None:
    """Raises a UserError if a name of features cannot be right; loads nothing.

    Args:
        name: as `--features` takes it.
        store: `Store` of the training images, if known: whether a classifier can learn from them.
    """
    kind, _, rest = name.partition(":")
    if kind in ("squeezenet", "lite0", "keras") and not rest:
        raise errors.UserError(f"features={name}: expected {kind}:{'NAME' if kind == 'keras' else 'PATH'}")
    if kind == "classifier" and rest:
        raise errors.UserError(f"features={name}: expected classifier alone")
    if kind == "classifier" and store is not None:
        from gan_keras.metrics.features import classifier

        classifier.expect_labels(store)
    if kind == "inception" and rest:
        errors.expect_one_of(rest, INCEPTION_VARIANTS, "variant of Inception")
    if kind in ("squeezenet", "lite0") and not pathlib.Path(rest).is_file():
        raise errors.UserError(f"features={name}: there is no file '{rest}'; check the path")
    if kind not in names.FEATURES and not pathlib.Path(name).exists():
        known = [f"{each}{':…' if each in ('squeezenet', 'lite0', 'keras') else ''}" for each in names.FEATURES]
        raise errors.UserError(
            f"unknown features '{name}'{errors.nearest(kind, names.FEATURES)}: expected {', '.join(known)}, or the "
            "path of a model"
        )
