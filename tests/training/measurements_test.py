"""When the generator of a run is measured, what is kept of it, and that nothing of this stops the training."""

import json
import types

import numpy as np
import pytest
from PIL import Image

from gan_keras import errors
from gan_keras import training
from gan_keras.data import kinds
from gan_keras.game import build
from gan_keras.metrics import evaluation as passes
from gan_keras.metrics import features
from gan_keras.metrics import results
from gan_keras.runs import checkpoint
from gan_keras.runs import run as runs
from gan_keras.training import evaluation
from gan_keras.training import experiment
from gan_keras.training import measurements
from tests import helpers

IDENTITY = {"seed": 0, "resolution": 16}


class FakeEvaluator:
    """Measures nothing: returns the values that a test has put into `values`, one after the other; raises errors."""

    values: list = []
    calls: list = []
    load_error = None
    sha256 = None  # Of the features.

    def __init__(self, settings, choice, progress):
        self.choice = choice

    def load(self, name):
        self.calls.append(("load", name))
        if self.load_error:
            raise self.load_error

    def measure(self, subject, metrics, of):
        (metric,), (name,) = metrics, of
        self.calls.append((metric, name, subject.origin["images_shown"]))
        value = self.values.pop(0)
        if isinstance(value, Exception):
            raise value
        record = {"metric": metric, "values": {"distance": value, "16px": -1.0}, "features": name, "std": None}
        record |= dict(features_sha256=self.sha256, resize=None, generated=2048, real=64, reference_hash="0")
        pictures = {"nearest": np.zeros((8, 4, 3), np.uint8)} if metric == "nearest" else {}
        return [passes.Measured(record | subject.origin | {"notes": []}, pictures)]


@pytest.fixture
def fake(monkeypatch):
    """The class of the evaluators of a test."""
    of_test = type("OfTest", (FakeEvaluator,), {"values": [], "calls": []})
    monkeypatch.setattr(measurements, "Evaluator", of_test)
    return of_test


def make(folder, rollbacks=0, shown=0, **settings):
    """Returns the `Measurements` of a run in a folder whose game does not exist."""
    config = helpers.experiment(folder, **{"metric": "swd2k", "evaluate_images": 100} | settings)
    run = types.SimpleNamespace(path=folder, identity=IDENTITY, kind=kinds.IMAGES)
    gan = types.SimpleNamespace(
        ema_generator=types.SimpleNamespace(output_shape=(None, 16, 16, 3)),
        training_state=types.SimpleNamespace(rollbacks=rollbacks),
        images_shown=shown,
    )
    resolved = types.SimpleNamespace(config=config, condition=None, store=types.SimpleNamespace(kind=kinds.IMAGES))
    return measurements.Measurements(run, gan, resolved)


def resumed(measured, folder, **settings):
    """Returns other `Measurements` that go on from what some have left in their folder."""
    return make(folder, **settings)


def measure_due(measured, ticks):
    """Goes through the ticks that end after so many images; returns those at which it measured."""
    found = []
    for images in ticks:
        if measured.is_due(images):
            measured.measure(images)
            found.append(images)
    return found


def test_it_is_due_at_multiples_of_evaluate_images_rounded_up_to_ticks(tmp_path, fake):
    fake.values += [1.0] * 9
    ticks = range(40, 481, 40)
    assert measure_due(make(tmp_path), ticks) == [120, 200, 320, 400]
    for every, first, expected in ((10, 3, [40, 80, 120]), (80, 4, [80, 160])):
        (tmp_path / "best.json").unlink()
        assert measure_due(make(tmp_path, evaluate_images=every), ticks[:first]) == expected


@pytest.mark.parametrize("stopped", range(40, 481, 40))
def test_resumed_after_any_tick_it_is_due_at_the_same_ones(stopped, tmp_path, fake):
    fake.values += [1.0] * 9
    first = make(tmp_path)
    found = measure_due(first, range(40, stopped + 1, 40))
    found += measure_due(resumed(first, tmp_path), range(stopped + 40, 481, 40))
    assert found == [120, 200, 320, 400]


def test_the_end_of_a_run_is_measured_out_of_turn_and_not_again_when_it_is_made_longer(tmp_path, fake):
    fake.values += [1.0] * 2
    measured = make(tmp_path)
    measured.measure(104)
    measured.measure(104)
    longer = resumed(measured, tmp_path)
    longer.measure(104)
    assert measure_due(longer, (120, 160, 200)) == [200]
    assert fake.calls == [("swd2k", None, 104), ("swd2k", None, 200)]


