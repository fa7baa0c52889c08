"""A generator for phones and browsers: TFLite files with signatures of fixed batch sizes."""

import importlib.util
import pathlib
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from gan_keras.exporting import reproducible
from gan_keras.exporting import saved_model
from gan_keras.exporting.parity import Parity
from gan_keras.exporting.parity import Probe
from gan_keras.game import inputs

BATCH_SIZES = {"serving_default": 1, "batch_4": 4, "batch_8": 8}
"""Signatures of a file and their batch sizes; all share one copy of the weights.

A batch of any size would put shape arithmetic in front of every transposed convolution, which keeps it from the fast
kernels: int8 was measured to be a hundred times slower.
"""

OPTIMIZATIONS = {"generator_float32.tflite": [], "generator_int8.tflite": [tf.lite.Optimize.DEFAULT]}
"""Files and what the converter does to them: int8 stores a weight in a byte, and measures activations as it runs."""

FLOAT32_MAX_ERROR = 1e-4
INT8_MAX_MEAN_ERROR = 0.02
INT8_MIN_CORRELATION = 0.99


def can_run() -> bool:
    """Returns whether TFLite files can be run here: `ai-edge-litert` is an optional dependency."""
    return importlib.util.find_spec("ai_edge_litert") is not None


def write(generator: keras.Model, folder: pathlib.Path, probe: Probe) -> dict[str, dict[str, Any]]:
    """Writes those TFLite files of a generator that draw what Keras draws.

    Args:
        generator: functional Keras model in float32.
        folder: path of a folder, made if need be.
        probe: the `Probe` of the generator.

    Returns:
        dict from `tflite/<file>` to its size, parity and milliseconds, or to why it was left out.
    """
    if not can_run():
        reason = "left out, ai-edge-litert is needed to check it: pip install 'gan-keras[export]'"
        return {f"tflite/{name}": {"left_out": reason} for name in OPTIMIZATIONS}
    return {f"tflite/{name}": write_checked(folder / name, content, probe) for name, content in convert(generator)}


def write_checked(path: pathlib.Path, content: bytes, probe: Probe) -> dict[str, Any]:
    """Writes a TFLite file if it draws what Keras draws; returns its entry of `write`."""
    parity = worst_parity(content, probe)
    reason = fault(path.name, parity)
    if reason:
        return {"left_out": reason}
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return parity.as_dict() | {
        "bytes": len(content),
        "milliseconds_1_thread": milliseconds(content, probe, threads=1),
        "milliseconds_2_threads": milliseconds(content, probe, threads=2),
    }


def convert(generator: keras.Model) -> Iterator[tuple[str, bytes]]:
    """Yields (file name, bytes) of each TFLite file of a generator.

    A file's signatures take `latents` float32 (n, z) [, `labels` int32 (n,) or `attributes` float32 (n, A)] and return
    `images` float32 (n, H, W, C) in [-1, 1]. They check nothing: the client has to pass finite latents, and labels and
    attributes that exist. They take no seeds: TFLite lacks the operations that make latents of them.

    Args:
        generator: functional Keras model in float32, inputs `latents` (N, z) [, `labels` (N,) or `attributes` (N, A)].
    """
    condition_names = list(inputs.conditions_of(generator))

    def draw(latents, values=None):
        conditions = {} if values is None else {condition_names[0]: values}
        return {"images": inputs.generate(generator, latents, conditions, training=False)}

    endpoints: dict[str, reproducible.Endpoint] = {}
    for signature, batch_size in BATCH_SIZES.items():
        latents = tf.TensorSpec([batch_size, inputs.latent_dim(generator)], tf.float32, name="latents")
        endpoints[signature] = (draw, [latents, *saved_model.condition_specs(generator, batch_size)])
    with tempfile.TemporaryDirectory(prefix="gan_keras_tflite_") as folder:
        reproducible.save(folder, endpoints, generator.variables)
        for name, optimizations in OPTIMIZATIONS.items():
            converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=list(BATCH_SIZES))
            converter.optimizations = optimizations
            yield name, converter.convert()


def interpreter(content: bytes, threads: int = 1) -> Any:
    """Returns a LiteRT interpreter of a file's bytes."""
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_content=content, num_threads=threads)


def worst_parity(content: bytes, probe: Probe) -> Parity:
    """Returns the parity of a file with the images of a probe, of that signature which differs most from Keras."""
    interpreted = interpreter(content)

    def parity_of(signature):
        run = interpreted.get_signature_runner(signature)
        return probe.parity(lambda **rows: run(**rows)["images"], BATCH_SIZES[signature])

    return max(map(parity_of, BATCH_SIZES), key=lambda parity: parity.mean_error)


def fault(name: str, parity: Parity) -> str | None:
    """Returns why a file of this parity is left out, or None.

    A float32 file may differ from Keras by rounding only. The images of an int8 file are still the same faces: those
    of a DCGAN trained on CelebA at 32 × 32 were measured to differ by 0.0034 on average, correlation 0.9999; the images
    of another latent vector by 0.58, correlation 0.06.
    """
    if name == "generator_float32.tflite":
        good = parity.max_error < FLOAT32_MAX_ERROR
        expected = f"a maximum error below {FLOAT32_MAX_ERROR}"
    else:
        good = parity.mean_error < INT8_MAX_MEAN_ERROR and parity.correlation > INT8_MIN_CORRELATION
        expected = f"a mean error below {INT8_MAX_MEAN_ERROR} and a correlation above {INT8_MIN_CORRELATION}"
    return None if good else f"left out, it does not draw what Keras draws: {parity}; expected {expected}"


def milliseconds(content: bytes, probe: Probe, threads: int, repeats: int = 10) -> float:
    """Returns the median time in which a file draws one image."""
    run = interpreter(content, threads).get_signature_runner("serving_default")
    one = {name: rows[:1] for name, rows in probe.inputs.items()}
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run(**one)
        times.append(time.perf_counter() - start)
    return 1000.0 * float(np.median(times))
