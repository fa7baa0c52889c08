"""From a generator, or a run that trained one, to a new version of an exported model."""

import pathlib
from collections.abc import Callable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

import keras
import numpy as np

from gan_keras import errors
from gan_keras.data.conditions import Condition
from gan_keras.data.kinds import IMAGES
from gan_keras.data.kinds import SampleKind
from gan_keras.exporting import description
from gan_keras.exporting import latency
from gan_keras.exporting import model_card
from gan_keras.exporting import models_config
from gan_keras.exporting import onnx
from gan_keras.exporting import parity
from gan_keras.exporting import saved_model
from gan_keras.exporting import tflite
from gan_keras.exporting import version as versions
from gan_keras.exporting import warmup
from gan_keras.exporting import web
from gan_keras.exporting.exported import ExportedGenerator
from gan_keras.game import inputs
from gan_keras.runtime import files

if TYPE_CHECKING:
    from gan_keras.runs.run import Run

SAVED_MODEL = "saved_model"


class Format(Protocol):
    """What a module has to offer that makes a format of a SavedModel."""

    def left_out(self) -> str | None:
        """Returns why the format cannot be made on this machine, or None."""

    def write(
        self, exported: ExportedGenerator, folder: pathlib.Path, probe: parity.Probe
    ) -> dict[str, dict[str, Any]]:
        """Writes those files that draw what the probe holds; see `tflite.write`."""


class DrawingFormat(Format, Protocol):
    """A format whose files Python can draw with."""

    def drawers(self, folder: pathlib.Path, threads: int = 1) -> dict[str, latency.Draw]:
        """Returns functions that draw with the files of a folder, by their names."""


DRAWING_FORMATS: dict[str, DrawingFormat] = {"tflite": tflite, "onnx": onnx}
FORMATS: dict[str, Format] = {**DRAWING_FORMATS, "web": web}
"""What can be made of a SavedModel, by the name of the format and of its folder in a version, in order."""

DEFAULT_FORMATS = (SAVED_MODEL, "tflite")

Measure = Callable[[dict[str, latency.Draw], ExportedGenerator], dict[str, Any]]
"""`measure(functions that draw, by name, exported)` → `distances`, by that name and that of the metric; or instead
`not_measured`, why there are none."""


def export(
    run: "Run",
    export_dir: pathlib.Path | str = "exported_models",
    checkpoint: str | None = None,
    name: str | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    measure: Measure | None = None,
) -> pathlib.Path:
    """Exports the moving average of a run's generator; see `export_generator`.

    Args:
        run: a `gan_keras.runs.run.Run`.
        export_dir: parent of all exported models.
        checkpoint: `"best"`, `"last"`, or the name or path of one; None: the best if there is one, else the last.
        name: the model's name; by default `<recipe>-<dataset>`.
        formats, measure: see `export_generator`.

    Returns:
        path of the version's folder.

    Raises:
        UserError: there is no such checkpoint, it is damaged, or as in `export_generator`.
    """
    from gan_keras.runs.run import short_name  # Drawing with an exported model needs nothing that trains.

    config, path = run.config, str(run.checkpoint(checkpoint))
    return export_generator(
        run.load_generator(path),
        name=name or f"{config.recipe}-{short_name(config.data.dataset)}",
        export_dir=export_dir,
        latents=config.game.latents,
        condition=run.condition,
        kind=run.kind,
        formats=formats,
        measure=measure,
        metadata={"dataset": config.data.dataset, "seed": config.game.seed} | run.describe(path),
    )


def export_generator(
    generator: keras.Model,
    *,
    name: str,
    export_dir: pathlib.Path | str = "exported_models",
    latents: str = "uniform",
    condition: Condition | None = None,
    kind: SampleKind = IMAGES,
    formats: Sequence[str] = DEFAULT_FORMATS,
    metadata: dict[str, Any] | None = None,
    version: int | None = None,
    measure: Measure | None = None,
) -> pathlib.Path:
    """Writes a generator as a new version of an exported model: a SavedModel, TFLite files, a model card.

    All of it is written aside, compared with Keras on the latents of 64 sample seeds, and renamed at once. A TFLite
    file whose images differ from Keras' is left out, and a printed line says so. The same weights give the same bytes
    in every file but `model_card.md` and `export.json`, which hold measured times.

    Args:
        generator: functional Keras model of any precision, inputs `latents` (N, z) [, `labels` int32 (N,) or
            `attributes` float32 (N, A)] → float images (N, H, W, C) in [-1, 1], or probabilities (N, L, V).
        name: the model's name: a folder below `export_dir`.
        export_dir: parent of all exported models.
        latents: distribution of the latents, `"uniform"` on [-1, 1] or `"normal"`.
        condition: what the labels or attributes mean; None for an unconditional generator.
        kind: `SampleKind` of its samples.
        formats: `"saved_model"`, and any of `"tflite"`, `"onnx"` and `"web"` beside it.
        metadata: dict of what JSON can hold, where the weights come from, for the model card and `export.json`.
        version: the version's number; by default one more than the highest.
        measure: a `Measure` of the distances from the data, which the model card then has of each file and of Keras;
            None: it has none.

    Returns:
        path of the version's folder, `<export_dir>/<name>/<version>`.

    Raises:
        UserError: the folder cannot be written, the version exists, the condition is not that of the generator, or the
            generator draws NaN or infinity.
    """
    chosen = _chosen(formats, SAVED_MODEL)
    _expect_condition(generator, condition)
    in_float32 = saved_model.in_float32(generator)
    probe = parity.Probe.of(in_float32, latents, condition)
    described = description.of(generator, name, latents, condition, kind, metadata or {})

    with versions.new(pathlib.Path(export_dir) / name, version) as draft:
        saved_model.write(in_float32, draft.folder, latents, condition, kind)
        checks = described["checks"]
        checks["saved_model.pb"] = saved_model.check(draft.folder, probe, kind).as_dict() | {
            "bytes": files.size(draft.folder)
        }
        precision = saved_model.precision(generator)
        if precision != "float32":
            checks[f"Keras in {precision}, as trained"] = probe.parity_of(generator).as_dict()
        description.write(draft.folder, described)
        exported = ExportedGenerator(draft.folder)
        checks |= warmup.write(exported, draft.folder, probe)
        stored = kind.to_stored(probe.samples)
        kind.write_sheet(draft.folder / f"samples{kind.suffix}", stored)
        if kind.vocabulary:
            described["examples"] = kind.as_users_see(stored[: model_card.EXAMPLES])
        for each in chosen:
            checks |= _below(each, FORMATS[each].write(exported, draft.folder / each, probe))
        if measure is not None:
            described |= measure(_drawers(draft.folder, in_float32), exported)
        described = description.write(draft.folder, described)
        files.write_text(draft.folder / model_card.NAME, model_card.text(described))
    _print_summary(draft.folder, described)
    models_config.write(pathlib.Path(export_dir), name)
    return draft.folder


