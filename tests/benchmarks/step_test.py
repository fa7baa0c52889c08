"""The rates of recipes' steps, and their history."""

import json

import pytest

from gan_keras import errors
from gan_keras.benchmarks import step

SMALL = {"batch_size": 2, "resolution": 16, "rounds": 2}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(step, "SECONDS", 0.0)


def test_a_rate_is_compared_with_the_last_one_of_the_same_settings(tmp_path, capsys):
    history = tmp_path / "rates.jsonl"
    step.measure(["gan"], history=history, **SMALL)
    first = json.loads(history.read_text())
    out = capsys.readouterr().out
    assert out.startswith(f"gan  {first['images_per_second']:16.1f} images/s   rounds: ") and "times" not in out
    other = first | {"precision": "mixed_bfloat16", "images_per_second": 1e-3, "measured": "never"}
    half = first | {"images_per_second": first["images_per_second"] / 2, "measured": "once"}
    history.write_text("".join(json.dumps(line) + "\n" for line in (first, half, other)))
    step.measure(["gan"], history=history, **SMALL)
    last = json.loads(history.read_text().splitlines()[-1])
    ratio = last["images_per_second"] / half["images_per_second"]
    assert f"images/s, {ratio:.2f} times that of once" in capsys.readouterr().out
    assert len(history.read_text().splitlines()) == 4


def test_a_recipe_with_classes_has_labels(capsys):
    step.measure(["wcgan"], **SMALL)
    assert "images/s" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["no JSON", '{"recipe": "gan"}', "[1]"])
def test_another_file_is_refused_and_left_alone(tmp_path, content):
    history = tmp_path / "file"
    history.write_text(content)
    with pytest.raises(errors.UserError, match="--history="):
        step.measure(["gan"], history=history, **SMALL)
    assert history.read_text() == content


def test_an_unknown_recipe_is_refused_before_others_are_measured(capsys):
    with pytest.raises(errors.UserError, match="dcgam"):
        step.measure(["gan", "dcgam"], **SMALL)
    assert not capsys.readouterr().out
