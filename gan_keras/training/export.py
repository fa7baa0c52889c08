"""The export of a run, with how far the images of each file are from the data, beside those of Keras."""

import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.data.kinds import IMAGES
from gan_keras.exporting import exporter
from gan_keras.exporting import tflite
from gan_keras.exporting.exported import ExportedGenerator
from gan_keras.exporting.exporter import Measure
from gan_keras.exporting.latency import Draw
from gan_keras.metrics import subjects
from gan_keras.metrics.evaluator import Evaluator
from gan_keras.runs.run import Run
from gan_keras.training import measurements

METRICS = ("mind2k", "frechet2k")  # Both of the same 2 048 latents.
BATCH = max(tflite.BATCH_SIZES.values())


def export(
    run: Run,
    export_dir: pathlib.Path | str = "exported_models",
    checkpoint: str | None = None,
    name: str | None = None,
    formats: Sequence[str] = exporter.DEFAULT_FORMATS,
) -> pathlib.Path:
    """Exports the moving average of a run's generator, and measures each file by the features that judged the run.

    Args:
        run: `Run`.
        export_dir: parent of all exported models.
        checkpoint: `"best"`, `"last"`, or the name or path of one; None: the best if there is one, else the last.
        name: the model's name; by default `<recipe>-<dataset>`.
        formats: `"saved_model"`, and any of `"tflite"`, `"onnx"` and `"web"` beside it.

    Returns:
        path of the version's folder.

    Raises:
        UserError: there is no such checkpoint, it is damaged, or nothing can be written.
    """
    return exporter.export(run, export_dir, checkpoint, name, formats, measure_of(run))


def measure_of(run: Run) -> Measure | None:
    """Returns the `Measure` of the files of a run's export; None where the run was not judged on features.

    The features are those by which the run was judged. Data and features are opened when the files are there: without
    them the export has no distances, and says why.
    """
    settings = run.config.evaluation
    if settings.metric in (None, "none") or settings.features is None:
        return None

    def measure(drawers: dict[str, Draw], exported: ExportedGenerator) -> dict[str, Any]:
        try:
            evaluator = Evaluator(run.config.data, measurements.choice_of(settings), progress=False)
            evaluator.load(settings.features)
            return {"distances": {name: distances(evaluator, draw, exported) for name, draw in drawers.items()}}
        except measurements.FAILURES as error:
            return {"not_measured": errors.one_line(error)}

    def distances(evaluator, draw, exported):
        measured = evaluator.measure(_Drawn(draw, exported), METRICS, [settings.features])
        return {f"{each.record['metric']} {each.record['features']}": each.value for each in measured}

    return measure


class _Drawn(subjects.Subject):
    """What a file of an exported generator draws; see `Subject`."""

    def __init__(self, draw, exported):
        self.shape, self.condition = tuple(exported.description["sample_shape"]), exported.condition
        self.origin = {"generator": "ema"}
        self._draw, self._exported = draw, exported

    def batches(self, seeds, conditions):
        for start in range(0, len(seeds), BATCH):
            rows = slice(start, start + BATCH)
            some = {name: values[rows] for name, values in conditions.items()}
            yield self._images(self._exported.latents(seeds[rows]), some)

    def _images(self, latents, conditions):
        """Draws batches that every file has a signature for: the last one is filled up."""
        missing = BATCH - len(latents)
        filled = {
            name: np.concatenate([values, np.repeat(values[:1], missing, axis=0)])
            for name, values in ({"latents": latents} | conditions).items()
        }
        return IMAGES.to_stored(self._draw(**filled))[: len(latents)]