def test_at_the_end_of_a_run_the_nearest_training_images_are_looked_for_as_well(tmp_path, fake):
    fake.values += [2.0, 0.7, 0.8]
    measured = make(tmp_path)
    measured.measure(80)
    assert not (tmp_path / "nearest.png").exists()
    measured.measure(80, is_last=True)
    with Image.open(tmp_path / "nearest.png") as picture:
        assert picture.size == (4, 8)
    resumed(measured, tmp_path).measure(80, is_last=True)
    assert fake.calls == [("swd2k", None, 80), ("nearest", None, 80), ("nearest", None, 80)]
    assert (measured.best.value, measured.best.images) == (2.0, 80)  # A ratio of distances is no distance.
    found = [(record["metric"], record["values"]["distance"]) for record in results.read(tmp_path / "metrics.jsonl")]
    assert found == [("swd2k", 2.0), ("nearest", 0.8)]


def test_a_search_for_the_nearest_that_fails_is_said_and_the_run_ends_as_it_should(tmp_path, fake, capsys):
    fake.values += [2.0, errors.UserError("no memory")]
    make(tmp_path).measure(80, is_last=True)
    assert capsys.readouterr().err.splitlines() == [
        "swd2k 2 after 80 images, the best so far",
        "nearest could not be measured: no memory",
    ]
    assert not (tmp_path / "nearest.png").exists()


def test_the_best_is_the_smallest_and_of_two_equal_ones_the_first(tmp_path, fake, capsys):
    fake.values += [3.0, 2.0, 2.5, 2.0, 1.0]
    measured = make(tmp_path)
    assert measured.best is None
    bests = []
    for images in range(100, 600, 100):
        measured.measure(images)
        bests.append((measured.best.value, measured.best.images))
    assert bests == [(3.0, 100), (2.0, 200), (2.0, 200), (2.0, 200), (1.0, 500)]
    assert capsys.readouterr().err.splitlines() == [
        "swd2k 3 after 100 images, the best so far",
        "swd2k 2 after 200 images, the best so far",
        "swd2k 2.5 after 300 images, best 2 at 200",
        "swd2k 2 after 400 images, best 2 at 200",
        "swd2k 1 after 500 images, the best so far",
    ]


def test_what_was_best_before_a_stop_is_so_after_it(tmp_path, fake):
    fake.values += [2.0, 3.0]
    before = make(tmp_path)
    before.measure(100)
    after = resumed(before, tmp_path)
    assert (after.best.metric, after.best.features, after.best.value, after.best.images) == ("swd2k", None, 2.0, 100)
    assert after.last_images == 100 and after.is_best(100) and not after.is_best(200)
    after.measure(100)  # It is measured already.
    after.measure(200)
    assert after.best.images == 100 and after.last_images == 200 and not fake.values


def test_after_a_rollback_as_many_images_are_another_game(tmp_path, fake):
    fake.values += [2.0, 3.0]
    make(tmp_path).measure(200)
    after = make(tmp_path, rollbacks=1, shown=100)
    assert after.last_images == 100 and after.best.images == 200 and not after.is_best(200)
    assert after.is_due(200)
    after.measure(200)
    assert (after.best.value, after.best.rollbacks) == (2.0, 0)


def test_numbers_of_another_protocol_are_no_longer_compared_with(tmp_path, fake, capsys):
    fake.values += [2.0, 3.0]
    before = make(tmp_path)
    before.measure(100)
    fake.sha256 = "another classifier"
    after = resumed(before, tmp_path)
    after.measure(200)
    assert (after.best.value, after.best.images) == (3.0, 200)
    assert "measured on other images or features (best.json) and is no longer compared with" in capsys.readouterr().err


@pytest.mark.parametrize(
    "before, after",
    [
        ({"metric": "swd2k"}, {"metric": "kid2k", "features": "classifier"}),
        ({"metric": "kid2k"}, {"metric": "mind2k"}),
        ({"metric": "kid2k"}, {"metric": "kid2k", "features": "inception"}),
        ({"metric": "kid2k"}, {"metric": "none", "evaluate_images": None}),
    ],
)
def test_numbers_of_another_metric_or_of_other_features_are_not_compared(before, after, tmp_path, fake):
    fake.values += [0.1, 7.0]
    first = make(tmp_path, **before)
    first.measure(100)
    assert resumed(first, tmp_path, **before).best.value == 0.1
    second = resumed(first, tmp_path, **after)
    assert second.best is None and not second.is_enough()
    second.measure(200)
    assert second.best is None if after["metric"] == "none" else second.best.value == 7.0


