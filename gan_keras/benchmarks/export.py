"""Size, speed and error of every file of an exported model, side by side."""

import json
import pathlib
import statistics
import subprocess
import sys

from gan_keras import errors
from gan_keras.exporting import latency
from gan_keras.exporting import parity
from gan_keras.exporting.exported import ExportedGenerator
from gan_keras.exporting.exporter import DRAWING_FORMATS
from gan_keras.runtime import markdown

SAVED_MODEL = "saved_model.pb"
HEADER = ("file", "MB", "max error", "mean error")
"""Of the table, before the milliseconds."""


def measure(path: pathlib.Path | str, rounds: int = 7) -> list[tuple[str, ...]]:
    """Prints a table of the files of a version, and returns its rows.

    The SavedModel is timed in processes of its own. Times are medians over rounds in which all files are timed in turn.

    Args:
        path: a version's folder, or the folder above it for the newest version.
        rounds: how often all are timed.

    Raises:
        UserError: there is no exported generator, or its SavedModel cannot be timed.
    """
    exported = ExportedGenerator(path)
    probe = parity.Probe.of_exported(exported)
    cases = [(threads, images) for threads in latency.THREADS for images in latency.IMAGES]
    times: dict[tuple[str, int, int], list[float]] = {}
    for _ in range(rounds):
        for threads in latency.THREADS:
            for images, milliseconds in zip(latency.IMAGES, _saved_model(exported.folder, threads), strict=True):
                times.setdefault((SAVED_MODEL, threads, images), []).append(milliseconds)
            for name, module in DRAWING_FORMATS.items():
                for file, draw in module.drawers(exported.folder / name, threads).items():
                    for images in latency.IMAGES:
                        case = (f"{name}/{file}", threads, images)
                        times.setdefault(case, []).append(latency.milliseconds(draw, probe, images))
    files = dict.fromkeys(file for file, _, _ in times)
    rows = [_row(exported, file, [statistics.median(times[file, *case]) for case in cases]) for file in files]
    print(markdown.table((*HEADER, *(_spelled(*case) for case in cases)), rows))
    return rows


def _spelled(threads, images):
    return f"ms: {images} image{'s' * (images > 1)}, {threads} thread{'s' * (threads > 1)}"


def _row(exported, file, milliseconds):
    check = exported.description["checks"][file]
    size = check.get("bytes") or sum(path.stat().st_size for path in _of_saved_model(exported.folder))
    return (
        f"`{pathlib.Path(file).name}`",
        f"{size / 1e6:.2f}",
        f"{check['max_error']:.1e}",
        f"{check['mean_error']:.1e}",
        *(f"{value:.2f}" for value in milliseconds),
    )


def _of_saved_model(folder):
    return [folder / SAVED_MODEL, *(folder / "variables").iterdir()]


def _saved_model(folder, threads):
    """Returns the milliseconds of a SavedModel's signature in a process with so many threads."""
    command = [sys.executable, "-m", "gan_keras.benchmarks.saved_model", str(folder), str(threads)]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode:
        said = ended.stderr.splitlines() or [f"exit status {ended.returncode}"]
        raise errors.UserError(f"the SavedModel in '{folder}' cannot be timed: {said[-1]}")
    return json.loads(ended.stdout.splitlines()[-1])
