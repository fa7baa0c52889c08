"""Measures the generator while it trains, and remembers when it was best."""

import dataclasses
import json
import sys
from typing import Any

import numpy as np
import tensorflow as tf
import tqdm

from gan_keras import errors
from gan_keras.config import schema
from gan_keras.data import images
from gan_keras.game.training_state import as_int
from gan_keras.metrics import features
from gan_keras.metrics import results
from gan_keras.metrics import subjects
from gan_keras.metrics.evaluator import Evaluator
from gan_keras.runtime import files

NAME = "best.json"
CLASSIFIER = "classifier"
FAILURES = (errors.UserError, OSError, np.linalg.LinAlgError, tf.errors.OpError)
"""What a measurement can fail with, which is no reason to lose a training or an export."""
_PROTOCOL = ("features_sha256", "resize", "generated", "real", "reference_hash")


@dataclasses.dataclass(frozen=True)
class Best:
    """The best measurement of a run so far.

    Attributes:
        metric, features, value: the name of the metric, of the features or None, and the number.
        images, rollbacks: the state of the game that was measured.
        protocol: what a number has to have in common with this one to be compared with it.
    """

    metric: str
    features: str | None
    value: float
    images: int
    rollbacks: int
    protocol: dict[str, Any]


class Measurements:
    """The metric of a run, every so many images, on the moving average of its generator.

    What was found is in `metrics.jsonl`; which measurement was the best, and how far the run is measured, in
    `best.json`.

    Args:
        run: `Run`.
        gan: its `GAN`.
        resolved: its `Experiment`.

    Attributes:
        best: `Best`, or None before the first measurement.

    Raises:
        UserError: the features that the user chose cannot be loaded.
    """

    def __init__(self, run, gan, resolved):
        self._run, self._gan, self._settings = run, gan, resolved.config.evaluation
        self._path = run.path / NAME
        self._subject = subjects.Generator(
            gan.ema_generator, resolved.config.game.latents, resolved.condition, {}, resolved.store.kind
        )
        self.last_images, self.best = self._read()
        self._evaluator = None
        if self._settings.metric != "none":
            self._evaluator = Evaluator(resolved.config.data, choice_of(self._settings), progress=False)
            self._load_early()

    def _read(self):
        """Returns how far this game is measured, and its best measurement by the metric that is measured now."""
        stored = json.loads(self._path.read_text()) if self._path.is_file() else {"images": 0, "rollbacks": 0}
        # After a rollback the same number of images is another game.
        measured = stored["images"] if stored["rollbacks"] == self._rollbacks else as_int(self._gan.images_shown)
        best = Best(**stored["best"]) if stored.get("best") else None
        if best and (best.metric, best.features) != (self._settings.metric, self._settings.features):
            best = None
        return measured, best

    def _write(self):
        best = self.best and dataclasses.asdict(self.best)
        stored = {"images": self.last_images, "rollbacks": self._rollbacks, "best": best}
        files.write_text(self._path, json.dumps(stored, indent=1))

    @property
    def _rollbacks(self):
        return as_int(self._gan.training_state.rollbacks)

    def _load_early(self):
        """Finds out now what would else be found out after hours; the classifier's training can wait until then."""
        name = self._settings.features
        if name in (None, CLASSIFIER):
            return
        try:
            self._evaluator.load(name)
        except features.Unavailable as missing:
            _say(f"{self._settings.metric} is not measured: {missing}")
            self._evaluator = None

    def is_due(self, images_shown):
        """Whether a measurement belongs to the tick that ends after so many images."""
        every = self._settings.evaluate_images
        return self._evaluator is not None and images_shown // every > self.last_images // every

    def is_enough(self):
        """Whether the metric has not improved for as long as the user is patient, up to the last measurement."""
        patience = self._settings.patience_images
        return bool(patience and self.best) and self.last_images - self.best.images >= patience

    def is_best(self, images_shown):
        """Whether the game as it is now was measured to be the best."""
        return self.best is not None and (self.best.images, self.best.rollbacks) == (images_shown, self._rollbacks)

    def measure(self, images_shown, is_last=False):
        """Measures the generator now, unless it was measured at this very point.

        At the end of a run, it is also asked whether the samples were learned by heart. What cannot be measured is
        said, and is no reason to lose the training.
        """
        if self._evaluator is None or (self.last_images == images_shown and not is_last):
            return
        self._subject.origin = subjects.origin_of(self._run, images_shown) | {"rollbacks": self._rollbacks}
        if self.last_images != images_shown:
            measured = self._measured(self._settings.metric)
            self.last_images = images_shown
            if measured:
                self._compare(measured)
            self._write()
        if is_last and self._run.kind.vocabulary:
            for metric in ("unique", "novel"):
                self._measured(metric)
        elif is_last:
            measured = self._measured("nearest")
            if measured:
                images.write_png(self._run.path / "nearest.png", measured.pictures["nearest"])

    def _measured(self, metric):
        try:
            (measured,) = self._evaluator.measure(self._subject, [metric], [self._settings.features])
            results.add(self._run.path / results.NAME, [measured.record])
        except FAILURES as error:
            _say(f"{metric} could not be measured: {errors.one_line(error)}")
            return None
        return measured

    def _compare(self, measured):
        """Compares a measurement with the best one, and says it."""
        record, settings = measured.record, self._settings
        protocol = {name: record[name] for name in _PROTOCOL}
        if self.best and self.best.protocol != protocol:
            _say(f"the best so far was measured on other images or features ({NAME}) and is no longer compared with")
            self.best = None
        is_best = self.best is None or measured.value < self.best.value
        if is_best:
            images_shown, rollbacks = record["images_shown"], record["rollbacks"]
            self.best = Best(settings.metric, settings.features, measured.value, images_shown, rollbacks, protocol)
        where = "the best so far" if is_best else f"best {self.best.value:.4g} at {self.best.images}"
        of = f" ({settings.features})" if settings.features else ""
        _say(
            f"{settings.metric}{of} {measured.value:.4g} after {record['images_shown']} {self._run.kind.name}, {where}"
        )


def choice_of(settings: schema.Evaluation) -> features.Choice:
    """Returns the `features.Choice` of settings."""
    return features.Choice(
        settings.features_size, settings.features_range, settings.features_output, settings.inception_weights
    )


def _say(text):
    tqdm.tqdm.write(text, file=sys.stderr)
