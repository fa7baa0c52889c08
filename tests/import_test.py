import importlib
import json
import subprocess
import sys

import pytest

from tests import helpers

MEASURE = """
import json, sys, threading, time
import tensorflow as tf
import keras

def cost(action):
    begun = time.process_time()
    action()
    return time.process_time() - begun

HEAVY = {"tensorflow_datasets", "matplotlib", "PIL", "tqdm", "psutil", "ai_edge_litert"}
before = HEAVY & sys.modules.keys()  # Keras looks for some of them itself.

def use():
    import gan_keras
    gan_keras.GAN, gan_keras.Objective, gan_keras.recipe("dcgan"), gan_keras.open_run

print(json.dumps({
    "import": cost(lambda: __import__("gan_keras")),
    "use": cost(use),
    "heavy": sorted(HEAVY & sys.modules.keys() - before),
    "threads": threading.active_count(),
}))
# Devices can be split only before TensorFlow has started.
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
assert len(tf.config.list_logical_devices("CPU")) == 2
"""


def test_import_is_fast_and_starts_nothing():
    ended = subprocess.run(
        [sys.executable, "-c", MEASURE], env=helpers.environment(), stdout=subprocess.PIPE, text=True, check=True
    )
    measured = json.loads(ended.stdout)
    assert measured["import"] < 0.3 and measured["use"] < 0.3, measured
    assert measured["heavy"] == [] and measured["threads"] == 1


@pytest.mark.parametrize(
    "use",
    [
        "import gan_keras; gan_keras.recipe('dcgan')",
        "import runpy; runpy.run_path('scripts/serve_web.py'); import gan_keras.serving.page",
    ],
)
def test_what_needs_no_tensorflow_loads_nothing_of_it(use):
    code = f"import sys; {use}; print({{'tensorflow', 'keras'}} & sys.modules.keys())"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=helpers.ROOT,
        env=helpers.environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert ended.stdout == "set()\n"


def test_public_names():
    import gan_keras

    found = {name: getattr(gan_keras, name).__module__ for name in gan_keras.__all__}
    assert found == {
        "GAN": "gan_keras.game.gan",
        "Objective": "gan_keras.config.schema",
        "export": "gan_keras.training.export",
        "open_run": "gan_keras.runs.run",
        "recipe": "gan_keras.config.recipes",
        "train": "gan_keras.training.trainer",
    }
    importlib.import_module("gan_keras.exporting")  # Loading a package does not hide the function of that name.
    assert callable(gan_keras.export) and not hasattr(gan_keras, "Gan")


def test_public_names_of_exporting():
    from gan_keras import exporting

    assert exporting.__all__ == ["ExportedGenerator", "add_formats", "export", "export_generator"]
    assert all(callable(getattr(exporting, name)) for name in exporting.__all__)
