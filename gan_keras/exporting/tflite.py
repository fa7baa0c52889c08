"""A generator for phones and browsers: TFLite files with signatures of fixed batch sizes."""

import importlib.util
import json
import pathlib
import tempfile
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from gan_keras.exporting import conversion
from gan_keras.exporting import latency
from gan_keras.exporting import reproducible
from gan_keras.exporting import tflite_metadata
from gan_keras.exporting.exported import ExportedGenerator
from gan_keras.exporting.parity import ROUNDING
from gan_keras.exporting.parity import Parity
from gan_keras.exporting.parity import Probe

BATCH_SIZES = {"serving_default": 1, "batch_4": 4, "batch_8": 8}
"""Signatures of a file and their batch sizes; all share one copy of the weights.

A batch of any size would put shape arithmetic in front of every transposed convolution, which keeps it from the fast
kernels: int8 was measured to be a hundred times slower.
"""

FILES = ("generator_float32.tflite", "generator_float16.tflite", "generator_int8.tflite")
"""Weights in 4, 2 and 1 bytes; the graphs compute in float32, but int8 multiplies 8-bit activations with 8-bit weights,
and scales them as it runs (dynamic range)."""

SEEDS, SEED_COUNT = "latents_of_seeds_0_255.f32", 256
"""Latents of the first sample seeds, raw little-endian float32 (256, z): a seed is the same image on a phone."""

VOCABULARY = "vocabulary.json"
"""Of texts: the `unit`, the `symbols` by number, the first of which ends a text, and `Vocabulary.joins` of them."""

LIMITS = {
    "generator_float32.tflite": ROUNDING,
    "generator_float16.tflite": Parity(max_error=5e-2, mean_error=5e-3, correlation=0.99, other_texts=0.1),
    "generator_int8.tflite": Parity(max_error=2.0, mean_error=0.02, correlation=0.99, other_texts=0.5),
}
"""How far from Keras a file's images may be.

A float32 file may differ by rounding only. Weights of 16 bits are felt in single pixels of deep networks: the images of
a `sngan` trained on Fashion-MNIST were measured to differ by 0.00014 on average, and by at most 0.012. The images of an
int8 file are still the same faces: those of a DCGAN trained on CelebA at 32 × 32 were measured to differ by 0.0034 on
average, correlation 0.9999; the images of another latent vector by 0.58, correlation 0.06.
"""


def left_out() -> str | None:
    """Returns why no TFLite file can be written here, or None: `ai-edge-litert`, which runs it, is optional."""
    if importlib.util.find_spec("ai_edge_litert") is None:
        return "left out, ai-edge-litert is needed to check it: pip install 'gan-keras[export]'"
    return None


def write(
    exported: ExportedGenerator, folder: pathlib.Path, probe: Probe, names: Sequence[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Writes those TFLite files of a generator that draw what Keras draws.

    Args:
        exported: the generator as a SavedModel.
        folder: path of a folder, made if need be.
        probe: the `Probe` of the generator.
        names: of which files; None: all.

    Returns:
        dict from the name of a file to its size, parity and latency, or to why it was left out.
    """
    names, reason = names or FILES, left_out()
    if reason:
        return {name: {"left_out": reason} for name in names}
    checks = {}
    with tempfile.TemporaryDirectory(prefix="gan_keras_tflite_") as saved_model:
        _save_fixed_batches(exported, saved_model)
        for name in names:
            try:
                content = convert(exported, saved_model, name)
            except Exception as error:
                checks[name] = conversion.failed(error)
            else:
                checks[name] = write_checked(folder / name, content, probe)
    if any("left_out" not in check for check in checks.values()):
        (folder / SEEDS).write_bytes(exported.latents(range(SEED_COUNT)).astype("<f4").tobytes())
        if exported.kind.vocabulary:
            vocabulary = exported.kind.vocabulary
            stored = vocabulary.to_json() | {"joins": vocabulary.joins}
            (folder / VOCABULARY).write_text(json.dumps(stored, ensure_ascii=False), "utf-8")
    return checks


def write_checked(path: pathlib.Path, content: bytes, probe: Probe) -> dict[str, Any]:
    """Writes a TFLite file if it draws what Keras draws; returns its entry of `write`."""
    parity = worst_parity(content, probe)
    reason = parity.fault(LIMITS[path.name])
    if reason:
        return {"left_out": reason}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    latencies = latency.of_threads(lambda threads: drawer(content, threads), probe)
    return parity.as_dict() | {"bytes": len(content), "milliseconds": latencies}


def _save_fixed_batches(exported: ExportedGenerator, folder: str) -> None:
    """Writes a SavedModel with a signature for each of `BATCH_SIZES`."""
    endpoints: dict[str, reproducible.Endpoint] = {
        signature: (exported.draw, exported.input_specs(batch_size)) for signature, batch_size in BATCH_SIZES.items()
    }
    reproducible.save(folder, endpoints, exported.variables)


def convert(exported: ExportedGenerator, saved_model: str, name: str) -> bytes:
    """Returns a TFLite file of a generator. All conversion happens here.

    Its signatures take `latents` float32 (n, z) [, `labels` int32 (n,) or `attributes` float32 (n, A)] and return
    `images` float32 (n, H, W, C) in [-1, 1]. They check nothing: the client has to pass finite latents, and labels and
    attributes that exist. They take no seeds: TFLite lacks the operations that make latents of them.

    TensorFlow's converter is on its way to other packages. In November 2026 `litert-converter` took StableHLO alone,
    and `litert-quantizer` 0.11 made an int8 file of the same size and the same errors.

    Args:
        exported: the generator, for the metadata.
        saved_model: folder of a SavedModel with the signatures of `BATCH_SIZES`.
        name: one of `FILES`.
    """
    converter = tf.lite.TFLiteConverter.from_saved_model(saved_model, signature_keys=list(BATCH_SIZES))
    converter._experimental_guarantee_all_funcs_one_use = True  # All signatures call one function.
    converter.optimizations = [] if "float32" in name else [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16] if "float16" in name else []
    return tflite_metadata.attach(converter.convert(), exported)


def interpreter(content: bytes, threads: int = 1) -> Any:
    """Returns a LiteRT interpreter of a file's bytes."""
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_content=content, num_threads=threads)


def drawer(content: bytes, threads: int = 1) -> latency.Draw:
    """Returns a function that draws 1, 4 or 8 images with the signature for as many."""
    interpreted = interpreter(content, threads)
    runs = {BATCH_SIZES[name]: interpreted.get_signature_runner(name) for name in BATCH_SIZES}
    return lambda **rows: next(iter(runs[len(rows["latents"])](**rows).values()))


def drawers(folder: pathlib.Path, threads: int = 1) -> dict[str, latency.Draw]:
    """Returns functions that draw up to 8 images with the files of a folder, by their names."""
    return {name: drawer((folder / name).read_bytes(), threads) for name in FILES if (folder / name).is_file()}


def worst_parity(content: bytes, probe: Probe) -> Parity:
    """Returns the parity of a file with the images of a probe: of each number, that of the signature with the worst."""
    draw = drawer(content)
    return Parity.worst([probe.parity(draw, size) for size in BATCH_SIZES.values()])
