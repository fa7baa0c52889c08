"""The names of metrics: each has a function and the number of samples that it says."""

import pytest

from gan_keras import errors
from gan_keras.config import names
from gan_keras.metrics import frechet
from gan_keras.metrics import registry

SAMPLES = {"2k": 2048, "10k": 10_000, "50k": 50_000}
TEXTS = dict.fromkeys(names.TEXT_METRICS, 5000)
OTHERS = TEXTS | {"inception_score": 50_000, "diversity": 2048, "nearest": 64, "asked_class": 2048, "modes": 25_600}


def test_each_name_is_a_metric():
    assert tuple(registry.METRICS) == names.METRICS
    assert set(names.TRAINING_METRICS) <= set(names.METRICS)


@pytest.mark.parametrize("name", names.METRICS)
def test_the_number_of_samples_is_what_the_name_says(name):
    said = [count for end, count in SAMPLES.items() if name.endswith(end)]
    assert registry.METRICS[name].generated == (said[0] if said else OTHERS[name])
    assert bool(said) == (name not in OTHERS)


def test_a_fid_is_the_frechet_distance_and_each_metric_its_own_file():
    for name in ("fid10k", "fid50k", "frechet2k"):
        assert registry.METRICS[name].measure is frechet.measure
    for name in set(names.METRICS) - {"fid10k", "fid50k", "frechet2k", *names.TEXT_METRICS}:
        assert registry.METRICS[name].measure.__module__ == f"gan_keras.metrics.{name.rstrip('0k12')}"


@pytest.mark.parametrize(
    ("metrics", "chosen", "expected"),
    [
        (names.PIXEL_METRICS, ["squeezenet:x.h5", "inception"], [None]),
        (names.PIXEL_METRICS, [], [None]),
        (names.CLASS_METRICS, ["squeezenet:x.h5", "inception"], ["classifier"]),
        (names.CLASS_METRICS, [], ["classifier"]),
        (names.INCEPTION_METRICS, ["squeezenet:x.h5", "classifier"], ["inception"]),
        (names.INCEPTION_METRICS, ["inception:clean", "classifier"], ["inception:clean"]),
        (names.INCEPTION_METRICS, ["inception", "inception:clean"], ["inception", "inception:clean"]),
        (names.FEATURE_METRICS, ["squeezenet:x.h5", "inception"], ["squeezenet:x.h5", "inception"]),
        (names.FEATURE_METRICS, [], ["classifier"]),
    ],
)
def test_the_features_of_each_kind_of_metric(metrics, chosen, expected):
    for metric in metrics:
        assert registry.features_of(metric, chosen) == expected


def test_every_metric_is_of_one_kind():
    kinds = (
        names.PIXEL_METRICS, names.CLASS_METRICS, names.INCEPTION_METRICS, names.FEATURE_METRICS, names.TEXT_METRICS
    )  # fmt: skip
    assert sorted(metric for kind in kinds for metric in kind) == sorted(names.METRICS)


def test_an_unknown_metric_is_one_line_with_the_nearest_name():
    with pytest.raises(
        errors.UserError, match=r"^unknown metric 'fid10' \(did you mean 'fid10k'\?\): [^\n]*swd2k"
    ) as e:
        registry.features_of("fid10", [])
    assert "\n" not in str(e.value)
