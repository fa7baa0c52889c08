"""The program on two workers: one is killed, all are restarted, and the run goes on from its checkpoint."""

import json
import time

import numpy as np
import pytest

from gan_keras.runs import checkpoint
from gan_keras.runs import run as runs
from tests import helpers
from tests import tiny
from tests.runtime import replicas_test


def command(folder, run_dir, images):
    # A large epsilon makes Adam gentle: it would blow up last-bit differences of gradients near zero (see tiny.game).
    return [
        f"--dataset=npz:{folder / 'images.npz'}",
        f"--cache_dir={folder / 'cache'}",
        f"--run_dir={folder / run_dir}",
        f"--images={images}",
        "--resolution=16",
        "--width=4",
        "--batch_size=8",
        "--tick_images=400",
        "--checkpoint_seconds=0",
        "--grid_seconds=0",
        "--epsilon=0.1",
        "--export_dir=",
        "--holdout=0",
        "--evaluate_images=800",
        "--sync_batch_norm=true",
    ]


def start(folder, run_dir, images):
    return replicas_test.start_workers(folder, arguments=command(folder, run_dir, images), script=helpers.TRAIN)


@pytest.mark.slow
def test_a_killed_worker_and_a_restart(tmp_path):
    np.savez(tmp_path / "images.npz", images=tiny.images(64))
    chief, other = start(tmp_path, "run", 40_000)
    checkpoints = tmp_path / "run" / "checkpoints"
    try:
        while not any(map(int, checkpoint.names(checkpoints))):  # The first one is that of the untrained game.
            assert chief.poll() is None, chief.communicate()[0][-3000:]
            time.sleep(0.2)
        other.kill()
        time.sleep(1.0)
    finally:
        for worker in (chief, other):
            worker.kill()
            worker.communicate()
    reached = int(checkpoint.names(checkpoints)[-1])
    until = reached + 800
    workers = start(tmp_path, "run", until)
    output = workers[0].communicate(timeout=240)[0]
    assert "resuming at" in output and workers[0].returncode == 0, output[-3000:]
    replicas_test.finish(workers[1:])
    begun = int(output.split("resuming at ")[1].split()[0])
    assert reached <= begun < 40_000
    run = runs.open_run(tmp_path / "run")
    assert checkpoint.read_state(run.checkpoint("last"))["images_shown"] == until
    lines = [json.loads(line) for line in (tmp_path / "run" / "stats.jsonl").read_text().splitlines()]
    assert [line["tick"] for line in lines] == list(range(1, until // 400 + 1))
    measured = [
        json.loads(line)["images_shown"] for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    ]
    assert set(range(800, until + 1, 800)) <= set(measured) and until in measured
