"""Twenty ticks in one go, and the same killed with SIGKILL again and again and restarted until it is done."""

import json
import random
import statistics
import subprocess
import sys
import time

import pytest

from gan_keras.runs import checkpoint
from tests import helpers

TICKS = 20
TICK_IMAGES = 1_600
KILLS = 10
SEED = 20

# Kills its own process at the n-th time that it touches a file of a checkpoint to write, sync, rename or delete it.
KILLED_IN_A_WRITE = """
import os, runpy, signal, sys
number, sys.argv = int(sys.argv[1]), sys.argv[2:]

def watch(event, arguments):
    global number
    if event in ("open", "os.mkdir", "os.rename", "shutil.rmtree") and "/checkpoints/" in str(arguments[0]):
        if event != "open" or arguments[1] is None or "w" in arguments[1]:
            number -= 1
            if not number:
                os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def settings(folder, ticks=TICKS, **others):
    images = ticks * TICK_IMAGES
    sizes = {"width": 8, "batch_size": 16, "tick_images": TICK_IMAGES, "images": images, "schedule_images": images}
    return helpers.settings(folder, **sizes, **others)


def ticks(run_dir):
    path = run_dir / "stats.jsonl"
    return len(path.read_bytes().splitlines()) if path.exists() else 0


def live(command, run_dir, more_ticks=None, seconds=0.0):
    """Runs a program to its end, or kills it some seconds after so many more ticks; returns its status."""
    log = run_dir.with_suffix(".log")
    with open(log, "a") as file:
        process = subprocess.Popen([sys.executable, *command], env=helpers.environment(), stdout=file, stderr=file)
    lives, begun = log.read_text().count("resume with:"), None
    while process.poll() is None:
        if begun is None and log.read_text().count("resume with:") > lives:
            begun = ticks(run_dir)
        if begun is not None and more_ticks is not None and ticks(run_dir) >= begun + more_ticks:
            time.sleep(seconds)
            process.kill()
        time.sleep(0.01)
    return process.returncode


@pytest.mark.slow
def test_killed_again_and_again_it_is_the_same_run(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    flags = helpers.flags(settings(tmp_path))
    assert live([helpers.TRAIN, *flags, f"--run_dir={whole}"], whole) == 0
    tick_seconds = statistics.median(line["seconds"] for line in helpers.lines(whole))

    command = [helpers.TRAIN, *flags, f"--run_dir={killed}"]
    chance, kills, half_written, status = random.Random(SEED), 0, 0, None
    while status != 0:
        if kills % 2:  # The moment of a write is too short to be hit by chance.
            moment = {"number": chance.randint(1, 80)}
            status = live(["-c", KILLED_IN_A_WRITE, str(moment["number"]), *command], killed)
        else:
            moment = {"more_ticks": chance.randint(0, 2), "seconds": chance.uniform(0, 1.5 * tick_seconds)}
            status = live(command, killed, **moment)
        if status:
            assert status == -9
            kills += 1
            leftovers = [path.name for path in (killed / "checkpoints").glob(".*-*")]
            half_written += bool(leftovers)
            print(f"kill {kills} {moment}: {ticks(killed)} ticks, half written: {', '.join(leftovers) or '-'}")
    print(
        f"seed {SEED}: a tick takes {tick_seconds} s; killed {kills} times, {half_written} of them within a checkpoint"
    )
    assert kills >= KILLS and half_written >= 1
    assert helpers.weights(killed) == helpers.weights(whole)
    assert helpers.statistics(killed) == helpers.statistics(whole)
    assert len(helpers.statistics(killed)) == TICKS
    assert not list(killed.rglob(".*-*"))


def lost_seconds(run_dir):
    """Returns how long the ticks after the newest checkpoint took, seconds each."""
    folder = run_dir / "checkpoints"
    saved = int((checkpoint.names(folder) or ["0"])[-1])
    whole = [json.loads(line) for line in (run_dir / "stats.jsonl").read_text().splitlines() if line.endswith("}")]
    return [line["seconds"] for line in whole if line["images"] > saved]


@pytest.mark.slow
def test_killed_at_any_moment_it_loses_no_more_than_it_may(tmp_path):
    """Ten processes are killed some ticks after they have begun, on the way to a checkpoint or while one is written."""
    checkpoint_seconds, ticks = 4.0, 60
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    values = settings(tmp_path, ticks, checkpoint_seconds=checkpoint_seconds, grid_seconds=2)
    flags = helpers.flags(values)
    assert live([helpers.TRAIN, *flags, f"--run_dir={whole}"], whole) == 0
    tick_seconds = statistics.median(line["seconds"] for line in helpers.lines(whole))

    command = [helpers.TRAIN, *flags, f"--run_dir={killed}"]
    chance, losses, status = random.Random(SEED), [], None
    for _ in range(KILLS):
        moment = {"more_ticks": chance.randint(1, 10), "seconds": chance.uniform(0, tick_seconds)}
        status = live(command, killed, **moment)
        assert status == -9
        lost = lost_seconds(killed)
        losses.append(sum(lost))
        print(f"{moment}: {len(lost)} ticks, {losses[-1]:.1f} s lost, at {checkpoint.names(killed / 'checkpoints')}")
        # A tick may end while its checkpoint or the next one is written.
        assert losses[-1] <= checkpoint_seconds + 2 * max([tick_seconds, *lost])
    assert max(losses) > 2 * tick_seconds  # Some were far from a checkpoint.
    assert live(command, killed) == 0
    print(f"seed {SEED}: a tick takes {tick_seconds} s; lost {' '.join(f'{loss:.1f}' for loss in losses)} s")
    assert helpers.weights(killed) == helpers.weights(whole)
    plain = [
        [{name: value for name, value in line.items() if not name.startswith("grid_")} for line in of]
        for of in (helpers.statistics(killed), helpers.statistics(whole))
    ]
    assert plain[0] == plain[1] and len(plain[0]) == ticks
    assert not list(killed.rglob(".*-*"))
