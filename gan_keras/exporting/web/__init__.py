"""A generator as a web page: a folder that any static server hosts, and that draws without a network."""

import json
import pathlib
import shutil
from typing import Any

from gan_keras import errors
from gan_keras.exporting import terms
from gan_keras.exporting import tflite
from gan_keras.exporting.exported import ExportedGenerator
from gan_keras.exporting.parity import Probe
from gan_keras.exporting.web import vendor
from gan_keras.runtime import files

PAGE = pathlib.Path(__file__).parent / "page"
MODEL = "model"  # Folder of what the page draws with.
WHOLE = ""  # The entry of the whole folder, below its name: `web/`.
TITLES = {"generator_int8.tflite": "8-bit, small", "generator_float32.tflite": "32-bit, large"}
"""Files that the page offers, the first one from the beginning, and what it calls them."""


def left_out() -> str | None:
    """Returns why no page can be made here, or None; LiteRT.js is downloaded now, unless it was before."""
    reason = tflite.left_out()
    if reason:
        return reason
    try:
        vendor.packages()
    except errors.UserError as error:
        return f"left out, {error}"
    return None


def write(exported: ExportedGenerator, folder: pathlib.Path, probe: Probe) -> dict[str, dict[str, Any]]:
    """Writes the page of a generator: its TFLite files, and LiteRT.js to run them; arguments as of `tflite.write`.

    The TFLite files are those of the version, or are converted and checked now. If there is none, nothing is written.

    Returns:
        dict from the name of a file to its entry, as of `tflite.write`.

    Raises:
        UserError: LiteRT.js was not downloaded before, and cannot be now.
    """
    packages = vendor.packages()
    model, source, checks = folder / MODEL, exported.folder / "tflite", {}
    if source.is_dir():
        _copy(source, model)
    else:
        written = tflite.write(exported, model, probe, tuple(TITLES))
        checks = {f"{MODEL}/{name}": check for name, check in written.items()}
    if not model.is_dir():
        return checks or {WHOLE: {"left_out": "left out, the version has no TFLite file that it could show"}}
    (model / "model.json").write_text(json.dumps(_description(exported, model), indent=1) + "\n", "utf-8")
    shutil.copytree(PAGE, folder, dirs_exist_ok=True)
    vendor.unpack(packages, folder / "vendor")
    return checks | {WHOLE: {"bytes": files.size(folder)}}


def _copy(source, target):
    """Copies what the page draws with, if there is any of it."""
    present = [name for name in TITLES if (source / name).is_file()]
    if present:
        target.mkdir(parents=True)
        for name in (*present, tflite.SEEDS):
            shutil.copyfile(source / name, target / name)


def _samples(exported):
    """Returns what the page has to know of the samples."""
    shape, vocabulary = exported.description["sample_shape"], exported.kind.vocabulary
    if vocabulary is None:
        return {"image_shape": shape}
    return {"vocabulary": vocabulary.to_json() | {"joins": vocabulary.joins, "length": shape[0]}}


def _description(exported, model):
    """Returns what the page reads: `model.json`."""
    described, condition = exported.description, exported.condition
    return {
        "name": described["name"],
        "latent_dim": described["latent_dim"],
        "latents": described["latents"],
        "latents_file": tflite.SEEDS,
        "sample_seeds": tflite.SEED_COUNT,
        **_samples(exported),
        "condition": condition
        and {
            "name": condition.name,
            "class_names": condition.class_names,
            "columns": [column for column, _ in condition.columns],
            "defaults": condition.to_json()["defaults"],
        },
        "files": [
            {"path": name, "title": title, "bytes": (model / name).stat().st_size}
            for name, title in TITLES.items()
            if (model / name).is_file()
        ],
        "terms": terms.of(described["metadata"]),
    }