def test_it_is_enough_when_nothing_improved_for_as_long_as_the_user_is_patient(tmp_path, fake):
    fake.values += [2.0, 3.0, 2.5, 1.0, 2.0]
    patient = make(tmp_path, patience_images=100)
    assert not patient.is_enough()  # Nothing was measured.
    found = []
    for images in (40, 80, 140):
        patient.measure(images)
        found.append(patient.is_enough())
    assert found == [False, False, True]
    assert resumed(patient, tmp_path, patience_images=100).is_enough()
    assert not resumed(patient, tmp_path, patience_images=101).is_enough()
    assert not resumed(patient, tmp_path).is_enough()
    patient.measure(200)  # The best of all.
    assert not patient.is_enough()
    patient.measure(300)
    assert patient.is_enough()


def test_a_record_says_which_generator_it_is_of(tmp_path, fake):
    fake.values += [2.5]
    make(tmp_path, rollbacks=np.int64(1)).measure(120)
    (record,) = results.read(tmp_path / "metrics.jsonl")
    assert record == {
        "metric": "swd2k",
        "values": {"distance": 2.5, "16px": -1.0},
        "features": None,
        "std": None,
        "generator": "ema",
        "config_hash": runs.identity_hash(IDENTITY),
        "checkpoint": "000000120",
        "images_shown": 120,
        "rollbacks": 1,
        "notes": [],
        **dict(features_sha256=None, resize=None, generated=2048, real=64, reference_hash="0"),
    }


def test_measured_again_after_a_kill_there_is_one_record_and_after_a_rollback_there_are_two(tmp_path, fake):
    fake.values += [1.0, 2.0, 3.0]
    for rollbacks in (0, 0, 1):
        make(tmp_path, rollbacks=rollbacks).measure(120)
        if not rollbacks:
            (tmp_path / "best.json").unlink()  # As if the process had been killed before it was written.
    found = [(record["rollbacks"], record["values"]["distance"]) for record in results.read(tmp_path / "metrics.jsonl")]
    assert found == [(0, 2.0), (1, 3.0)]


def test_without_a_metric_nothing_is_measured(tmp_path, fake):
    measured = make(tmp_path, metric="none", evaluate_images=None)
    assert not measured.is_due(10_000)
    measured.measure(10_000)
    assert fake.calls == [] and not (tmp_path / "metrics.jsonl").exists()
    assert measured.best is None and not (tmp_path / "best.json").exists()


def test_the_features_that_the_user_chose_are_loaded_at_once_but_for_the_classifier(tmp_path, fake, capsys):
    fake.values += [0.25, 0.5]
    make(tmp_path, metric="fid10k").measure(100)
    make(tmp_path, metric="mind2k").measure(200)
    assert fake.calls == [
        ("load", "inception"),
        ("fid10k", "inception", 100),
        ("mind2k", "classifier", 200),
    ]
    assert capsys.readouterr().err.splitlines()[0] == "fid10k (inception) 0.25 after 100 images, the best so far"


def test_how_the_features_are_made_is_what_the_settings_say(tmp_path, fake):
    chosen = {"features_size": 64, "features_range": "-1,1", "features_output": "pool"}
    network = tmp_path / "network.keras"
    network.write_text("")
    measured = make(tmp_path, metric="kid2k", features=str(network), **chosen)
    assert measured._evaluator.choice == features.Choice(64, "-1,1", "pool", None)
    assert fake.calls == [("load", str(network))]


def test_features_that_cannot_be_had_are_said_in_a_line_and_nothing_is_measured(tmp_path, fake, capsys):
    fake.load_error = features.Unavailable("no weights here")
    measured = make(tmp_path, metric="fid10k", patience_images=100)
    assert capsys.readouterr().err == "fid10k is not measured: no weights here\n"
    assert not measured.is_due(10_000) and not measured.is_enough()
    measured.measure(10_000)
    assert capsys.readouterr() == ("", "") and not (tmp_path / "metrics.jsonl").exists()
    assert fake.calls == [("load", "inception")]


def test_features_that_are_wrong_are_refused_at_once(tmp_path, fake):
    fake.load_error = errors.UserError("the file is damaged")
    with pytest.raises(errors.UserError, match="the file is damaged"):
        make(tmp_path, metric="fid10k")


