"""What every program of `scripts/` shares: flags from absl, and a user's mistake told in one line."""

import errno
import functools
import os
import sys

from absl import app
from absl import flags

from gan_keras import errors


def run(main, positional=()):
    """Runs `main(*arguments)` under absl; exits with 1 and one line on standard error for a user's mistake.

    Args:
        main: reads its flags from `absl.flags.FLAGS`. What it returns is the exit status.
        positional: names of the arguments without `--` that it takes, all of them required.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's start-up notices drown our own lines.

    def guarded(argv):
        try:
            return main(*argv[1:])
        except errors.UserError as error:
            return _fail(error)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EACCES):
                return _fail(f"cannot write {error.filename or 'a file'}: {error.strerror}; free some space or choose "
                             "another folder, then run the same command again")
            raise

    app.run(guarded, flags_parser=functools.partial(_parse_flags, positional))


def _fail(message):
    print(f"error: {' '.join(str(message).split())}", file=sys.stderr)
    return 1


def _parse_flags(positional, argv):
    try:
        remaining = flags.FLAGS(argv)
    except flags.Error as error:
        sys.exit(_fail(f"{error} Run with --help to see every flag."))
    if len(remaining) <= len(positional):
        sys.exit(_fail(f"missing argument {positional[len(remaining) - 1]}: run with --help to see how it is used"))
    if len(remaining) > 1 + len(positional):
        sys.exit(_fail(f"unexpected argument '{remaining[-1]}': flags are written --name=value"))
    return remaining
