"""A lock between processes that the kernel releases when its holder dies."""

import contextlib
import fcntl
import sys


@contextlib.contextmanager
def locked(path):
    """Holds the lock file `path`, which is made if need be; waits, and says so, while another process holds it."""
    with open(path, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for another process that prepares the same data ({path})", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
