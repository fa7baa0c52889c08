"""Exports of a generator: every file is compared with Keras before anyone can load it."""

import pathlib
import sys
import types

from gan_keras import errors
from gan_keras import run as runs
from gan_keras.export import model_card
from gan_keras.export import parity
from gan_keras.export import saved_model
from gan_keras.export import tflite
from gan_keras.export import version as versions
from gan_keras.export.exported import ExportedGenerator

__all__ = ["ExportedGenerator", "export", "export_generator"]


def export(run, export_dir="exported_models", checkpoint="last", name=None):
    """Exports the moving average of a run's generator; see `export_generator`.

    Args:
        run: a `gan_keras.run.Run`.
        export_dir: parent of all exported models.
        checkpoint: `"last"`, or the name or path of a checkpoint.
        name: the model's name; by default `<recipe>-<dataset>`.

    Returns:
        pathlib.Path of the version's folder.
    """
    config = run.config
    return export_generator(
        run.load_generator(checkpoint),
        name=name or f"{config.recipe}-{runs.short_name(config.data.dataset)}",
        export_dir=export_dir,
        latents=config.game.latents,
        class_names=run.class_names,
        metadata={"dataset": config.data.dataset, "seed": config.game.seed} | run.describe(checkpoint),
    )


def export_generator(
    generator, *, name, export_dir="exported_models", latents="uniform", class_names=None, metadata=None, version=None
):
    """Writes a generator as a new version of an exported model: a SavedModel, TFLite files, a model card.

    All of it is written aside, compared with Keras on the latents of 64 sample seeds, and renamed at once. A TFLite
    file that is off is left out, and a line says so.

    Args:
        generator: functional Keras model of any precision, inputs `latents` (N, z) [, `labels` int32 (N,)] → float
            images (N, H, W, C) in [-1, 1].
        name: str, the model's name: a folder below `export_dir`.
        export_dir: parent of all exported models.
        latents: law of the latents, `"uniform"` on [-1, 1] or `"normal"`.
        class_names: list of str, the names of the classes; needed if the generator takes labels, ignored otherwise.
        metadata: dict of what JSON can hold, where the weights come from: told in the model card and `export.json`.
        version: int, the version's number; by default one more than the highest.

    Returns:
        pathlib.Path of the version's folder, `<export_dir>/<name>/<version>`.

    Raises:
        UserError: the folder cannot be written, the version exists, the class names are missing, or the generator draws
            NaN or infinity.
    """
    if len(generator.inputs) == 1:
        class_names = []
    elif not class_names:
        raise errors.UserError(f"generator '{generator.name}' takes labels: pass class_names, the names of its classes")
    in_float32 = saved_model.in_float32(generator)
    probe = parity.Probe.of(in_float32, latents, len(class_names))

    with versions.new(pathlib.Path(export_dir) / name, version) as draft:
        saved_model.write(in_float32, draft.folder, latents, len(class_names))
        checks = {"saved_model.pb": saved_model.check(draft.folder, probe).as_dict()}
        checks |= tflite.write(in_float32, draft.folder / "tflite", probe)
        precision = saved_model.precision(generator)
        if precision != "float32":
            checks[f"Keras in {precision}, as trained"] = probe.parity_of(generator).as_dict()
        model_card.write(draft.folder, generator, name, latents, list(class_names), checks, metadata or {})
    _print_summary(draft.folder, checks)
    return draft.folder


def _print_summary(folder, checks):
    print(f"exported {folder}")
    for path, check in checks.items():
        print(f"  {path}: {model_card.in_words(check)}")


class _CallableModule(types.ModuleType):
    def __call__(self, *args, **kwargs):
        return export(*args, **kwargs)


# Python binds `gan_keras.export` to this module as soon as anything imports it; calling it shall still export.
sys.modules[__name__].__class__ = _CallableModule
