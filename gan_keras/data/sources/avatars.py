"""The embedded data set: cartoon faces that the program draws itself."""

import concurrent.futures
import functools
import hashlib
import os
import pathlib
import subprocess
import sys

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


def _code_hash():
    """Returns the SHA-256 of the painter's own code: another painter is another data set."""
    sources = sorted(pathlib.Path(avatars.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


class Avatars(base.Source):
    """Faces drawn at the resolution asked for; 20 000 for training and 2 000 of other indices for tests."""

    identity = {"drawing": _code_hash()}
    splits = {"train": "train", "test": "test"}
    columns = {name: list(values) for name, values in avatars.ATTRIBUTES.items()}
    channels = 3

    def size(self, split):
        return avatars.TRAIN_COUNT if split == "train" else avatars.TEST_COUNT

    def examples(self, split, resolution, limit):
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


def _draw(block, resolution):
    """Draws in a process of its own: the painter holds the interpreter's lock, and forking a parent that has loaded
    TensorFlow is unsafe, as `multiprocessing`'s spawn is slow because it imports the parent's main module again."""
    package = str(pathlib.Path(gan_keras.__file__).parents[1])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-c", _DRAW_BLOCK, str(block[0]), str(block[-1] + 1), str(resolution)]
    pixels = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(pixels, np.uint8).reshape(len(block), resolution, resolution, 3)
