"""From a text of seeds to picture files, by whatever draws them."""

import pathlib
import re

import numpy as np

from gan_keras import errors
from gan_keras import images
from gan_keras import sampling

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


def lay_out(seeds, parts, class_names):
    """Returns what is to be drawn: (seeds, labels or None, columns of the grid or None for about a square).

    Args:
        seeds: list of int.
        parts: texts of `--labels`, or None. `all` draws every class, a row each, from the same seeds; otherwise classes by
            number or name, one for all seeds or one for each.
        class_names: names of the generator's classes, or None or an empty list.

    Raises:
        UserError: no such class, no classes at all, or too few or too many.
    """
    if parts is None:
        return seeds, None, None
    given = f"--labels={','.join(parts)}"
    if not class_names:
        raise errors.UserError(f"{given}: this generator has no classes; leave --labels out")
    if parts == ["all"]:
        labels = [label for label in range(len(class_names)) for _ in seeds]
        return seeds * len(class_names), labels, len(seeds)
    labels = [_class(part, given, class_names) for part in parts]
    if len(labels) not in (1, len(seeds)):
        raise errors.UserError(f"{given} names {len(labels)} classes for {len(seeds)} seeds: expected one, or {len(seeds)}")
    return seeds, labels if len(labels) == len(seeds) else labels * len(seeds), None


def _class(text, given, class_names):
    if text in class_names:
        return class_names.index(text)
    if re.fullmatch(r"\d{1,9}", text, flags=re.ASCII) and int(text) < len(class_names):
        return int(text)
    raise errors.UserError(f"{given}: '{text}' is no class; expected all, or {sampling.told(class_names)}")


def write(draw, seeds, labels, output, columns=None):
    """Draws pictures and writes them: a grid to `<name>.png`, or single files to a folder `<name>/`.

    These are called `seed0012.png`, or `class3_seed0012.png` where labels were given.

    Args:
        draw: function (seeds, labels or None) → uint8 (N, H, W, C).
        seeds: list of int.
        labels: list of int, as many, or None.
        output: str, where; a name that ends in `/` is a folder, which is made if need be.
        columns: pictures in a row of the grid; by default as many as make it about square.

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
            for name, picture in zip(_names(seeds[rows], labels and labels[rows]), pictures, strict=True):
                images.write_png(folder / name, picture)
        else:
            drawn.append(pictures)
    if drawn:
        images.write_png(output, images.grid(np.concatenate(drawn), columns))


def _names(seeds, labels):
    names = [f"seed{seed:04d}.png" for seed in seeds]
    return [f"class{label}_{name}" for label, name in zip(labels, names, strict=True)] if labels else names
