"""A training on sentences through the programs, as a user runs them: from the first line to the exported model."""

import json
import re
import subprocess
import sys

import pytest

from tests import helpers


def run(program, *flags, cwd):
    command = [sys.executable, helpers.ROOT / "scripts" / f"{program}.py", *map(str, flags)]
    ended = subprocess.run(command, env=helpers.environment(), cwd=cwd, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Folder with `run`, a short training of `csentences`, and its exported model, in `exported_models/`."""
    folder = tmp_path_factory.mktemp("texts")
    flags = (
        "--images=320",
        "--tick_images=160",
        "--grid_seconds=0",
        "--width=4",
        "--latent_dim=8",
        "--batch_size=16",
        "--metric=js4",
    )
    command = ("train", "--recipe=csentences", "--max_images=400", "--run_dir=run", "--cache_dir=cache", *flags)
    (folder / "said.txt").write_text(run(*command, cwd=folder).stderr, "utf-8")
    return folder


def test_a_training_of_texts_speaks_of_texts(folder):
    said = (folder / "said.txt").read_text("utf-8")
    assert "after 320 texts" in said
    assert not re.search(r"\d images", said)


def test_a_training_leaves_sheets_of_texts(folder):
    sheets = sorted((folder / "run" / "samples").iterdir())
    assert [sheet.name for sheet in sheets] == ["000000000.txt", "000000160.txt", "000000320.txt", "reals.txt"]
    assert re.search(r"[a-z ]+[.?]\n", sheets[-1].read_text("utf-8"))
    report = (folder / "run" / "report.html").read_text("utf-8")
    assert sheets[0].read_text("utf-8").splitlines()[0][:8] in report
    measured = json.loads((folder / "run" / "metrics.jsonl").read_text("utf-8").splitlines()[0])
    assert measured["metric"] == "js4" and 0 < measured["values"]["divergence"] <= 1


def test_an_exported_model_is_measured_as_its_run_is(folder):
    wanted = ("--metrics=js2,asked_class", "--cache_dir=cache")
    found = []
    for what in ("--run_dir=run", "--model=exported_models/csentences-sentences"):
        run("evaluate", what, *wanted, "--output=measured.jsonl", cwd=folder)
        lines = (folder / "measured.jsonl").read_text("utf-8").splitlines()[-2:]
        found.append({line["metric"]: line["values"] for line in map(json.loads, lines)})
    assert found[0].keys() == {"js2", "asked_class"}
    assert found[1]["js2"]["divergence"] == pytest.approx(found[0]["js2"]["divergence"], rel=0.01)
    assert next(iter(found[1]["asked_class"].values())) == pytest.approx(
        next(iter(found[0]["asked_class"].values())), abs=0.01
    )


def test_texts_of_seeds_are_printed_or_written(folder):
    first = run("generate", "--run_dir=run", "--seeds=0-3", "--labels=2", cwd=folder).stdout
    assert first.count("\n") == 4
    said = run("generate", "--run_dir=run", "--seeds=0-3", "--labels=2", "--output=texts.txt", cwd=folder).stdout
    assert said == "wrote 4 texts to texts.txt\n"
    assert (folder / "texts.txt").read_text("utf-8") == first
    model = folder / "exported_models" / "csentences-sentences"
    assert run("generate", f"--model={model}", "--seeds=0-3", "--labels=2", cwd=folder).stdout == first


def test_texts_are_measured_beside_their_rivals(folder):
    flags = ("--run_dir=run", "--metrics=js1,parsed,unique,novel", "--rivals")
    table = run("evaluate", *flags, cwd=folder).stdout
    for name in ("generated", "training texts", *(f"{order}-gram model" for order in range(2, 7))):
        assert f"| {name} |" in table
    (folder / "own.txt").write_text("the cat sleeps.\n" * 64, "utf-8")
    said = run(
        "evaluate",
        "--samples=own.txt",
        "--dataset=sentences",
        "--max_images=400",
        "--cache_dir=cache",
        "--metrics=parsed,unique",
        cwd=folder,
    ).stdout
    assert re.search(r"parsed +share +1 ", said) and re.search(r"unique +share +0.0156", said)
