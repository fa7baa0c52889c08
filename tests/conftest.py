"""What all tests share: two logical processors, quiet logs, the place of real data, a browser, exported models."""

import os
import pathlib
import signal

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import pytest
import tensorflow as tf

pytest_plugins = ["tests.browser", "tests.serving.fixtures"]

REAL_DATA = pathlib.Path(__file__).parents[2] / "shared" / "data"


def pytest_configure(config):
    # A shell's background jobs are started with Ctrl-C ignored, and so would be the programs that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)


@pytest.fixture
def real_data():
    """Folder of real data sets; the test is skipped where it is missing."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"real data is missing: {REAL_DATA}")
    return REAL_DATA
