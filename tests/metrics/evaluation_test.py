"""One pass over samples: what is drawn and computed, what a metric gets to see, and what a result says."""

import dataclasses
import json
import os

import numpy as np
import pytest

from gan_keras import data
from gan_keras import errors
from gan_keras.config import schema
from gan_keras.data import conditions
from gan_keras.metrics import evaluation
from gan_keras.metrics import evaluator as evaluators
from gan_keras.metrics import features as feature_networks
from gan_keras.metrics import reference as references
from gan_keras.metrics import registry
from gan_keras.metrics import sample_files
from gan_keras.metrics import subjects
from gan_keras.metrics.evidence import Finding
from gan_keras.metrics.texts import Unmeasurable
from tests import tiny

REAL, TRAIN = tiny.images(120, seed=3), tiny.images(90, seed=4)
LABELS = np.repeat([0, 1, 2], [60, 40, 20])
CLASSES = conditions.of_classes(["0", "1", "2"])
SIZES = {"swd2k": 64, "mind2k": 96, "kid2k": 128, "frechet2k": 128, "prdc10k": 80, "diversity": 48, "asked_class": 240}


class Network:
    """Means and standard deviations of the colours, and a logit for each colour; counts what it looks at."""

    def __init__(self, name="means"):
        self.looked_at = 0
        columns = (("label", ("0", "1", "2"), slice(0, 3)),)
        self.features = feature_networks.Features(name, "none", name[0] * 64, 6, self._extract, columns)

    def _extract(self, samples):
        self.looked_at += len(samples)
        means, stds = samples.mean((1, 2)), samples.std((1, 2))
        return np.concatenate([means, stds], axis=1).astype(np.float32), means.astype(np.float32)


class Noise(subjects.Subject):
    """Noise that is a function of the seed, whose brightest colour is the class; remembers what was asked for."""

    def __init__(self, condition=None, count=None, shape=(16, 16, 3), fail=False):
        self.condition, self.count, self.shape, self._fail = condition, count, shape, fail
        self.origin = {"generator": "ema", "checkpoint": "000000040"}
        self.seeds, self.conditions = [], []

    def batches(self, seeds, given):
        self.seeds.append(seeds.tolist())
        self.conditions.append({name: values.tolist() for name, values in given.items()})
        for start in range(0, len(seeds), 50):
            if self._fail and start:
                raise errors.UserError("the generator draws NaN")
            samples = [np.random.default_rng(seed).integers(0, 200, self.shape) for seed in seeds[start : start + 50]]
            samples = np.stack(samples).astype(np.uint8)
            for sample, label in zip(samples, given.get("labels", [])[start : start + 50], strict=False):
                sample[..., label] += 55
            yield samples


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluation")
    images = {"x_train": TRAIN, "y_train": np.arange(90) % 3, "x_test": REAL, "y_test": LABELS}
    np.savez(folder / "noise.npz", **images)
    return data.prepare(
        f"npz:{folder / 'noise.npz'}", "test", cache_dir=folder / "cache", resolution=16, progress=False
    )