def test_what_could_not_be_measured_is_said_and_tried_again_when_the_next_is_due(tmp_path, fake, capsys):
    fake.values += [5.0, errors.UserError("the generator draws NaN or infinity"), 4.0]
    measured = make(tmp_path)
    assert measure_due(measured, range(40, 321, 40)) == [120, 200, 320]
    assert "swd2k could not be measured: the generator draws NaN or infinity\n" in capsys.readouterr().err
    assert (measured.best.value, measured.best.images) == (4.0, 320)
    assert [record["images_shown"] for record in results.read(tmp_path / "metrics.jsonl")] == [120, 320]


def test_any_other_error_is_not_hidden(tmp_path, fake):
    fake.values += [ValueError("a mistake of ours")]
    with pytest.raises(ValueError, match="a mistake of ours"):
        make(tmp_path).measure(100)


# === With the real evaluator ===


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of three ticks, measured at the second and at its end, with half of its images held out."""
    folder = tmp_path_factory.mktemp("measured")
    settings = {"images": 24, "schedule_images": 24, "tick_images": 8, "evaluate_images": 16}
    config = helpers.experiment(folder, metric="swd2k", holdout=0.5, **settings)
    return training.train(config, folder / "run")


def measured_in(run_dir, metric="swd2k"):
    return [record for record in results.read(run_dir / "metrics.jsonl") if record["metric"] == metric]


def test_a_run_is_measured_against_the_images_that_were_held_out(trained):
    records = measured_in(trained.path)
    assert [record["checkpoint"] for record in records] == ["000000016", "000000024"]
    for record in records:
        assert {
            "generator": "ema",
            "config_hash": runs.identity_hash(trained.identity),
            "images_shown": int(record["checkpoint"]),
            "rollbacks": 0,
            "generated": 2048,
            "real": 32,
            "reference_split": "test",
        }.items() <= record.items()
        assert 0 < record["values"]["distance"] == record["values"]["16px"]
    smallest = min(records, key=lambda record: record["values"]["distance"])
    assert checkpoint.read_state(trained.checkpoint("best"))["images_shown"] == smallest["images_shown"]
    best = json.loads((trained.path / "best.json").read_text())["best"]
    assert (best["value"], best["images"]) == (smallest["values"]["distance"], smallest["images_shown"])
    (nearest,) = measured_in(trained.path, "nearest")
    assert nearest["checkpoint"] == "000000024" and (trained.path / "nearest.png").is_file()


def test_a_checkpoint_measured_afterwards_has_the_same_number(trained, tmp_path):
    options = {"metrics": ["swd2k"], "features": None, "seed": 0, "repeats": 1, "split": "test", "rivals": False}
    (tmp_path / "metrics.jsonl").touch()
    evaluation.of_run(
        str(trained.path), {}, {}, checkpoint="000000016", output=str(tmp_path / "metrics.jsonl"), **options
    )
    (afterwards,), (during, _) = measured_in(tmp_path), measured_in(trained.path)
    assert {key: value for key, value in afterwards.items() if key != "seconds"} == {
        key: value for key, value in during.items() if key != "seconds"
    }


def test_a_generator_that_draws_nan_is_said_and_stops_nothing(trained, tmp_path, capsys):
    resolved = experiment.resolve(trained.config, replicas=1)
    gan = build.build_gan(trained.config, {"channels": 3})
    run = types.SimpleNamespace(path=tmp_path, identity=IDENTITY, kind=kinds.IMAGES)
    measured = measurements.Measurements(run, gan, resolved)
    for variable in gan.ema_generator.trainable_variables:
        variable.assign(np.full(variable.shape, np.nan))
    measured.measure(80)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("swd2k could not be measured: the generator draws NaN or infinity (seeds 0 to 63)")
    assert not (tmp_path / "metrics.jsonl").exists() and measured.best is None


def test_a_full_disk_or_a_deleted_cache_costs_a_measurement_and_not_the_training(tmp_path, fake, capsys):
    fake.values += [OSError(28, "No space left on device"), 4.0]
    measured = make(tmp_path)
    measured.measure(100)
    assert "swd2k could not be measured: [Errno 28] No space left on device" in capsys.readouterr().err
    assert measured.best is None and measured.last_images == 100
    measured.measure(200)
    assert measured.best.value == 4.0
