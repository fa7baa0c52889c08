"""The built-in data set: cartoon faces that the program draws itself."""

import concurrent.futures
import functools
import hashlib
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import numpy as np

import gan_keras
from gan_keras.data import avatars
from gan_keras.data import parallel
from gan_keras.data.sources import base

_BLOCK = 500
_DRAW_BLOCK = """
import sys
import numpy
from gan_keras.data import avatars
first, stop, resolution = map(int, sys.argv[1:])
sys.stdout.buffer.write(avatars.draw(numpy.arange(first, stop), resolution).tobytes())
"""


def describe(dataset: str) -> base.Description | None:
    """Returns the `Description` of `avatars`; None for any other `--dataset`."""
    if dataset != "avatars":
        return None
    return base.Description("avatars", "avatars", "avatars", "avatars", default_labels="hair_style")


def open_source(description: base.Description, data_dir: base.FolderPath, progress: bool) -> base.Source:
    """Returns the `Source`; `data_dir` and `progress` do not concern it."""
    return Avatars()


class Avatars(base.Source):
    """Faces drawn at the resolution of the store: 20 000 for training, and 2 000 with other indices for tests."""

    splits = {"train": "train", "test": "test"}
    columns = {name: list(values) for name, values in avatars.ATTRIBUTES.items()}
    channels = 3

    def __init__(self) -> None:
        self.identity = {"drawing": _code_hash()}

    def size(self, split: str) -> int:
        return avatars.TRAIN_COUNT if split == "train" else avatars.TEST_COUNT

    def examples(self, split: str, resolution: int, limit: int | None) -> Iterator[base.Example]:
        first = 0 if split == "train" else avatars.TRAIN_COUNT
        indices = np.arange(first, first + min(self.size(split), limit or self.size(split)))
        columns = avatars.attributes(indices)
        labels = np.stack([columns[name] for name in self.columns], axis=-1).astype(np.int32)
        blocks = [indices[start : start + _BLOCK] for start in range(0, len(indices), _BLOCK)]
        with concurrent.futures.ThreadPoolExecutor(parallel.workers()) as pool:
            drawn = parallel.in_order(pool, lambda block: _draw(block, resolution), blocks, ahead=parallel.workers())
            for block, images in zip(blocks, drawn, strict=True):
                for index, image in zip(block, images, strict=True):
                    yield base.Example(f"avatar {index}", functools.partial(np.asarray, image), labels[index - first])


def _code_hash() -> str:
    """Returns the SHA-256 of the code that draws: if that changes, it is another data set."""
    sources = sorted(pathlib.Path(avatars.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def _draw(block: np.ndarray, resolution: int) -> np.ndarray:
    """Draws the faces of consecutive indices in a process of its own, so that several cores share the work.

    A thread would hold the interpreter's lock. Forking is unsafe once TensorFlow is loaded, and `multiprocessing`'s
    spawn is slow, because it imports the main module of the program again.
    """
    package = str(pathlib.Path(gan_keras.__file__).parents[1])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-c", _DRAW_BLOCK, str(block[0]), str(block[-1] + 1), str(resolution)]
    pixels = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(pixels, np.uint8).reshape(len(block), resolution, resolution, 3)
