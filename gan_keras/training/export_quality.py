"""How far the images of exported files are from the data, beside those of Keras."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gan_keras.data.kinds import IMAGES
from gan_keras.exporting.exported import ExportedGenerator
from gan_keras.exporting.latency import Draw
from gan_keras.metrics import features
from gan_keras.metrics import subjects
from gan_keras.metrics.evaluator import Evaluator
from gan_keras.runs.run import Run
from gan_keras.training import measurements

METRICS = ("mind2k", "frechet2k")  # Both of the same 2 048 latents.
BATCH = 8  # The largest batch that a TFLite file has a signature for.


def of_run(run: Run) -> Callable[[Draw, ExportedGenerator], dict[str, float]] | None:
    """Returns a function (draw, exported) → distances by metric and features; None where the run measures no features.

    The features are those by which the run was judged.
    """
    settings = run.config.evaluation
    if settings.metric in (None, "none") or settings.features is None:
        return None
    evaluator = Evaluator(run.config.data, measurements.choice_of(settings), progress=False)

    def distances(draw: Draw, exported: ExportedGenerator) -> dict[str, float]:
        measured = evaluator.measure(_Drawn(draw, exported), METRICS, [settings.features])
        return {f"{each.record['metric']} {each.record['features']}": _value(each.record) for each in measured}

    try:
        evaluator.load(settings.features)
    except features.Unavailable:
        return None
    return distances


def _value(record: dict[str, Any]) -> float:
    return float(next(iter(record["values"].values())))


class _Drawn(subjects.Subject):
    """What a file of an exported generator draws; see `Subject`."""

    def __init__(self, draw, exported):
        self.shape, self.condition = tuple(exported.description["image_shape"]), exported.condition
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
