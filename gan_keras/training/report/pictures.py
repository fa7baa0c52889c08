"""The pictures of a report, as data URIs of JPEGs that stay within a number of bytes."""

import base64
import io
import pathlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

FEWEST_FRAMES, MOST_FRAMES = 12, 60
_STEPS = ((1056, 85), (800, 80), (640, 75), (512, 70), (384, 60), (256, 40))  # (longest side, quality) to try, in order
_GOOD = 1  # The step that a history should reach before it gets more frames.


def single(path: pathlib.Path, budget: int) -> str:
    """Returns a picture as a data URI of at most `budget` characters, for a budget of at least 75 000."""
    return _uri(_encoded(path, _bytes(budget)))


def history(grids: Sequence[pathlib.Path], budget: int) -> list[tuple[pathlib.Path, str]]:
    """Returns pairs of a grid's path and its data URI, evenly chosen, always with the first and the last.

    The budget buys as many frames as are good to look at, but never less than 12 and never more than 60, if there are
    so many.

    Args:
        grids: paths of pictures, in the order of time.
        budget: characters of all data URIs together, at least 60 times those of `single`.
    """
    if not grids:
        return []
    affordable = _bytes(budget) // len(_jpeg(_opened(grids[-1]), *_STEPS[_GOOD]))
    count = min(len(grids), int(np.clip(affordable, FEWEST_FRAMES, MOST_FRAMES)))
    chosen = [grids[index] for index in np.linspace(0, len(grids) - 1, count).round().astype(int)]
    return [(grid, _uri(_encoded(grid, _bytes(budget) // count))) for grid in chosen]


def _encoded(path, most_bytes):
    picture = _opened(path)
    for side, quality in _STEPS:
        jpeg = _jpeg(picture, side, quality)
        if len(jpeg) <= most_bytes:
            break
    return jpeg


def _opened(path):
    with Image.open(path) as picture:
        return picture.convert("L" if picture.mode == "L" else "RGB")


def _jpeg(picture, side, quality):
    smaller, encoded = picture.copy(), io.BytesIO()
    smaller.thumbnail((side, side))
    smaller.save(encoded, format="JPEG", quality=quality, subsampling=0)
    return encoded.getvalue()


def _bytes(characters):
    return characters * 3 // 4 - 32  # Base64 has four characters for three bytes; a URI begins with some more.


def _uri(jpeg):
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
