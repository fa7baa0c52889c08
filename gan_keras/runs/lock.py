"""The right to train in a run folder."""

import pathlib

from gan_keras import errors
from gan_keras.runs import run
from gan_keras.runtime import files

NAME = ".lock"


class RunLock:
    """Keeps a second trainer out of a run folder, which is made if need be.

    Raises:
        UserError: another process trains in the folder, or it cannot be written.
    """

    def __init__(self, path: pathlib.Path | str):
        self._path = pathlib.Path(path)
        run.make_folder(self._path)
        busy = f"another process is training in {path}: stop it, or choose another --run_dir"
        try:
            self._lock = files.Lock(self._path / NAME, busy=busy)
        except OSError as error:
            raise errors.UserError(f"cannot write to {path}: {error.strerror}; choose another --run_dir") from error

    def release(self) -> None:
        """Gives the right back; a folder into which nothing was written is removed."""
        if [entry.name for entry in self._path.iterdir()] == [NAME]:
            (self._path / NAME).unlink()
            self._path.rmdir()
        self._lock.release()
