"""From a text of seeds to picture files, by whatever draws them."""

import pathlib
import re

import numpy as np

from gan_keras import errors
from gan_keras import images

MAX_SEEDS = 100_000
CHUNK = 1024


def parse_seeds(text):
    """Returns the seeds of a text like `0-7,12,20-23`, a list of int in the text's order.

    Raises:
        UserError: it is no such text, a range is empty, or there are more than 100 000 seeds.
    """
    seeds = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,18})(?:-(\d{1,18}))?\s*", part, flags=re.ASCII)
        if not match:
            raise errors.UserError(f"--seeds={text}: '{part}' is no seed, expected numbers from 0 as in 0-7,12,20-23")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise errors.UserError(f"--seeds={text}: the range '{part}' is empty, expected the smaller number first")
        if len(seeds) + last - first >= MAX_SEEDS:
            raise errors.UserError(f"--seeds={text}: expected at most {MAX_SEEDS} seeds, draw them in several calls")
        seeds.extend(range(first, last + 1))
    return seeds


def parse_labels(parts, count):
    """Returns `count` labels of a list of texts: one for all or one for each seed; None of None.

    Raises:
        UserError: they are no integers, or there are too few or too many.
    """
    if parts is None:
        return None
    try:
        labels = [int(part) for part in parts]
    except ValueError:
        raise errors.UserError(f"--labels={','.join(parts)}: expected class numbers, as in 0,3,7") from None
    if len(labels) not in (1, count):
        raise errors.UserError(f"--labels names {len(labels)} classes for {count} seeds: expected one, or {count}")
    return labels if len(labels) == count else labels * count


def write(draw, seeds, labels, output):
    """Draws pictures and writes them: a grid to `<name>.png`, or `seed0012.png` and so on to a folder `<name>/`.

    Args:
        draw: function (seeds, labels or None) → uint8 (N, H, W, C).
        seeds: list of int.
        labels: list of int, as many, or None.
        output: str, where; a name that ends in `/` is a folder, which is made if need be.

    Raises:
        UserError: the output is neither, or cannot be written.
    """
    each = output.endswith("/")
    folder = pathlib.Path(output) if each else pathlib.Path(output).parent
    if not each and pathlib.Path(output).suffix.lower() != ".png":
        raise errors.UserError(f"--output={output}: expected a name that ends in .png, or in / for a folder of files")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.UserError(f"--output={output}: cannot make '{folder}' ({error.strerror})") from error
    drawn = []
    for at in range(0, len(seeds), CHUNK):
        rows = slice(at, at + CHUNK)
        pictures = draw(seeds[rows], labels and labels[rows])
        if each:
            for seed, picture in zip(seeds[rows], pictures, strict=True):
                images.write_png(folder / f"seed{seed:04d}.png", picture)
        else:
            drawn.append(pictures)
    if drawn:
        images.write_png(output, images.grid(np.concatenate(drawn)))
