"""Small image files for the tests of data."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A folder for prepared images that only this test uses."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("GAN_KERAS_CACHE", str(folder))
    return folder


def save_images(folder, count, size=(20, 16), first=0, suffix="png"):
    """Saves images of random pixels, each different, as 000.png, 001.png, … and returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{index:03d}.{suffix}" for index in range(first, first + count)]
    for index, path in enumerate(paths, first):
        pixels = np.random.default_rng(index).integers(0, 256, (size[1], size[0], 3), np.uint8)
        Image.fromarray(pixels).save(path)
    return paths


def png_that_claims(width, height):
    """Returns the bytes of a PNG whose header claims a size that its data does not have."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
