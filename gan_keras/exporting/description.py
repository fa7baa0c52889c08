"""`export.json`: what programs need to know of a version, and how it was checked."""

import json
import pathlib
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import gan_keras
from gan_keras.data.conditions import Condition
from gan_keras.data.kinds import SampleKind
from gan_keras.exporting import saved_model
from gan_keras.exporting import tflite
from gan_keras.game import inputs
from gan_keras.runtime import files

NAME = "export.json"
NOT_LISTED = (NAME, "model_card.md")


def of(
    generator: keras.Model,
    name: str,
    distribution: str,
    condition: Condition | None,
    kind: SampleKind,
    metadata: dict[str, Any],
) -> dict[str, Any]:
    """Returns the description of a generator, without its files and checks.

    Args:
        generator: the generator as it was trained.
        name: the model's name.
        distribution: distribution of the latents.
        condition: the generator's condition, or None.
        kind: `SampleKind` of its samples.
        metadata: dict of what JSON can hold, where the weights come from.
    """
    return {
        "name": name,
        "latent_dim": inputs.latent_dim(generator),
        "latents": distribution,
        "sample_shape": list(generator.output_shape[1:]),
        "vocabulary": kind.vocabulary and kind.vocabulary.to_json(),
        "condition": condition and condition.to_json(),
        "class_names": condition.class_names if condition else [],
        "precision": saved_model.precision(generator),
        "parameters": int(sum(np.prod(variable.shape) for variable in generator.weights)),
        "max_batch": saved_model.MAX_BATCH,
        "tflite_batch_sizes": tflite.BATCH_SIZES,
        "versions": {"gan_keras": gan_keras.__version__, "tensorflow": tf.__version__, "keras": keras.__version__},
        "examples": [],
        "files": [],
        "checks": {},
        "distances": {},
        "not_measured": "",
        "metadata": metadata,
    }


def write(folder: pathlib.Path, description: dict[str, Any]) -> dict[str, Any]:
    """Writes `export.json` into a version's folder; returns the description with what the folder holds now.

    Args:
        folder: the version's folder.
        description: that of `of`, or one that was read back, with what is new.
    """
    description = description | {"files": _files(folder)}
    files.write_text(folder / NAME, json.dumps(description, indent=1) + "\n")
    return description


def _files(folder):
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in NOT_LISTED)
    inside = [(path, path.relative_to(folder)) for path in paths]
    return [
        {"path": relative.as_posix(), "bytes": path.stat().st_size, "sha256": files.sha256(path)}
        for path, relative in inside
        if not relative.parts[0].startswith(".")  # Something half written.
    ]
