"""`scripts/evaluate.py`: what it measures, prints and writes, and what it refuses without losing anything."""

import json
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

from gan_keras import errors
from gan_keras import exporting
from gan_keras import training
from gan_keras.data import images
from gan_keras.exporting import tflite
from gan_keras.game import build
from gan_keras.metrics import kid
from gan_keras.metrics import registry
from gan_keras.metrics import results
from gan_keras.metrics.features import inception
from gan_keras.runs import checkpoint
from gan_keras.runs import run as runs
from gan_keras.runtime import files
from gan_keras.training import evaluation
from gan_keras.training import experiment
from tests import helpers
from tests import tiny
from tests.metrics.features import inception_test

EVALUATE = helpers.ROOT / "scripts" / "evaluate.py"
OPTIONS = {"metrics": ["diversity"], "features": None, "split": "test", "seed": 0, "repeats": 1, "rivals": False}

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Folder of the module's data: dark images of class 0 and bright ones of class 1, 64 and 32; and the cache."""
    folder = tmp_path_factory.mktemp("evaluate")
    arrays = {}
    for split, count in (("train", 64), ("test", 32)):
        labels = np.arange(count) % 2
        arrays[f"x_{split}"] = tiny.images(count, seed=count) // 2 + 127 * labels[:, None, None, None].astype(np.uint8)
        arrays[f"y_{split}"] = labels
    np.savez(folder / "photos.npz", **arrays)
    return folder


@pytest.fixture(scope="module")
def trained(place):
    """Folder of a run with two checkpoints, after 40 and 80 images."""
    dataset = f"npz:{place}/photos.npz"
    training.train(
        helpers.experiment(place, dataset=dataset, images=80, holdout=None, on_collapse="stop"), place / "run"
    )
    return place / "run"


@pytest.fixture
def run_dir(trained, tmp_path):
    """A copy of the run."""
    return shutil.copytree(trained, tmp_path / "run")


