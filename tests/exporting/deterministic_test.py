"""Two processes that export the same weights write the same bytes."""

import hashlib
import os
import subprocess
import sys

import tensorflow as tf

from gan_keras.exporting import reproducible
from gan_keras.networks import r3gan

PROGRAM = """
import sys
import tensorflow as tf
from gan_keras.exporting import export_generator
from tests.exporting import generators

folder, devices, *names = sys.argv[1:]
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * int(devices)
)
for name in names:
    condition = {"unconditional": None, "labels": generators.CLASSES}[name]
    generator = generators.generator(condition=condition)
    formats = ("saved_model", "tflite", "onnx")
    export_generator(generator, name=name, export_dir=folder, latents="normal", condition=condition, formats=formats)
"""
WITH_TIMES = {"export.json", "model_card.md"}
EXPECTED = {
    "fingerprint.pb",
    "assets.extra/tf_serving_warmup_requests",
    "samples.png",
    "saved_model.pb",
    "onnx/generator_float32.onnx",
    "tflite/generator_float16.tflite",
    "tflite/generator_float32.tflite",
    "tflite/generator_int8.tflite",
    "tflite/latents_of_seeds_0_255.f32",
    "variables/variables.data-00000-of-00001",
    "variables/variables.index",
}


def test_two_processes_write_the_same_files(tmp_path):
    # They hash differently, and TensorFlow numbers the functions of the second export of a process differently.
    names = ["unconditional", "labels"]
    processes = [
        _start(tmp_path / "one", "1", names, hash_seed="1"),
        _start(tmp_path / "other", "2", reversed(names), hash_seed="2"),
    ]
    for process in processes:
        output, _ = process.communicate()
        assert process.returncode == 0, output
    one, other = _hashes(tmp_path / "one"), _hashes(tmp_path / "other")
    written = {f"{name}/1/{path}" for name in names for path in EXPECTED}
    assert one.keys() == written | {"models.config", "labels/1/labels.txt"}
    assert one == other


def test_operations_with_gradients_of_their_own_are_the_same_bytes(tmp_path):
    generator, written = r3gan.generator(16, width=16, latent_dim=4), set()
    for name in ("one", "other"):
        signature = {
            "serving": (lambda latents: {"images": generator(latents)}, [tf.TensorSpec((None, 4), name="latents")])
        }
        reproducible.save(tmp_path / name, signature, [variable.value for variable in generator.variables])
        written.add((tmp_path / name / "saved_model.pb").read_bytes())
    assert len(written) == 1 and b"IdentityN" in written.pop()


def _start(folder, devices, names, hash_seed):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, folder, devices, *names],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def _hashes(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in WITH_TIMES
    }
