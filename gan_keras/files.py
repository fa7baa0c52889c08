"""Writing so that nothing is ever half written: aside first, synced to disk, then renamed."""

import contextlib
import os
import pathlib
import shutil
import tempfile


@contextlib.contextmanager
def written_aside(target):
    """Yields an empty folder beside `target` to write into; syncs and renames it to `target` when the block ends well.

    An older folder of that name is replaced. If the block fails, nothing remains of it.
    """
    target = pathlib.Path(target)
    aside = pathlib.Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield aside
        aside.chmod(0o755)
        for path in [*aside.rglob("*"), aside]:
            sync(path)
        if target.exists():
            shutil.rmtree(target)
        aside.rename(target)
        sync(target.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_text(path, text):
    """Writes a text file whole or not at all."""
    write_bytes(path, text.encode())


def write_bytes(path, content):
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


def sync(path):
    """Flushes a file or a folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_leftovers(folder):
    """Deletes what a process that was killed left half written in a folder: hidden names with a dash, as made above."""
    for path in pathlib.Path(folder).glob(".*-*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
