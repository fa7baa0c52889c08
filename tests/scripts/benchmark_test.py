"""Flags of the benchmarks that would have no effect are refused, before TensorFlow is loaded."""

import subprocess
import sys

import pytest

from tests import helpers


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["step", "--trials=dcgan"], "--trials has no effect on the benchmark step: leave it out"),
        (["recipes", "--updates=5", "--minutes=1"], "--updates and --minutes both say how long a recipe is trained"),
        (["quality", "--minutes=0"], "flag --minutes=0"),
    ],
)
def test_refused(arguments, message):
    command = [sys.executable, helpers.ROOT / "scripts" / "benchmark.py", *arguments]
    ended = subprocess.run(command, env=helpers.environment(), capture_output=True, text=True)
    assert ended.returncode == 1 and message in ended.stderr and ended.stderr.count("\n") == 1, ended.stderr
