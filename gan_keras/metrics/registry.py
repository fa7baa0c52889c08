"""All metrics by name; the name fixes the protocol."""

import dataclasses
from collections.abc import Callable

from gan_keras import errors
from gan_keras.config import names
from gan_keras.metrics import asked_class
from gan_keras.metrics import diversity
from gan_keras.metrics import frechet
from gan_keras.metrics import inception_score
from gan_keras.metrics import kid
from gan_keras.metrics import mind
from gan_keras.metrics import modes
from gan_keras.metrics import nearest
from gan_keras.metrics import prdc
from gan_keras.metrics import swd
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding
from gan_keras.metrics.texts import grammar
from gan_keras.metrics.texts import js
from gan_keras.metrics.texts import novelty


@dataclasses.dataclass(frozen=True)
class Metric:
    """A measure of generated samples. The references are all samples of the split.

    Attributes:
        measure: function of the `Evidence`.
        generated: number of generated samples; of fewer, if the samples are a folder, all are taken.
    """

    measure: Callable[[Evidence], Finding]
    generated: int


METRICS = {
    "fid10k": Metric(frechet.measure, 10_000),
    "fid50k": Metric(frechet.measure, 50_000),
    "inception_score": Metric(inception_score.measure, 50_000),
    "frechet2k": Metric(frechet.measure, 2048),
    "mind2k": Metric(mind.measure, 2048),
    "kid2k": Metric(kid.measure, 2048),
    "prdc10k": Metric(prdc.measure, 10_000),
    "swd2k": Metric(swd.measure, 2048),
    "diversity": Metric(diversity.measure, 2048),
    "nearest": Metric(nearest.measure, 64),
    "asked_class": Metric(asked_class.measure, 2048),
    "modes": Metric(modes.measure, 25_600),
    "js1": Metric(js.of_order(1), 5000),
    "js2": Metric(js.of_order(2), 5000),
    "js3": Metric(js.of_order(3), 5000),
    "js4": Metric(js.of_order(4), 5000),
    "parsed": Metric(grammar.parsed, 5000),
    "unique": Metric(novelty.unique, 5000),
    "novel": Metric(novelty.novel, 5000),
    "nll": Metric(grammar.nll, 5000),
}
assert tuple(METRICS) == names.METRICS


def features_of(metric: str, chosen: list[str], of_texts: bool = False) -> list[str | None]:
    """Returns the names of the features that a metric is measured on, None for the samples themselves.

    Args:
        metric: name of a metric.
        chosen: the features that the user chose, as `--features` takes them.
        of_texts: whether the samples are texts.

    Raises:
        UserError: the metric is unknown, or defined on other features than any of these.
    """
    errors.expect_one_of(metric, METRICS, "metric")
    if metric in (*names.PIXEL_METRICS, *names.TEXT_METRICS) or of_texts:
        return [None]
    if metric in names.CLASS_METRICS:
        return ["classifier"]
    if metric in names.INCEPTION_METRICS:
        return [name for name in chosen if name.partition(":")[0] == "inception"] or ["inception"]
    return list(chosen) or ["classifier"]
