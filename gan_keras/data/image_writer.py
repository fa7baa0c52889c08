"""Writes a store of images: decodes in threads, skips and names what cannot be read, hashes what is written."""

import concurrent.futures
import contextlib
import hashlib
import itertools
import json
import pathlib
import shutil
import sys
import warnings
from collections.abc import Generator
from typing import Any
from typing import BinaryIO

import numpy as np
import PIL
from PIL import Image

from gan_keras import errors
from gan_keras.data import crop as crops
from gan_keras.data import kinds
from gan_keras.data import parallel
from gan_keras.data import store_files
from gan_keras.data.sources import base

_MAX_SKIPPED_SHARE = 0.01
_NAMED_ON_SCREEN = 3
_CHUNK = 16


def write(source: base.Source, plan: dict[str, Any], folder: pathlib.Path, title: str, progress: bool) -> None:
    """Writes the images of one split, their labels and the manifest into an empty folder.

    Args:
        source: where the images come from.
        plan: the first part of the manifest, with split, crop, resolution, max_images and holdout.
        folder: an empty folder.
        title: name of the data in the progress bar and in messages.
        progress: whether to show the progress bar.

    Raises:
        UserError: too little space, too few images, or more than 1 % unreadable.
        OSError: the files cannot be written.
    """
    available = source.size(store_files.own_split(source, plan))
    _check_space(folder.parent, _at_most(available, plan) * plan["resolution"] ** 2 * source.channels)
    with open(folder / store_files.SAMPLES, "wb") as file:
        count, labels, skipped, digest = _write_images(file, source, plan, available, title, progress)
    store_files.save(folder / store_files.LABELS, labels)
    digest.update(json.dumps([count, plan["resolution"], source.channels, list(source.columns)]).encode())
    digest.update(labels.tobytes())
    manifest = {
        **plan,
        "kind": kinds.IMAGES.name,
        "split_of_source": source.splits[store_files.own_split(source, plan)],
        "count": count,
        "channels": source.channels,
        "label_names": source.columns,
        "skipped": skipped,
        "content_hash": digest.hexdigest(),
        "pillow": PIL.__version__,
    }
    (folder / store_files.MANIFEST).write_text(json.dumps(manifest, indent=2))


def _at_most(available: int, plan: dict[str, Any]) -> int:
    return min(available, plan["max_images"] or available)


def _check_space(folder: pathlib.Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise errors.UserError(
            f"preparing the images needs {needed / 1e9:.2f} GB in '{folder}', which has {free / 1e9:.2f} GB free; free "
            "some space, name another folder with --cache_dir, or take fewer with --max_images"
        )


def _write_images(
    file: BinaryIO, source: base.Source, plan: dict[str, Any], available: int, title: str, progress: bool
) -> tuple[int, np.ndarray, list[dict[str, str]], Any]:
    """Writes the pixels; returns the number of images, their labels (N, columns), skipped ones, the pixels' hash."""
    from tqdm import tqdm

    shape = (plan["resolution"], plan["resolution"], source.channels)
    labels: list[np.ndarray] = []
    skipped: list[dict[str, str]] = []
    digest = hashlib.sha256()
    _write_header(file, (0, *shape))
    bar = tqdm(total=_at_most(available, plan), desc=f"preparing {title}", unit=" images", disable=not progress)
    with bar, contextlib.closing(_decoded(source, plan)) as decoded:
        for example, result in decoded:
            if isinstance(result, np.ndarray):
                file.write(result.data)
                digest.update(result.data)
                labels.append(example.labels)
            elif result is not None:
                skipped.append({"name": example.name, "reason": result})
                if len(skipped) > _MAX_SKIPPED_SHARE * available:
                    raise errors.UserError(
                        f"{len(skipped)} of the {available} images of {title}, more than {_MAX_SKIPPED_SHARE:.0%}, "
                        f"cannot be read: {_shown(skipped)}; remove or replace such files"
                    )
            bar.update()
            if len(labels) == plan["max_images"]:
                break
    count = len(labels)
    if count < store_files.MIN_SAMPLES:
        raise errors.UserError(_too_few(count, plan, title))
    if skipped:
        print(
            f"skipped {len(skipped)} unreadable of {available} images: {_shown(skipped)}; all are named in "
            f"{store_files.MANIFEST} of the prepared data",
            file=sys.stderr,
        )
    file.seek(0)
    _write_header(file, (count, *shape))  # Its length does not depend on the number of images.
    return count, np.stack(labels), skipped, digest


def _write_header(file: BinaryIO, shape: tuple[int, ...]) -> None:
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})


def _decoded(
    source: base.Source, plan: dict[str, Any]
) -> Generator[tuple[base.Example, np.ndarray | str | None], None, None]:
    """Yields `(example, result)` in the source's order.

    A result is the pixels, or the reason why they cannot be read (a string), or None for an image of the other split.
    """
    examples = iter(source.examples(store_files.own_split(source, plan), plan["resolution"], plan["max_images"]))
    chunks = iter(lambda: list(itertools.islice(examples, _CHUNK)), [])

    def decode(chunk):
        return [(example, _decode(example, plan, source.channels)) for example in chunk]

    with warnings.catch_warnings(), concurrent.futures.ThreadPoolExecutor(parallel.workers()) as pool:
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        for results in parallel.in_order(pool, decode, chunks, ahead=4 * parallel.workers()):
            yield from results


def _decode(example: base.Example, plan: dict[str, Any], channels: int) -> np.ndarray | str | None:
    try:
        content = example.read()
        if not store_files.belongs(content, plan):
            return None
        return crops.pixels(content, crop=plan["crop"], resolution=plan["resolution"], channels=channels)
    except Exception as error:  # Pillow raises many types for a broken file, which costs that file only.
        return "not an image" if isinstance(error, PIL.UnidentifiedImageError) else f"{type(error).__name__}: {error}"


def _shown(skipped: list[dict[str, str]]) -> str:
    shown = ", ".join(f"{entry['name']} ({entry['reason']})" for entry in skipped[:_NAMED_ON_SCREEN])
    return f"{shown}{', …' if len(skipped) > _NAMED_ON_SCREEN else ''}"


def _too_few(count: int, plan: dict[str, Any], title: str) -> str:
    found = f"{title} has {count} image{'' if count == 1 else 's'} for its {plan['split']} split"
    return store_files.too_few(found, plan, "add images")
