"""Texts as `scripts/evaluate.py` measures them: what is skipped, what is refused, and the table of rivals."""

import json
import shutil

import pytest

from gan_keras import errors
from gan_keras.config import recipes
from gan_keras.game import build
from gan_keras.metrics import registry
from gan_keras.metrics import results
from gan_keras.runs import checkpoint
from gan_keras.runs import run as runs
from gan_keras.training import evaluation
from gan_keras.training import experiment

OPTIONS = {"metrics": None, "features": None, "split": "test", "seed": 0, "repeats": 1, "rivals": False}
RIVALS = ["training texts", *(f"{order}-gram model" for order in (2, 3, 4, 5, 6))]
NO_SENTENCES = "the cat the\nno cat no\nthe\n"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Settings of the embedded sentences, 120 for training."""
    return {"dataset": "sentences", "cache_dir": str(tmp_path_factory.mktemp("cache")), "max_images": 120}


@pytest.fixture(scope="module")
def untrained(data, tmp_path_factory):
    """Folder of a run with classes and two checkpoints, of a generator that has learned nothing."""
    sizes = {"width": 4, "latent_dim": 8, "batch_size": 8}
    resolved = experiment.resolve(recipes.recipe("csentences", **sizes, **data), replicas=1)
    path, kind = tmp_path_factory.mktemp("run") / "run", resolved.store.kind
    run = runs.create_run(path, resolved.config, resolved.identity, None, resolved.condition, kind)
    gan = build.build_gan(resolved.config, resolved.sizes, resolved.condition)
    for shown in (40, 80):
        checkpoint.save(run.checkpoints, f"{shown:09d}", gan, {"images_shown": shown})
    return run.path


@pytest.fixture
def run_dir(untrained, tmp_path):
    """A copy of the run."""
    return shutil.copytree(untrained, tmp_path / "run")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """The current folder, with texts that are no sentences in `no.txt`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "no.txt").write_text(NO_SENTENCES, "utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Metrics are of 200 texts: quicker."""
    for metric in ("nll", "unique", "asked_class"):
        monkeypatch.setitem(registry.METRICS, metric, registry.Metric(registry.METRICS[metric].measure, 200))


def measure_samples(path, data, **options):
    return evaluation.of_samples(str(path), data, {}, **OPTIONS | options)


def measure_run(run_dir, **options):
    return evaluation.of_run(str(run_dir), {}, {}, **OPTIONS | options)


def metrics_of(path=results.NAME):
    return [record["metric"] for record in results.read(path)]


def skipped(err):
    """Returns the lines on standard error that are no progress."""
    return [line for line in err.replace("\r", "\n").splitlines() if line.startswith("skipped")]


def test_a_metric_that_these_texts_have_nothing_for_is_left_out_alone(data, capsys):
    assert measure_samples("no.txt", data, metrics=["nll", "js4", "parsed"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("js4     divergence") and "\nparsed  share" in told.out and "nll" not in told.out
    assert skipped(told.err) == ["skipped nll of no.txt: none of the texts is a sentence"]
    assert metrics_of() == ["js4", "parsed"]


def test_nothing_measured_is_a_failure(data, here, capsys):
    assert measure_samples("no.txt", data, metrics=["nll"]) == 1
    told = capsys.readouterr()
    assert told.out == "" and len(skipped(told.err)) == 1 and not (here / results.NAME).exists()
    (here / "some.txt").write_text(f"{NO_SENTENCES}the cat sleeps.\n", "utf-8")
    assert measure_samples("some.txt", data, metrics=["nll"]) == 0


def test_other_checkpoints_are_measured_all_the_same(run_dir, capsys):
    lines = [f"skipped nll of checkpoint 0000000{shown}: none of the texts is a sentence" for shown in (40, 80)]
    assert measure_run(run_dir, checkpoint="all", metrics=["nll"]) == 1
    assert skipped(capsys.readouterr().err) == lines
    assert measure_run(run_dir, checkpoint="all", metrics=["nll", "unique"]) == 0
    assert metrics_of(run_dir / results.NAME) == ["unique", "unique"]
    capsys.readouterr()
    assert measure_run(run_dir, checkpoint="all", metrics=["nll", "unique"]) == 0  # One of each is known.
    told = capsys.readouterr()
    assert told.out == "" and skipped(told.err) == lines


def test_classes_of_texts_are_known_without_features(run_dir, capsys):
    for told in (2, 0):
        assert measure_run(run_dir, checkpoint="all", metrics=["asked_class"]) == 0
        assert capsys.readouterr().out.count("asked_class  agreement") == told


def rivals_in(out):
    """Returns the names of the rows of a table of rivals."""
    return [line.split("|")[1].strip() for line in out.splitlines() if line.startswith("|")][2:]


def test_rivals_are_measured_once_beside_all_checkpoints(run_dir, capsys):
    asked = {"metrics": ["unique", "asked_class"], "checkpoint": "all"}
    assert measure_run(run_dir, **asked, rivals=True) == 0
    first = capsys.readouterr()
    assert rivals_in(first.out) == ["000000040", "000000080", *RIVALS]
    assert first.out.count("asked_class  agreement") == 2 and "| texts | unique |" in first.out
    before = (run_dir / results.NAME).read_bytes()
    assert measure_run(run_dir, **asked, rivals=True) == 0  # What is known stands beside the rivals as well.
    told = capsys.readouterr()
    assert told.out == first.out[first.out.index("| texts") :]
    assert told.out.endswith("\neach row is of 120 texts: some have no more\n")
    assert "were measured so before" in told.err and (run_dir / results.NAME).read_bytes() == before
    assert measure_run(run_dir, metrics=["unique"], rivals=True) == 0
    assert rivals_in(capsys.readouterr().out) == ["generated", *RIVALS]


def test_rivals_without_a_metric_that_they_have_are_refused_early(run_dir, here):
    config = json.loads((run_dir / "config.json").read_text())
    config["config"]["data"]["cache_dir"] = str(here / "new")
    (run_dir / "config.json").write_text(json.dumps(config))
    message = "^--rivals has no effect with --metrics=asked_class: .*; leave it out, or add a metric of texts, such as"
    with pytest.raises(errors.UserError, match=message):
        measure_run(run_dir, metrics=["asked_class"], rivals=True)
    assert not (here / "new").exists()


def test_no_rivals_stand_beside_nothing(data, capsys):
    assert measure_samples("no.txt", data, metrics=["nll"], rivals=True) == 1
    assert capsys.readouterr().out == ""
