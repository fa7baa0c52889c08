"""Size, latency and error of every file of an exported model, with so many threads each."""

import json
import pathlib
import subprocess
import sys

from gan_keras.exporting import latency
from gan_keras.exporting import parity
from gan_keras.exporting.exported import ExportedGenerator
from gan_keras.exporting.exporter import DRAWING_FORMATS
from gan_keras.runtime import markdown

ROUNDS = 3
SAVED_MODEL = "saved_model.pb"
HEADER = ("file", "MB", "max error", "mean error")
"""Of the table, before the milliseconds."""

_TIME_SAVED_MODEL = """
import json, sys
import tensorflow as tf
folder, threads = sys.argv[1], int(sys.argv[2])
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
from gan_keras.exporting import latency
from gan_keras.exporting import parity
from gan_keras.exporting.exported import ExportedGenerator
exported = ExportedGenerator(folder)
probe = parity.Probe.of_exported(exported)
signature = exported.signatures["serving_default"]
def draw(**rows):
    return signature(**{name: tf.constant(values) for name, values in rows.items()})["images"].numpy()
print(json.dumps([latency.milliseconds(draw, probe, images) for images in latency.IMAGES]))
"""


def measure(path, rounds=ROUNDS):
    """Prints a table of the files of a version, and returns its rows.

    The SavedModel is timed in processes of its own, because TensorFlow takes its number of threads only once. Times are
    medians over rounds in which all files are timed in turn.

    Args:
        path: a version's folder, or the folder above it for the newest version.
        rounds: how often all are timed.
    """
    exported = ExportedGenerator(path)
    probe = parity.Probe.of_exported(exported)
    cases = [(threads, images) for threads in latency.THREADS for images in latency.IMAGES]
    times = {}
    for _ in range(rounds):
        for threads in latency.THREADS:
            for images, milliseconds in zip(latency.IMAGES, _saved_model(exported.folder, threads), strict=True):
                times.setdefault((SAVED_MODEL, threads, images), []).append(milliseconds)
            for name, module in DRAWING_FORMATS.items():
                for file, draw in module.drawers(exported.folder / name, threads).items():
                    for images in latency.IMAGES:
                        case = (f"{name}/{file}", threads, images)
                        times.setdefault(case, []).append(latency.milliseconds(draw, probe, images))
    rows = [_row(exported, file, [_median(times[file, *case]) for case in cases]) for file, *_ in _files(times)]
    header = (
        *HEADER,
        *(
            f"ms: {images} image{'s' * (images > 1)}, {threads} thread{'s' * (threads > 1)}"
            for threads, images in cases
        ),
    )
    print(markdown.table(header, rows))
    return rows


def _files(times):
    return dict.fromkeys((file,) for file, _, _ in times)


def _median(values):
    return sorted(values)[len(values) // 2]


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
    command = [sys.executable, "-c", _TIME_SAVED_MODEL, str(folder), str(threads)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return json.loads(ended.stdout.splitlines()[-1])
