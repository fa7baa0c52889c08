"""Memory that a process frees is its own for the next allocation."""

import platform
import subprocess
import sys

import pytest

from tests import helpers

# Allocates, touches and frees 12 arrays of 8 MB as a step does; prints page faults per round once all is warm.
CODE = """
import resource, sys
import numpy as np
from gan_keras.runtime import memory

if sys.argv[1] == "keep":
    assert memory.keep_freed()

def run(rounds):
    for _ in range(rounds):
        arrays = [np.ones(8 << 20, np.uint8) for _ in range(12)]
        del arrays

run(5)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
run(10)
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 10)
"""


def faults(mode):
    command = [sys.executable, "-c", CODE, mode]
    return float(subprocess.run(command, env=helpers.environment(), capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library than glibc")
def test_freed_memory_is_kept():
    kept, default = faults("keep"), faults("default")
    assert kept < 1000 < default, (kept, default)  # 12 · 8 MB are 24 576 pages.
