"""Locks between processes."""

import subprocess
import sys
import threading

import pytest

from gan_keras import errors
from gan_keras.runtime import files

HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds the lock `lock`; the test ends it."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "lock"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_lock_that_does_not_wait_says_who_holds_it_and_dies_with_its_holder(tmp_path, holder):
    with pytest.raises(errors.UserError, match="busy, stop it"):
        files.Lock(tmp_path / "lock", busy="busy, stop it")
    holder.kill()
    holder.wait()
    files.Lock(tmp_path / "lock", busy="busy").release()


def test_a_lock_that_waits_says_so_and_gets_its_turn(tmp_path, holder, capsys):
    threading.Timer(0.3, holder.kill).start()
    with files.Lock(tmp_path / "lock", wait=True, busy="waiting for the other"):
        assert holder.wait() == -9
    assert capsys.readouterr().err == "waiting for the other\n"


def test_a_lock_may_be_taken_again_after_its_release(tmp_path):
    for _ in range(2):
        with files.Lock(tmp_path / "lock", busy="busy"), pytest.raises(errors.UserError, match="busy"):
            files.Lock(tmp_path / "lock", busy="busy")
