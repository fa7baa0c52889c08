"""Rows of numbers in a file, written once and read in blocks, so that memory does not grow with their number."""

import pathlib
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

BLOCK = 1024


class Rows:
    """Float32 rows (N, d) in a file; slices and index arrays of them are read into memory, nothing else is.

    Whatever takes `Rows` also takes an array.

    Args:
        path: the file, raw float32 in C order.
        width: d.
        count: N; None: as many as the file holds.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, path: pathlib.Path | str, width: int, count: int | None = None):
        self.path = pathlib.Path(path)
        self.shape = (self.path.stat().st_size // (4 * width) if count is None else count, width)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> np.ndarray:
        count, _ = self.shape
        if isinstance(rows, slice):
            start, stop, step = rows.indices(count)
            if step > 0:
                return self._read(start, max(stop - start, 0))[::step]
        mapped: np.ndarray = np.memmap(self.path, np.float32, "r", shape=self.shape)
        return np.asarray(mapped[rows])

    def first(self, count: int) -> "Rows":
        """Returns the first `count` rows."""
        return Rows(self.path, self.shape[1], min(count, len(self)))

    def _read(self, start: int, count: int) -> np.ndarray:
        width = self.shape[1]
        return np.fromfile(self.path, np.float32, count * width, offset=4 * start * width).reshape(-1, width)


class Writer:
    """Context that appends rows (n, d) to a file; `rows()` reads them back."""

    def __init__(self, path: pathlib.Path | str):
        self._path = pathlib.Path(path)
        self.width = 0  # d, 0 as long as nothing was written.

    def __enter__(self) -> "Writer":
        self._file = open(self._path, "wb")
        return self

    def __exit__(self, *_: types.TracebackType | type | BaseException | None) -> None:
        self._file.close()

    def append(self, rows: np.ndarray) -> None:
        """Appends rows (n, d), the same d each time."""
        self.width = rows.shape[1]
        self._file.write(np.ascontiguousarray(rows, np.float32).data)

    def rows(self) -> Rows:
        """Returns what was written so far."""
        self._file.flush()
        return Rows(self._path, self.width)


def blocks(rows: Any, size: int = BLOCK) -> Iterator[Any]:
    """Yields consecutive blocks of at most `size` rows of `Rows` or of an array."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
