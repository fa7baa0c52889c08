"""What every program of `scripts/` shares: flags from absl, and one line for a user's mistake."""

import contextlib
import errno
import functools
import os
import pathlib
import signal
import sys
import warnings

from absl import app
from absl import flags
from absl import logging as absl_logging

from gan_keras import errors

_NVIDIA = (pathlib.Path("/dev/nvidia0"), pathlib.Path("/dev/nvidiactl"), pathlib.Path("/proc/driver/nvidia"))


def run(main, positional=()):
    """Runs `main(*arguments)` under absl; exits with 1 and one line on standard error for a user's mistake.

    Args:
        main: reads its flags from `absl.flags.FLAGS`. What it returns is the exit status.
        positional: names of the arguments without `--` that it takes, all of them required.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's start-up notices drown our own lines.

    def guarded(argv):
        warnings.showwarning = _say_warning
        absl_logging.set_verbosity(absl_logging.WARNING)  # TensorFlow and TFDS tell absl how they are getting on.
        try:
            return main(*argv[1:])
        except errors.UserError as error:
            return _fail(error)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EACCES):
                return _fail(
                    f"cannot write {error.filename or 'a file'}: {error.strerror}; free some space or choose "
                    "another folder, then run the same command again"
                )
            raise
        except KeyboardInterrupt:
            return 128 + signal.SIGINT

    app.run(guarded, flags_parser=functools.partial(_parse_flags, positional))


def load_tensorflow():
    """Imports TensorFlow and lets it look for devices, without the notices that it writes where there is no GPU.

    No log level silences all of them: the first are written to file descriptor 2 before logging is set up. Where there
    is an NVIDIA driver, or the user sets `TF_CPP_MIN_LOG_LEVEL`, they may matter and are left alone. For a `main` to
    call once it knows that what it was given makes sense: it takes seconds.
    """
    asked_for = os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2") != "2"
    with contextlib.nullcontext() if asked_for or any(path.exists() for path in _NVIDIA) else _without_stderr():
        import tensorflow as tf

        tf.config.list_physical_devices()


@contextlib.contextmanager
def _without_stderr():
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _say_warning(message, *_):
    print(f"warning: {message}", file=sys.stderr)


def _fail(message):
    # Threads that are still at work, such as downloads, shall not talk after the last word.
    absl_logging.set_verbosity(absl_logging.FATAL)
    print(f"error: {errors.one_line(message)}", file=sys.stderr)
    return 1


def _parse_flags(positional, argv):
    try:
        remaining = flags.FLAGS(argv)
    except flags.Error as error:
        sys.exit(_fail(f"{error} Run with --help to see every flag."))
    except SystemExit:  # absl leaves with 1 after --help, as if that were a mistake.
        sys.exit(0)
    if len(remaining) <= len(positional):
        sys.exit(_fail(f"missing argument {positional[len(remaining) - 1]}: run with --help to see how it is used"))
    if len(remaining) > 1 + len(positional):
        sys.exit(_fail(f"unexpected argument '{remaining[-1]}': flags are written --name=value"))
    return remaining