@pytest.fixture(scope="module")
def exported(trained, place):
    """The run, exported."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(tflite, "FILES", ())
        return exporting.export(runs.open_run(trained), place / "exported")


@pytest.fixture
def data(place):
    """Settings of the data set that `--samples` needs."""
    return {"dataset": f"npz:{place}/photos.npz", "cache_dir": str(place / "cache")}


@pytest.fixture
def npy(tmp_path):
    """Path of 20 samples of noise."""
    np.save(tmp_path / "samples.npy", tiny.images(20, seed=1))
    return tmp_path / "samples.npy"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """The current folder, with results of an earlier measurement."""
    monkeypatch.chdir(tmp_path)
    pathlib.Path(results.NAME).write_text('{"metric": "swd2k", "values": {"distance": 1.0}}\n')
    return tmp_path


def measure(subject, path, data=None, choice=None, **options):
    """Measures as the program does, the diversity unless another metric is named."""
    measure = {"run": evaluation.of_run, "model": evaluation.of_model, "samples": evaluation.of_samples}[subject]
    measure(str(path), data or {}, choice or {}, **OPTIONS | options)


def refused(message, *arguments, **options):
    """Whether a measurement is refused with one line, before anything is printed or written."""
    before = {path: path.read_bytes() for path in pathlib.Path().rglob(results.NAME)}
    assert before
    with pytest.raises(errors.UserError, match=message) as error:
        measure(*arguments, **options)
    assert "\n" not in str(error.value)
    assert {path: path.read_bytes() for path in pathlib.Path().rglob(results.NAME)} == before
    return True


def evaluate(*arguments, env=None):
    """Runs the program to its end."""
    command = [sys.executable, EVALUATE, *arguments]
    return subprocess.run(command, env=helpers.environment(**env or {}), capture_output=True, text=True)


def test_a_run_as_a_user_measures_it(run_dir):
    (run_dir / "report.html").write_text("old")
    ended = evaluate(f"--run_dir={run_dir}", "--repeats=2")
    assert ended.returncode == 0
    assert "Traceback" not in ended.stderr and "warning:" not in ended.stderr
    (record,) = results.read(run_dir / results.NAME)
    value, deviation = record["values"]["distance"], record["std"]["distance"]
    assert value > 0 and deviation > 0
    assert ended.stdout == (
        f"mind2k  distance  {value:.5g} ± {deviation:.5g}  classifier (not resized), 2048 generated, 32 real (npz "
        "test), seed 0\n"
        "note on mind2k: 32 of 2048 generated samples were compared, a random subset\n"
    )
    described = {"checkpoint": "000000080", "images_shown": 80, "generator": "ema", "repeats": 2, "metric": "mind2k"}
    assert described.items() <= record.items() and len(record["features_sha256"]) == 64
    assert "mind2k" in (run_dir / "report.html").read_text()


def test_its_own_weights_are_measured_as_well(run_dir, capsys):
    for generator in ("ema", "raw"):
        measure("run", run_dir, generator=generator, metrics=["diversity", "swd2k"])
        table = capsys.readouterr().out
        assert table.startswith("diversity  ratio") and "\nswd2k      distance" in table and "±" not in table
    records = results.read(run_dir / results.NAME)
    assert [record["generator"] for record in records] == ["ema", "ema", "raw", "raw"]
    assert records[0]["values"] != records[2]["values"] and records[1]["values"] != records[3]["values"]


def test_all_measures_what_was_not_measured_so_before(run_dir, capsys):
    measure("run", run_dir, checkpoint="all")
    told = capsys.readouterr()
    first = (run_dir / results.NAME).read_bytes()
    assert [json.loads(line)["checkpoint"] for line in first.splitlines()] == ["000000040", "000000080"]
    assert told.out.count("diversity") == 2
    measure("run", run_dir, checkpoint="all")
    told = capsys.readouterr()
    assert told.out == "" and told.err.endswith("were measured so before\n")
    assert (run_dir / results.NAME).read_bytes() == first
    (run_dir / results.NAME).write_bytes(first.splitlines(keepends=True)[1])
    for others in ({}, {"generator": "raw"}, {"seed": 1}, {"metrics": ["swd2k"]}):
        measure("run", run_dir, checkpoint="all", **others)
    assert capsys.readouterr().out.count("seed") == 1 + 2 + 2 + 2


def test_all_measures_the_best_one_too_and_once(run_dir):
    for _ in range(2):
        checkpoint.promote(run_dir / "checkpoints", "000000040")
        measure("run", run_dir, checkpoint="all", output="both.jsonl")
        shutil.rmtree(run_dir / "checkpoints" / "000000040")
        measure("run", run_dir, checkpoint="all", output="best.jsonl")
        shutil.copytree(run_dir / "checkpoints" / "best", run_dir / "checkpoints" / "000000040")
    assert [record["checkpoint"] for record in results.read("both.jsonl")] == ["000000040", "000000080"]
    assert [record["checkpoint"] for record in results.read("best.jsonl")] == ["000000080", "000000040"]


def test_all_tells_features_apart_by_their_weights(run_dir, capsys, monkeypatch):
    monkeypatch.setitem(registry.METRICS, "kid2k", registry.Metric(kid.measure, 64))
    monkeypatch.setattr(inception, "PLAUSIBLE_BYTES", range(1000, 1_000_000))
    weights = run_dir / "graph.pb"
    weights.write_bytes(inception_test.definition().SerializeToString())
    shutil.rmtree(run_dir / "checkpoints" / "000000040")
    asked = {"metrics": ["kid2k"], "checkpoint": "all", "choice": {"inception_weights": str(weights)}}
    for features, measured in (("inception", 1), ("inception", 0), ("inception:clean", 1), ("classifier", 1)):
        measure("run", run_dir, features=[features], **asked | ({"choice": {}} if features == "classifier" else {}))
        assert capsys.readouterr().out.count("kid2k  distance") == measured


def test_after_a_rollback_the_same_number_of_images_is_another_generator(run_dir, capsys):
    measure("run", run_dir, checkpoint="all")
    state = run_dir / "checkpoints" / "000000080" / "training_state.npz"
    with np.load(state) as stored:
        arrays = dict(stored)
    (name,) = (name for name in arrays if name.endswith("rollbacks"))
    np.savez(state, **arrays | {name: arrays[name] + 1})
    manifest = state.with_name(checkpoint.MANIFEST)
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {state.name: files.sha256(state)}))
    capsys.readouterr()
    measure("run", run_dir, checkpoint="all")
    assert capsys.readouterr().out.count("diversity") == 1
    assert [record["rollbacks"] for record in results.read(run_dir / results.NAME)] == [0, 0, 1]


def test_which_checkpoint(run_dir):
    checkpoint.promote(run_dir / "checkpoints", "000000040")
    for asked in (None, "best", "last", "000000040", str(run_dir / "checkpoints" / "000000080")):
        measure("run", run_dir, checkpoint=asked, output=f"{asked and asked[-4:]}.jsonl")
    found = {
        path.stem: results.read(path)[0]["checkpoint"]
        for path in pathlib.Path().glob("*.jsonl")
        if path.stem != "metrics"
    }
    assert found == {
        "None": "000000040",
        "best": "000000040",
        "last": "000000080",
        "0040": "000000040",
        "0080": "000000080",
    }
    assert not (run_dir / results.NAME).exists()
    (run_dir / results.NAME).write_text("")
    assert refused(
        "no checkpoint '7' in .*: expected best, last, a path, or one of 000000040", "run", run_dir, checkpoint="7"
    )
    shutil.rmtree(run_dir / "checkpoints")
    assert refused("holds no checkpoint yet", "run", run_dir, checkpoint="all")


def test_a_run_that_keeps_many_checkpoints_is_measured_at_all(run_dir):
    config = json.loads((run_dir / "config.json").read_text())
    config["config"]["training"]["keep_checkpoints"] = 4
    (run_dir / "config.json").write_text(json.dumps(config))
    measure("run", run_dir)
    assert [record["checkpoint"] for record in results.read(run_dir / results.NAME)] == ["000000040", "000000080"]


def test_an_exported_model_is_the_run_that_it_came_from(exported, trained, here, capsys):
    measure("model", exported.parent, metrics=["diversity", "swd2k"])
    assert capsys.readouterr().out.startswith("diversity  ratio")
    records = results.read(here / results.NAME)[1:]
    described = {"checkpoint": "000000080", "generator": "ema", "model": str(exported), "reference_dataset": "npz"}
    assert all(described.items() <= record.items() for record in records)
    measure("run", trained, metrics=["diversity", "swd2k"], output="run.jsonl")
    for mine, other in zip(records, results.read("run.jsonl"), strict=True):
        assert mine["values"] == pytest.approx(other["values"], rel=1e-3)
        assert mine["config_hash"] == other["config_hash"]


def test_samples_of_a_folder_and_of_an_array_are_the_same(npy, data, here, capsys):
    (here / "pictures").mkdir()
    for index, image in enumerate(np.load(npy)):
        images.write_png(here / "pictures" / f"{index:02d}.png", image)
    np.savez(here / "samples.npz", images=np.load(npy))
    for path in ("pictures", "samples.npz", npy):
        measure("samples", path, data)
    told = capsys.readouterr().out.splitlines()
    assert told[1::2] == ["note on diversity: 20 samples instead of the 2048 of the protocol: there are no more"] * 3
    older, *records = results.read(here / results.NAME)
    assert older == {"metric": "swd2k", "values": {"distance": 1.0}}
    assert [record["samples"] for record in records] == ["pictures", "samples.npz", str(npy)]
    assert len({record["values"]["ratio"] for record in records}) == 1 and records[0]["generated"] == 20


def test_fewer_samples_than_features_is_a_note(npy, data, capsys):
    measure("samples", npy, data, metrics=["frechet2k"])
    told = capsys.readouterr().out
    assert "note on frechet2k: 20 generated samples for 128 features: their covariance is rank-deficient" in told


def test_the_nearest_training_images_are_a_picture(npy, data, run_dir, here):
    measure("samples", npy, data, metrics=["nearest"])
    assert (here / "nearest.png").stat().st_size > 1000
    measure("run", run_dir, metrics=["nearest"], output="elsewhere.jsonl")
    assert (run_dir / "nearest.png").stat().st_size > 1000


def test_a_metric_named_twice_is_measured_once(npy, data, here):
    measure("samples", npy, data, metrics=["diversity", "diversity"])
    _, record = results.read(here / results.NAME)
    assert record["std"] is None


def test_without_the_weights_of_inception_the_others_are_measured(npy, data, place):
    proxy = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}
    flags = [f"--samples={npy}", *helpers.flags(data), "--metrics=fid10k,diversity,fid50k", "--output=out.jsonl"]
    ended = evaluate(*flags, env=proxy)
    assert ended.returncode == 0 and ended.stdout.startswith("diversity  ratio") and "fid" not in ended.stdout
    (told,) = (line for line in ended.stderr.splitlines() if line.startswith("skipped"))
    assert told.startswith("skipped, what needs the features inception: the weights of Inception are not here and ")
    assert told.endswith("elsewhere and name the file with --inception_weights")
    assert [record["metric"] for record in results.read("out.jsonl")] == ["diversity"]


def test_nan_is_refused_in_one_line(data, here):
    samples = np.zeros((20, 16, 16, 3), np.float32)
    samples[7, 3, 3] = np.nan
    np.save(here / "nan.npy", samples)
    ended = evaluate("--samples=nan.npy", *helpers.flags(data))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "error: --samples=nan.npy: 1 samples are NaN or infinite, the first is 7\n"


@pytest.mark.parametrize(
    "flags, message",
    [
        ([], "expected one of --run_dir (a run), --model (an exported model) and --samples"),
        (
            ["--run_dir=a", "--samples=b"],
            "expected one of --run_dir (a run), --model (an exported model) and --samples",
        ),
        (["--model=a", "--checkpoint=last"], "--checkpoint chooses among what a run holds: leave it out without"),
        (["--samples=a", "--generator=raw"], "--generator chooses among what a run holds: leave it out without"),
        (
            ["--run_dir=a", "--metrics=fid5k"],
            "unknown metric 'fid5k' (did you mean 'fid50k'?): expected one of fid10k,",
        ),
        (["--run_dir=a", "--repeats=0"], "flag --repeats=0: 0 is not a positive integer"),
        (["--self_check", "--run_dir=a"], "expected none of --run_dir"),
        (["--self_check", "--repeats=2"], "--repeats has no effect beside --self_check, which measures CIFAR-10"),
    ],
)
def test_flags_are_checked_before_tensorflow_is_loaded(flags, message, here):
    blocked = (
        "import sys; sys.modules['tensorflow'] = None; sys.argv = sys.argv[1:]; import runpy; "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    before = helpers.contents(here)
    command = [sys.executable, "-c", blocked, EVALUATE, *flags]
    ended = subprocess.run(command, env=helpers.environment(), capture_output=True, text=True)
    assert ended.returncode == 1 and ended.stderr.count("\n") == 1, ended.stderr
    assert ended.stderr.startswith("error: ") and message in ended.stderr, ended.stderr
    assert helpers.contents(here) == before


def test_samples_that_cannot_be_compared(data, npy, here):
    assert refused("--samples needs --dataset: the real images to compare with", "samples", npy)
    np.save(here / "grey.npy", tiny.images(20)[..., 0])
    assert refused("samples are 16 × 16 × 1, the real images 16 × 16 × 3", "samples", here / "grey.npy", data)
    assert refused(
        "samples are 16 × 16 × 3, the real images 32 × 32 × 3: .*--resolution",
        "samples",
        npy,
        data | {"resolution": 32},
    )
    np.save(here / "floats.npy", tiny.images(20) / 255 * 2.0)
    assert refused("floats from 0 to 2, expected them in", "samples", here / "floats.npy", data)
    assert refused("No such file", "samples", here / "nothing", data)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"metrics": ["fid5k"]}, "unknown metric 'fid5k'"),
        ({"features": ["sqeezenet:a"], "metrics": ["mind2k"]}, "unknown features 'sqeezenet:a' .did you mean"),
        ({"features": ["squeezenet:missing.h5"]}, "features=squeezenet:missing.h5: there is no file 'missing.h5'"),
        (
            {"features": ["classifier"], "metrics": ["swd2k"]},
            "^--features=classifier has no effect: no such features are compared by swd2k; leave it out, or choose "
            "other --metrics, such as mind2k$",
        ),
        (
            {"features": ["classifier"], "metrics": ["fid10k", "diversity"]},
            "^--features=classifier has no effect: no such features are compared by fid10k, diversity; ",
        ),
        ({"features": ["inception", "classifier"], "metrics": ["fid10k"]}, "^--features=classifier has no effect: "),
        (
            {"choice": {"features_size": 64}, "metrics": ["mind2k"]},
            "--features_size has no effect: it needs --features",
        ),
        (
            {"choice": {"inception_weights": "a"}},
            "--inception_weights has no effect: it needs the features of Inception",
        ),
        ({"metrics": ["diversity", "asked_class"]}, "asked_class needs a conditional generator"),
        ({"output": "missing/results.jsonl"}, "output missing/results.jsonl: there is no folder 'missing'"),
        ({"output": "."}, "output .: it is a folder"),
        ({"output": "notes.txt"}, "output notes.txt: it holds other things than results"),
    ],
)
def test_choices_that_cannot_be(options, message, run_dir, here):
    (here / "notes.txt").write_text("Milk\nBread\n")
    shutil.copy(here / results.NAME, run_dir)
    assert refused(message, "run", run_dir, **options)
    assert (here / "notes.txt").read_text() == "Milk\nBread\n"


def test_names_are_checked_before_images_are_prepared(npy, data, here):
    for options in ({"metrics": ["fid5k"]}, {"features": ["sqeezenet"]}, {"output": "missing/out.jsonl"}):
        assert refused("unknown|there is no folder", "samples", npy, data | {"cache_dir": str(here / "new")}, **options)
    assert not (here / "new").exists()


def test_another_crop_or_resolution_than_was_learned(run_dir, exported, here, data):
    shutil.copy(here / results.NAME, run_dir)
    crop = "--crop=8: the generator learned the whole images of npz:.*: leave out --crop"
    side = "--resolution=32: the generator learned resolution 16 of npz:.*: leave out --resolution"
    for subject, path in (("run", run_dir), ("model", exported)):
        assert refused(crop, subject, path, {"crop": 8})
        assert refused(crop, subject, path, {"crop": 8, "dataset": data["dataset"]})
        assert refused(side, subject, path, {"resolution": 32})
    config = json.loads((run_dir / "config.json").read_text())
    config["config"]["data"]["crop"] = 12
    (run_dir / "config.json").write_text(json.dumps(config))
    assert refused("--crop=8: the generator learned crop 12 of npz:", "run", run_dir, {"crop": 8})
    np.savez(here / "others.npz", images=tiny.images(seed=2))
    measure("run", run_dir, data | {"dataset": "npz:others.npz", "crop": 8, "resolution": 16})


def test_an_export_that_does_not_say_what_was_learned_needs_a_data_set(exported, data, here):
    shutil.copytree(exported, here / "model")
    description = json.loads((here / "model" / "export.json").read_text())
    del description["metadata"]["config"]
    (here / "model" / "export.json").write_text(json.dumps(description))
    assert refused("does not say which images it learned: name a data set with --dataset", "model", here / "model")
    measure("model", here / "model", data | {"resolution": 16, "crop": 8})


def test_features_alone_choose_the_metric_that_compares_them(npy, place, here, monkeypatch):
    monkeypatch.setitem(registry.METRICS, "fid10k", registry.Metric(kid.measure, 64))  # Quicker.
    monkeypatch.setattr(inception, "PLAUSIBLE_BYTES", range(1000, 1_000_000))
    graph = inception_test.definition().SerializeToString()
    (here / "graph.pb").write_bytes(graph)
    data = {"dataset": f"npz:{helpers.noise(place)}", "cache_dir": str(place / "cache"), "holdout": 0.0}  # No labels.
    choice = {"inception_weights": "graph.pb"}
    measure("samples", npy, data, choice, metrics=None, features=["inception"])
    measure("samples", npy, data, metrics=None)
    assert [record["metric"] for record in results.read(here / results.NAME)[1:]] == ["fid10k", "swd2k"]
    assert refused("the data set .* has no labels to train it on", "samples", npy, data, metrics=["mind2k"])

    (here / "graph.pb").write_bytes(inception_test.definition(scaled=True).SerializeToString())
    (here / "torn.pb").write_bytes(graph[: len(graph) // 2])
    (here / "short.pb").write_bytes(graph[:100])
    for weights, message in (
        ("graph.pb", "its SHA-256 is .*…, but was .*… when it was first used; put the old file back, or delete"),
        ("torn.pb", "torn.pb' is damaged: it holds no TensorFlow graph; get https://"),
        ("short.pb", "a graph of 100 bytes is not classify_image_graph_def.pb"),
        ("none.pb", "--inception_weights=none.pb: there is no such file"),
    ):
        assert refused(message, "samples", npy, data, {"inception_weights": weights}, metrics=["diversity", "fid10k"])


def test_a_conditional_generator_is_asked_for_the_classes_of_the_real_images(place, data, here):
    settings = helpers.settings(place, **data, holdout=None, labels="auto")
    resolved = experiment.resolve(helpers.recipes.recipe("dcgan", **settings), replicas=1)
    run = runs.create_run(here / "untrained", resolved.config, resolved.identity, 3, resolved.condition)
    gan = build.build_gan(resolved.config, {"channels": 3}, resolved.condition)
    checkpoint.save(run.checkpoints, f"{0:09d}", gan, {"images_shown": 0})
    measure("run", run.path, metrics=["asked_class"])
    (record,) = results.read(run.path / results.NAME)
    assert record["values"].keys() == {"agreement", "worst_class", "accuracy"} and record["values"]["accuracy"] > 0.9
    assert (
        0.3 < record["values"]["agreement"] < 0.7
    )  # By chance: it is untrained, and the classes are equally frequent.


@pytest.mark.parametrize("kind", ["squeezenet:", "lite0:", ""])
def test_damaged_weights(kind, npy, data, here):
    (here / "bad.h5").write_bytes(b"no weights")
    (here / "bad.keras").write_bytes(b"no weights")
    path = "bad.h5" if kind == "squeezenet:" else "bad.keras"
    asked = {"metrics": ["mind2k"], "features": [f"{kind}{path}"]}
    assert refused(f"--features={kind}{path}: (not the|the model cannot be read)", "samples", npy, data, **asked)
