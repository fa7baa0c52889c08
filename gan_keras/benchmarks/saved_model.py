"""Times a SavedModel in this process: `python -m gan_keras.benchmarks.saved_model FOLDER THREADS` prints milliseconds.

TensorFlow takes its number of threads only once, so each number has a process of its own.
"""

import json
import sys

import numpy as np
import tensorflow as tf

from gan_keras.exporting import latency
from gan_keras.exporting import parity
from gan_keras.exporting.exported import ExportedGenerator


def milliseconds(folder: str, threads: int) -> list[float]:
    """Returns the milliseconds of a call of `serving_default`, for each of the numbers of images `latency.IMAGES`."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    exported = ExportedGenerator(folder)
    signature = exported.signatures["serving_default"]

    def draw(**rows: np.ndarray) -> np.ndarray:
        return signature(**{name: tf.constant(values) for name, values in rows.items()})["images"].numpy()

    probe = parity.Probe.of_exported(exported)
    return [latency.milliseconds(draw, probe, images) for images in latency.IMAGES]


if __name__ == "__main__":
    print(json.dumps(milliseconds(sys.argv[1], int(sys.argv[2]))))
