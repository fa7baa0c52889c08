"""Twenty ticks in one go, and the same killed with SIGKILL at random moments and restarted until it is done."""

import random
import subprocess
import sys
import time

import pytest

from tests import helpers

TICKS = 20
TICK_IMAGES = 3_200
KILLS = 10
SEED = 20


def settings(folder):
    return helpers.settings(folder, width=8, batch_size=16, tick_images=TICK_IMAGES, images=TICKS * TICK_IMAGES,
                            schedule_images=TICKS * TICK_IMAGES)


def is_writing(run_dir):
    return any((run_dir / "checkpoints").glob(".0*"))


def life(arguments, run_dir, moment):
    """Runs the program until it ends or `moment(seconds since it began to play)` says to kill it.

    Returns:
        (exit status or None if it was killed, whether a checkpoint was half written when it was).
    """
    command = [sys.executable, helpers.TRAIN, *arguments]
    with open(run_dir.with_suffix(".log"), "a+") as log:
        process = subprocess.Popen(command, env=helpers.environment(), stderr=log, stdout=log)
        before, begun = log.tell(), None
        while process.poll() is None:
            log.seek(before)
            if begun is None and any(word in log.read() for word in ("starting in", "resuming at", "finished")):
                begun = time.monotonic()
            if begun is not None and moment(time.monotonic() - begun):
                process.kill()
                process.wait()
                return None, is_writing(run_dir)
            time.sleep(0.001)
        return process.returncode, False


@pytest.mark.slow
def test_killed_again_and_again_it_is_the_same_run(tmp_path):
    flags = helpers.flags(settings(tmp_path))
    begun = time.monotonic()
    status, _ = life([*flags, f"--run_dir={tmp_path}/whole"], tmp_path / "whole", lambda seconds: False)
    assert status == 0
    in_one_go = time.monotonic() - begun

    chance = random.Random(SEED)
    run_dir, kills, in_a_write = tmp_path / "killed", [], 0
    while True:
        if len(kills) % 2:  # Every other time, in a window that is hit by chance too seldom: a checkpoint being written.
            delay = chance.uniform(0, 0.03)

            def moment(seconds, delay=delay):
                return is_writing(run_dir) and not time.sleep(delay)
        else:
            delay = chance.uniform(0, 0.2 * in_one_go)

            def moment(seconds, delay=delay):
                return seconds > delay
        status, writing = life([*flags, f"--run_dir={run_dir}"], run_dir, moment)
        if status is not None:
            break
        kills.append(delay)
        in_a_write += writing
    assert status == 0
    print(f"seed {SEED}; {in_one_go:.0f} s in one go; killed {len(kills)} times, {in_a_write} of them with a half-written "
          f"checkpoint, after {', '.join(f'{delay:.3f}' for delay in kills)} s")
    assert len(kills) >= KILLS and in_a_write >= 1
    assert helpers.weights(run_dir) == helpers.weights(tmp_path / "whole")
    assert helpers.statistics(run_dir) == helpers.statistics(tmp_path / "whole")
    assert len(helpers.statistics(run_dir)) == TICKS
    assert not list(run_dir.rglob(".*-*"))
