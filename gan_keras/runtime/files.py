"""Files and folders that are never half written, and locks between processes."""

import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import sys
import tempfile
import types
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from gan_keras import errors


@contextlib.contextmanager
def written_aside(
    target: pathlib.Path | Callable[[], pathlib.Path], replace: bool = True
) -> Iterator[types.SimpleNamespace]:
    """Fills a folder beside its place; when the block ends, syncs it to disk and renames it.

    Whoever looks sees the whole folder or none. If the block fails, nothing of it remains.

    Args:
        target: path of the folder, whose parent exists; or a function that returns it, called when the block has ended.
        replace: whether an older folder of that name is replaced. If not, and the target is a function, it is called
            again as long as its folder exists already: of two processes that number their folders, the second gets the
            next.

    Yields:
        an object whose `folder` is the path to write into, and after the block the path of the folder.

    Raises:
        FileExistsError: the folder exists, and `replace` is false.
    """
    name = target if callable(target) else lambda: pathlib.Path(target)
    place = name()
    aside = types.SimpleNamespace(folder=pathlib.Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent)))
    written = aside.folder
    try:
        yield aside
        written.chmod(0o755)
        for path in [*written.rglob("*"), written]:
            sync(path)
        aside.folder = _renamed(written, name, replace, is_numbered=callable(target))
        sync(aside.folder.parent)
    finally:
        shutil.rmtree(written, ignore_errors=True)


def _renamed(written, name, replace, is_numbered):
    while True:
        place = name()
        if replace and place.exists():
            shutil.rmtree(place)
        try:
            return written.rename(place)  # A folder that holds files is never replaced by this.
        except OSError:
            if not place.exists():
                raise
            if not is_numbered:
                raise FileExistsError(f"{place} exists already") from None


def cache_folder(given: str | os.PathLike[str] | None = None) -> pathlib.Path:
    """Returns the folder of what can be made or downloaded again; None: `$GAN_KERAS_CACHE`, or `~/.cache/gan_keras`."""
    return pathlib.Path(given or os.environ.get("GAN_KERAS_CACHE") or "~/.cache/gan_keras").expanduser()


def size(folder: pathlib.Path) -> int:
    """Returns the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def write_text(path: pathlib.Path, text: str) -> None:
    """Writes a text file whole or not at all."""
    write_bytes(path, text.encode())


def write_bytes(path: pathlib.Path, content: bytes) -> None:
    """Writes a file whole or not at all."""
    path = pathlib.Path(path)
    handle, aside = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(aside, 0o644)
        sync(aside)
        os.replace(aside, path)
    except OSError as error:
        error.filename = str(path)  # A full disk does not say which file it was.
        raise
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(aside)


def read_json(path: pathlib.Path | str) -> dict[str, Any]:
    """Returns the dict that a file holds; an empty one if the file is missing or holds no dict."""
    path = pathlib.Path(path)
    return _parsed(path.read_text(errors="replace")) if path.is_file() else {}


def read_json_lines(path: pathlib.Path | str) -> list[dict[str, Any]]:
    """Returns the dicts that a file holds, one a line; a line that is torn or no dict is passed over."""
    path = pathlib.Path(path)
    parsed = [_parsed(line) for line in path.read_text(errors="replace").split("\n")] if path.is_file() else []
    return [line for line in parsed if line]


def _parsed(content):
    try:
        value = json.loads(content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def sha256(path: pathlib.Path | str) -> str:
    """Returns the hexadecimal SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: pathlib.Path | str) -> None:
    """Flushes a file or a folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_leftovers(folder: pathlib.Path, name: str = "") -> None:
    """Deletes what a killed process left half written in a folder, of one target's name or of all."""
    for path in pathlib.Path(folder).glob(f".{name or '*'}-*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextlib.contextmanager
def locked_folder(folder: pathlib.Path) -> Iterator[None]:
    """Context that only one process at a time is in for a folder; the others wait. It leaves no file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class Lock:
    """A lock between processes; the kernel releases it when its holder ends, however it ends.

    Args:
        path: the lock file, which is made if need be.
        wait: whether to wait while another process holds it. If so, `busy` is printed to standard error; if not, it is
            the message of the error.
        busy: what the other process is doing.

    Raises:
        UserError: another process holds the lock, and `wait` is false.
        OSError: the lock file cannot be written.
    """

    def __init__(self, path: pathlib.Path, *, wait: bool = False, busy: str):
        self.path = pathlib.Path(path)
        self._file = open(self.path, "a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if not wait:
                self._file.close()
                raise errors.UserError(busy) from error
            print(busy, file=sys.stderr)
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def release(self) -> None:
        """Gives the lock back."""
        self._file.close()

    def __enter__(self) -> "Lock":
        return self

    def __exit__(self, *_) -> None:
        self.release()
