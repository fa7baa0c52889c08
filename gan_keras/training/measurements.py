"""Measures the generator while it trains, and remembers when it was best."""

import dataclasses
import sys
from typing import Any

import tqdm

from gan_keras import errors
from gan_keras.config import schema
from gan_keras.data import images
from gan_keras.metrics import features
from gan_keras.metrics import results
from gan_keras.metrics import subjects
from gan_keras.metrics.evaluator import Evaluator

CLASSIFIER = "classifier"


@dataclasses.dataclass
class Best:
    """The best measurement of a run so far."""

    metric: str
    features: str | None
    value: float
    images: int


class Measurements:
    """The metric of a run, every so many images, on the moving average of its generator.

    Args:
        run: `Run`.
        gan: its `GAN`.
        resolved: its `Experiment`.
        state: what `state()` returned before, or None.

    Attributes:
        best: `Best`, or None before the first measurement.

    Raises:
        UserError: the features that the user chose cannot be loaded.
    """

    def __init__(self, run, gan, resolved, state=None):
        state = state or {}
        self._run, self._gan, self._settings = run, gan, resolved.config.evaluation
        self._condition = resolved.condition
        self._latents = resolved.config.game.latents
        self._kind = resolved.store.kind
        self.last_images = state.get("measured_images", 0)
        self.best = Best(**state["best"]) if state.get("best") else None
        if self.best and (self.best.metric, self.best.features) != (self._settings.metric, self._settings.features):
            self.best = None  # Numbers of different metrics cannot be compared.
        self._evaluator = None
        if self._settings.metric != "none":
            self._evaluator = Evaluator(resolved.config.data, choice_of(self._settings), progress=False)
            self._load_early()

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

    def measure(self, images_shown, is_last=False):
        """Measures the generator now, unless it was measured at this very point; the result is in `metrics.jsonl`.

        At the end of a run, the nearest training images are looked for as well.
        """
        if self._evaluator is None:
            return
        origin = subjects.origin_of(self._run, images_shown)
        origin["rollbacks"] = int(self._gan.training_state.rollbacks)
        subject = subjects.Generator(self._gan.ema_generator, self._latents, self._condition, origin, self._kind)
        if self.last_images != images_shown:
            measured = self._measured(subject, self._settings.metric)
            if measured:
                self._note(measured.value, images_shown)
        if is_last:
            measured = self._measured(subject, "nearest")
            if measured:
                images.write_png(self._run.path / "nearest.png", measured.pictures["nearest"])

    def _measured(self, subject, metric):
        try:
            (measured,) = self._evaluator.measure(subject, [metric], [self._settings.features])
        except errors.UserError as error:  # A generator that draws NaN, say, is no reason to lose the training.
            _say(f"{metric} could not be measured: {error}")
            return None
        results.add(self._run.path / results.NAME, [measured.record])
        return measured

    def _note(self, value, images_shown):
        """Remembers a measurement, and says it."""
        self.last_images = images_shown
        is_best = self.best is None or value < self.best.value
        if is_best:
            self.best = Best(self._settings.metric, self._settings.features, value, images_shown)
        where = "the best so far" if is_best else f"best {self.best.value:.4g} at {self.best.images}"
        of = f" ({self._settings.features})" if self._settings.features else ""
        _say(f"{self._settings.metric}{of} {value:.4g} after {images_shown} images, {where}")

    def state(self) -> dict[str, Any]:
        """Returns a JSON-able dict from which another `Measurements` goes on."""
        return {"measured_images": self.last_images, "best": self.best and dataclasses.asdict(self.best)}


def choice_of(settings: schema.Evaluation) -> features.Choice:
    """Returns the `features.Choice` of settings."""
    return features.Choice(
        settings.features_size, settings.features_range, settings.features_output, settings.inception_weights
    )


def _say(text):
    tqdm.tqdm.write(text, file=sys.stderr)
