"""What a training says and restores."""

import json
import pathlib

import pytest

from gan_keras.game import build
from gan_keras.runs import checkpoint
from gan_keras.runs import run as runs
from gan_keras.training import trainer
from tests import helpers


@pytest.mark.parametrize(
    ("flags", "is_fast"), [("fpu avx2 amx_bf16", True), ("fpu avx512_bf16 avx2", True), ("fpu avx2 avx512f", False)]
)
def test_a_processor_with_fast_bfloat16_is_recognized(flags, is_fast, monkeypatch):
    monkeypatch.setattr(pathlib.Path, "read_text", lambda path: f"flags : {flags}\n")
    assert trainer._has_fast_bfloat16() == is_fast


def test_a_system_without_cpuinfo_is_not_taken_for_fast(monkeypatch):
    def missing(path):
        raise FileNotFoundError(path)

    monkeypatch.setattr(pathlib.Path, "read_text", missing)
    assert not trainer._has_fast_bfloat16()


def test_counters_come_from_the_arrays_of_the_checkpoint_alone(tmp_path):
    config = helpers.experiment(tmp_path)
    run = runs.create_run(tmp_path / "run", config, {}, 3)
    saved, restored = (build.build_gan(config, {"channels": 3}) for _ in range(2))
    saved.iteration.assign(5)
    saved.images_shown.assign(40)
    state = {"iteration": 1, "images_shown": 8, "stats_bytes": 0}  # what a reader of the folder sees
    checkpoint.save(run.checkpoints, "000000040", saved, state)
    assert trainer._restore(run, restored) == state
    assert (int(restored.iteration.numpy()), int(restored.images_shown.numpy())) == (5, 40)
    assert json.loads((run.checkpoint() / "state.json").read_text()) == state