@pytest.fixture
def reference(store, tmp_path):
    """The reference, with a folder of features of its own."""
    reference = references.Reference(store, progress=False)
    reference.folder = tmp_path / "features"
    return reference


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Protocols of fewer samples, of another number each, so that a test takes a moment."""
    for name, count in SIZES.items():
        metric = dataclasses.replace(registry.METRICS[name], generated=count)
        monkeypatch.setitem(registry.METRICS, name, metric)


@pytest.fixture
def evidence(monkeypatch):
    """What the metrics `diversity`, on pixels, and `frechet2k`, on features, got to see: a list of `Evidence`."""
    seen = []

    def measure(evidence):
        fake = evidence.fake
        if fake.features is not None:  # The file is gone afterwards.
            fake = dataclasses.replace(fake, features=fake.features[:], logits=fake.logits[:])
        seen.append(dataclasses.replace(evidence, fake=fake))
        return Finding({"distance": float(len(seen))}, (f"note {len(seen)}", "the same note"))

    for name in ("diversity", "frechet2k"):
        monkeypatch.setitem(registry.METRICS, name, registry.Metric(measure, SIZES[name]))
    return seen


def evaluate(subject, reference, metrics, network=None, features=("means",), **options):
    network = network or Network()
    load = options.pop("load", lambda name: network.features)
    return evaluation.evaluate(subject, reference, metrics, features, load, progress=False, **options)


def values(measured):
    return {each.record["metric"]: each.record["values"] for each in measured}


def test_metrics_share_what_is_drawn_and_each_gets_as_much_as_it_says(reference):
    subject, networks = Noise(), {"means": Network(), "others": Network("others")}
    metrics = ["swd2k", "kid2k", "mind2k", "diversity"]
    measured = evaluate(
        subject, reference, metrics, features=["means", "others"], load=lambda name: networks[name].features
    )
    assert subject.seeds == [list(range(128))]
    assert [network.looked_at for network in networks.values()] == [120 + 128] * 2
    assert [(each.record["metric"], each.record["features"], each.record["generated"]) for each in measured] == [
        ("swd2k", None, 64),
        ("kid2k", "means", 128),
        ("kid2k", "others", 128),
        ("mind2k", "means", 96),
        ("mind2k", "others", 96),
        ("diversity", None, 48),
    ]


def test_a_metric_says_the_same_alone_and_beside_others(reference):
    metrics = ["swd2k", "kid2k", "mind2k", "prdc10k", "diversity"]
    together = values(evaluate(Noise(), reference, metrics))
    for metric in metrics:
        assert values(evaluate(Noise(), reference, [metric])) == {metric: together[metric]}


def test_what_a_metric_sees(reference, evidence):
    subject = Noise()
    evaluate(subject, reference, ["diversity", "frechet2k"], train="training images", seed=2)
    pixels, of_features = evidence
    expected = np.concatenate(list(subject.batches(2000 * 10**6 + np.arange(128), {})))
    means = expected.mean((1, 2))
    np.testing.assert_array_equal(pixels.fake.samples, expected[:48])
    assert pixels.fake.features is pixels.fake.logits is pixels.real.features is pixels.real.logits is None
    np.testing.assert_array_equal(pixels.real.samples, REAL)
    np.testing.assert_allclose(of_features.fake.features[:, :3], means, rtol=1e-5)
    np.testing.assert_allclose(of_features.fake.logits, means, rtol=1e-5)
    np.testing.assert_allclose(of_features.real.features[:][:, :3], REAL.mean((1, 2)), rtol=1e-5)
    np.testing.assert_allclose(of_features.real.logits[:], REAL.mean((1, 2)), rtol=1e-5)
    assert (pixels.columns, of_features.columns) == ((), (("label", ("0", "1", "2"), slice(0, 3)),))
    for each in evidence:
        assert (each.seed, each.train, each.condition) == (2, "training images", None)
        assert each.fake.conditions is each.real.conditions is None


def test_a_result_says_its_whole_protocol(reference, store):
    pixels, of_features = evaluate(Noise(), reference, ["swd2k", "mind2k"], seed=4)
    shared = {
        "std": None,
        "real": 120,
        "reference_dataset": "npz",
        "reference_split": "test",
        "reference_crop": None,
        "reference_resolution": 16,
        "reference_hash": store.content_hash,
        "seed": 4,
        "repeats": 1,
        "generator": "ema",
        "checkpoint": "000000040",
    }
    network = {"features": "means", "resize": "none", "features_sha256": "m" * 64}
    for measured, expected in (
        (pixels, {"metric": "swd2k", "generated": 64} | dict.fromkeys(network) | shared),
        (of_features, {"metric": "mind2k", "generated": 96} | network | shared),
    ):
        assert json.loads(json.dumps(measured.record)) == measured.record
        assert {name: measured.record[name] for name in expected} == expected
        assert set(measured.record) - set(expected) == {"values", "notes", "seconds"}
        assert measured.value == next(iter(measured.record["values"].values())) > 0
        assert 0 <= measured.record["seconds"] < 60
    assert pixels.record["notes"] == []
    assert of_features.record["notes"] == ["96 of 120 real samples were compared, a random subset"]


def test_a_seed_gives_the_same_values_and_another_one_others(reference):
    first, again, other = (
        values(evaluate(Noise(), reference, ["swd2k", "mind2k", "prdc10k"], seed=seed)) for seed in (0, 0, 1)
    )
    assert first == again
    assert all(first[metric] != other[metric] for metric in ("swd2k", "mind2k"))


def test_repeats_draw_other_seeds_and_give_means_and_deviations(reference, evidence):
    subject = Noise()
    (measured,) = evaluate(subject, reference, ["diversity"], repeats=3, seed=1)
    assert [seeds[0] for seeds in subject.seeds] == [1_000_000_000, 1_001_000_000, 1_002_000_000]
    assert all(len(set(seeds)) == 48 for seeds in subject.seeds)
    assert measured.record["values"] == {"distance": 2.0} and measured.record["std"] == {"distance": 1.0}  # 1, 2, 3.
    assert measured.record["notes"] == ["note 1", "the same note", "note 2", "note 3"]
    assert (measured.record["repeats"], measured.record["generated"]) == (3, 48)


def test_the_first_repeat_is_the_one_without_repeats(reference):
    once, twice = (evaluate(Noise(), reference, ["kid2k"], repeats=repeats)[0].record for repeats in (1, 2))
    other = evaluate(Noise(), reference, ["kid2k"], seed=0, repeats=2)[0].record
    assert once["std"] is None and twice["std"]["distance"] > 0 and other["values"] == twice["values"]
    second = 2 * twice["values"]["distance"] - once["values"]["distance"]
    assert abs(second - once["values"]["distance"]) / 2**0.5 == pytest.approx(twice["std"]["distance"])


def test_conditions_are_drawn_as_often_as_in_the_reference(reference, evidence):
    subject = Noise(CLASSES)
    measured = evaluate(subject, reference, ["diversity", "frechet2k", "asked_class"], features=["classifier"])
    (given,) = subject.conditions
    assert np.bincount(given["labels"]).tolist() == [120, 80, 40]  # Twice the reference, in another order.
    assert given["labels"][:120] != LABELS.tolist()
    for each, count in zip(evidence, (48, 128), strict=True):
        assert each.condition is CLASSES
        assert each.fake.conditions.tolist() == given["labels"][:count]
        assert each.real.conditions.tolist() == LABELS.tolist()
    asked = measured[-1].record["values"]
    assert asked["agreement"] > 0.99 and 0.2 < asked["accuracy"] < 0.5  # The real images are noise of one kind.


def test_fewer_conditions_than_the_reference_has_are_a_random_part_of_them(reference):
    subject = Noise(CLASSES)
    for seed in (0, 0, 1):
        evaluate(subject, reference, ["diversity"], seed=seed)
    first, again, other = (given["labels"] for given in subject.conditions)
    assert first == again != other and len(first) == 48
    assert abs(np.bincount(first)[0] - 24) < 10  # 24 on average.


def test_without_its_labels_in_the_reference_a_condition_takes_its_defaults(reference, evidence):
    subject = Noise(conditions.of_classes(["cat", "dog"]))  # The reference has a third class.
    evaluate(subject, reference, ["diversity"])
    assert subject.conditions == [{"labels": [0, 1] * 24}]
    assert evidence[0].real.conditions is None and evidence[0].fake.conditions.tolist() == [0, 1] * 24


def test_attributes_are_conditions_too(reference):
    condition = conditions.Condition("multi", (("label", ("0", "1", "2")),), ((0.0,),))
    subject = Noise(condition)
    evaluate(subject, reference, ["diversity"])
    assert np.shape(subject.conditions[0]["attributes"]) == (48, 1)


def test_of_few_samples_all_are_taken_and_the_result_says_so(reference, tmp_path):
    np.save(tmp_path / "samples.npy", tiny.images(70, seed=9))
    subject = sample_files.Samples(tmp_path / "samples.npy")
    swd, mind = evaluate(subject, reference, ["swd2k", "mind2k"])
    assert (swd.record["generated"], swd.record["notes"]) == (64, [])
    assert mind.record["generated"] == 70
    assert mind.record["notes"] == [
        "70 samples instead of the 96 of the protocol: there are no more",
        "70 of 120 real samples were compared, a random subset",
    ]
    assert mind.record["samples"] == str(tmp_path / "samples.npy") and mind.record["generator"] is None


def test_of_many_samples_a_random_part_is_taken_none_twice(reference):
    subject = Noise(count=1000)
    for seed in (0, 0, 1):
        evaluate(subject, reference, ["diversity"], seed=seed)
    first, again, other = subject.seeds
    assert first == again != other
    assert len(set(first)) == 48 and max(first) < 1000 and max(first) > 500


@pytest.mark.parametrize("shape", [(32, 32, 3), (16, 16, 1)])
def test_samples_of_another_shape_are_refused_in_one_line(reference, shape):
    with pytest.raises(errors.UserError, match=r"samples are \d+ × \d+ × \d, the real images 16 × 16 × 3: ") as caught:
        evaluate(Noise(shape=shape), reference, ["diversity"])
    assert "\n" not in str(caught.value) and "--resolution" in str(caught.value)


def test_an_unknown_metric_is_refused_before_anything_is_drawn(reference):
    subject, network = Noise(), Network()
    with pytest.raises(errors.UserError, match=r"^unknown metric 'mind2' \(did you mean 'mind2k'\?\): [^\n]*$"):
        evaluate(subject, reference, ["mind2k", "mind2"], network)
    assert subject.seeds == [] and network.looked_at == 0


def test_features_that_cannot_be_had_are_skipped_in_one_line(reference, capsys):
    def load(name):
        if name == "inception":
            raise feature_networks.Unavailable("the weights are not here")
        return Network().features

    metrics = ["fid10k", "mind2k", "diversity"]
    measured = evaluate(Noise(), reference, metrics, features=["inception", "means"], load=load)
    assert [(each.record["metric"], each.record["features"]) for each in measured] == [
        ("mind2k", "means"),
        ("diversity", None),
    ]
    expected = "skipped, what needs the features inception: the weights are not here\n"
    assert capsys.readouterr().err == expected
    subject = Noise()
    assert evaluate(subject, reference, ["fid10k", "inception_score"], load=load) == [] and subject.seeds == []


@pytest.mark.parametrize("fails_in", [0, 1])
def test_a_metric_that_has_nothing_to_measure_is_skipped_in_one_line(reference, capsys, monkeypatch, fails_in):
    calls = []

    def measure(evidence):
        calls.append(evidence.seed)
        if len(calls) == fails_in + 1:
            raise Unmeasurable("they are all alike")
        return Finding({"one": 1.0})

    monkeypatch.setitem(registry.METRICS, "swd2k", registry.Metric(measure, 10))
    measured = evaluate(Noise(), reference, ["swd2k", "diversity"], repeats=3)
    assert [each.record["metric"] for each in measured] == ["diversity"]
    assert len(calls) == fails_in + 1 and measured[0].record["std"]["ratio"] > 0
    assert capsys.readouterr().err == "skipped swd2k of checkpoint 000000040: they are all alike\n"
    subject, calls[:] = Noise(), []
    assert evaluate(subject, reference, ["swd2k"], repeats=3) == [] and len(subject.seeds) == fails_in + 1


def test_nothing_temporary_remains(reference):
    evaluate(Noise(), reference, ["mind2k"])
    with pytest.raises(errors.UserError, match="draws NaN"):
        evaluate(Noise(fail=True), reference, ["mind2k"])
    assert [name for name in os.listdir(reference.folder) if name.startswith(".")] == []


def test_pictures_come_with_the_result(reference):
    (measured,) = evaluate(Noise(), reference, ["nearest"], train=TRAIN)
    assert measured.record["metric"] == "nearest" and "pictures" not in measured.record
    assert measured.pictures["nearest"].dtype == np.uint8 and measured.pictures["nearest"].shape[-1] == 3


def test_progress_is_shown_only_if_wanted(reference, capsys):
    evaluate(Noise(), reference, ["diversity"])
    assert capsys.readouterr().err == ""
    evaluation.evaluate(Noise(), reference, ["diversity"], [], None)
    assert "generated: 100%" in capsys.readouterr().err


@pytest.fixture
def evaluator(store):
    settings = schema.Data(
        dataset=f"npz:{store.path.parents[1] / 'noise.npz'}", cache_dir=str(store.path.parent), resolution=16
    )
    return evaluators.Evaluator(settings, feature_networks.Choice(size=7), progress=False)


def test_an_evaluator_prepares_both_splits_and_keeps_the_networks(evaluator, store, monkeypatch):
    loads, networks = [], {"classifier": Network("classifier"), "means": Network()}

    def load(name, *given):
        loads.append((name, *given))
        return networks[name].features

    monkeypatch.setattr(feature_networks, "load", load)
    assert evaluator.reference.store.path == store.path and evaluator.train.manifest["split"] == "train"
    for _ in range(2):
        measured = evaluator.measure(Noise(), ["mind2k", "nearest"], ["classifier", "means"], seed=3)
    assert [each.record["features"] for each in measured] == ["classifier", "means", None]
    assert {each.record["seed"] for each in measured} == {3}
    assert loads == [
        ("classifier", evaluator.train, evaluator.reference.folder.parent, feature_networks.Choice(size=7)),
        ("means", None, evaluator.reference.folder.parent, feature_networks.Choice(size=7)),
    ]
    assert networks["means"].looked_at == 120 + 2 * 96  # The features of the real images are kept.


def test_the_training_images_are_prepared_only_for_what_needs_them(evaluator):
    evaluator.measure(Noise(), ["diversity"], [])
    assert "train" not in vars(evaluator)
    evaluator.measure(Noise(), ["nearest"], [])
    np.testing.assert_array_equal(evaluator.train.samples, TRAIN)


def test_the_metric_that_suits_a_data_set(evaluator, store, tmp_path):
    np.savez(tmp_path / "plain.npz", images=REAL)
    plain = data.prepare(f"npz:{tmp_path / 'plain.npz'}", cache_dir=tmp_path, resolution=16, progress=False)
    assert evaluator.defaults() == ("mind2k", "classifier")
    assert evaluators.default_metric(plain) == ("swd2k", None)
    for each in (store, plain):
        assert evaluators.default_metric(each, "inception:clean") == ("fid10k", "inception:clean")
        assert evaluators.default_metric(each, "squeezenet:x.h5") == ("mind2k", "squeezenet:x.h5")
