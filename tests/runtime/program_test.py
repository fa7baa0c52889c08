import os
import subprocess
import sys

import pytest

from gan_keras.runtime import program
from tests import helpers

PROGRAM = """
import errno, os, signal, sys
from absl import flags
from gan_keras import errors
from gan_keras.runtime import program
flags.DEFINE_integer("images", None, "Length.")

def main(*arguments):
    {body}

program.run(main, positional={positional})
"""


def run(body, *arguments, positional=()):
    """Runs a program with the given body of `main`."""
    code = PROGRAM.format(body=body, positional=positional)
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=helpers.environment(), capture_output=True, text=True)


@pytest.mark.parametrize(
    "body, status, err",
    [
        ("pass", 0, ""),
        ("return 3", 3, ""),
        ("raise errors.UserError('no\\n  such thing')", 1, "error: no such thing\n"),
        ("raise KeyboardInterrupt", 130, ""),
        ("os.kill(os.getpid(), signal.SIGINT)", 130, ""),
        ("sys.exit(143)", 143, ""),
        (
            "raise OSError(errno.ENOSPC, 'No space left on device', '/full/file')",
            1,
            "error: cannot write /full/file: No space left on device; free some space or choose another folder, then "
            "run the "
            "same command again\n",
        ),
    ],
)
def test_how_a_program_ends(body, status, err):
    ended = run(body)
    assert (ended.returncode, ended.stdout, ended.stderr) == (status, "", err)


@pytest.mark.parametrize("body", ["raise RuntimeError('ours')", "raise OSError(errno.EIO, 'ours')"])
def test_our_own_mistakes_are_not_hidden(body):
    ended = run(body)
    assert ended.returncode == 1 and "Traceback" in ended.stderr and "ours" in ended.stderr


@pytest.mark.parametrize(
    "arguments, err",
    [
        (["--imges=3"], "Unknown command line flag 'imges'. Did you mean: images ? Run with --help"),
        (["--images=many"], "flag --images=many: invalid literal for int"),
        (["one"], "unexpected argument 'one': flags are written --name=value"),
    ],
)
def test_mistakes_in_flags_are_one_line(arguments, err):
    ended = run("pass", *arguments)
    assert ended.returncode == 1 and ended.stderr.startswith(f"error: {err}") and ended.stderr.count("\n") == 1


def test_positional_arguments():
    assert run("print(arguments)", "a", "--images=1", "b", positional=("X", "Y")).stdout == "('a', 'b')\n"
    missing = run("pass", "a", positional=("X", "Y"))
    assert missing.returncode == 1
    assert missing.stderr == "error: missing argument Y: run with --help to see how it is used\n"


def test_help_is_no_mistake():
    ended = run("pass", "--help")
    assert ended.returncode == 0 and "--images: Length." in ended.stdout and ended.stderr == ""


def test_tensorflow_starts_without_a_word_where_there_is_no_gpu(no_gpu):
    ended = run("program.load_tensorflow(); print('tensorflow' in sys.modules)")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "True\n", "")


def test_only_what_is_written_meanwhile_is_silenced_and_no_exception(capfd):
    with pytest.raises(RuntimeError, match="broken"), program._without_stderr():
        os.write(2, b"noise")
        raise RuntimeError("broken")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_with_a_gpu_or_when_asked_for_notices_are_left_alone(monkeypatch, tmp_path):
    def forbidden():
        raise AssertionError("silenced")

    monkeypatch.setattr(program, "_without_stderr", forbidden)
    monkeypatch.setattr(program, "_NVIDIA", (tmp_path,))
    program.load_tensorflow()
    monkeypatch.setattr(program, "_NVIDIA", ())
    with pytest.raises(AssertionError, match="silenced"):
        program.load_tensorflow()
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    program.load_tensorflow()


@pytest.fixture
def no_gpu():
    if any(path.exists() for path in program._NVIDIA):
        pytest.skip("this machine has an NVIDIA driver, whose notices are left alone")