def add_formats(path: pathlib.Path | str, formats: Sequence[str]) -> pathlib.Path:
    """Adds formats to an exported version; each is written aside, compared with its SavedModel, and renamed in.

    Args:
        path: a version's folder, or the folder above it for the newest version.
        formats: names of formats that it does not have.

    Returns:
        path of the version's folder.

    Raises:
        UserError: there is no exported generator, an unknown format, one that the version has, or one that cannot be
            made here.
    """
    chosen = _chosen(formats)
    folder = versions.locate(path)
    with files.locked_folder(folder):
        exported = ExportedGenerator(folder)
        described = exported.description
        listed = {pathlib.PurePosixPath(file["path"]).parts[0] for file in described["files"]}
        present = [name for name in formats if name == SAVED_MODEL or name in listed]
        if present:
            raise errors.UserError(f"'{folder}' has {', '.join(present)} already: leave it out of --formats")
        probe = parity.Probe.of_exported(exported)
        added: dict[str, dict[str, Any]] = {}
        for name in chosen:
            with versions.addition(folder / name) as draft:
                checks = _below(name, FORMATS[name].write(exported, draft.folder, probe))
                for check in checks.values():
                    if "max_error" in check:
                        check["compared_with"] = "the SavedModel"
                if all("left_out" in check for check in checks.values()):
                    raise errors.UserError("; ".join(f"{file}: {check['left_out']}" for file, check in checks.items()))
            added |= checks
            described = description.write(folder, described | {"checks": described["checks"] | checks})
            files.write_text(folder / model_card.NAME, model_card.text(described))
    _print_summary(folder, described | {"checks": added})
    return folder


def _drawers(folder, generator):
    """Returns functions that draw with Keras, and with each file of a version's formats, by their names."""

    def keras_draw(latents, **conditions):
        return np.asarray(inputs.generate(generator, latents, conditions, training=False))

    return {model_card.KERAS: keras_draw} | {
        f"{name}/{file}": draw
        for name, module in DRAWING_FORMATS.items()
        for file, draw in module.drawers(folder / name).items()
    }


def _below(name, checks):
    return {f"{name}/{file}": check for file, check in checks.items()}


def _chosen(formats, *required):
    """Returns those formats, beside the SavedModel, that are asked for, in the order in which they are made.

    Raises:
        UserError: one is unknown, lacking, or cannot be made on this machine.
    """
    for name in formats:
        errors.expect_one_of(name, (SAVED_MODEL, *FORMATS), "format")
    missing = [name for name in required if name not in formats]
    if missing:
        raise errors.UserError(f"--formats={','.join(formats)}: a version is a SavedModel, add {', '.join(missing)}")
    chosen = [name for name in FORMATS if name in formats]
    for name in chosen:
        reason = None if name in DEFAULT_FORMATS else FORMATS[name].left_out()
        if reason:
            raise errors.UserError(f"--formats={','.join(formats)}: {name} is {reason}")
    return chosen


def _expect_condition(generator, condition):
    taken = {name: tuple(entry.shape[1:]) for name, entry in inputs.conditions_of(generator).items()}
    expected = {} if condition is None else {condition.name: condition.shape}
    if taken == expected:
        return
    if condition is None:
        raise errors.UserError(
            f"generator '{generator.name}' takes {_spelled(taken)}: pass its condition, a "
            "gan_keras.data.conditions.Condition"
        )
    raise errors.UserError(
        f"generator '{generator.name}' takes {_spelled(taken)}, and the condition describes {_spelled(expected)}: pass "
        "the condition that the generator was trained with"
    )


def _spelled(shapes):
    return (
        ", ".join(f"{name} ({', '.join(map(str, ('N', *shape)))})" for name, shape in shapes.items()) or "no condition"
    )


def _print_summary(folder, described):
    print(f"exported {folder}")
    for path, check in described["checks"].items():
        print(f"  {path}: {model_card.summary(check, model_card.noun_of(described))}")
    for warning in model_card.warnings(described):
        print(f"  {warning}")
