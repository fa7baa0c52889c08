"""Writes a store: decodes in threads, skips and names what cannot be read, hashes what was written."""

import concurrent.futures
import contextlib
import errno
import hashlib
import io
import itertools
import json
import shutil
import sys
import warnings

import numpy as np
import PIL
from PIL import Image

from gan_keras import errors
from gan_keras import files
from gan_keras.data import crop as crops
from gan_keras.data import parallel

IMAGES, LABELS, MANIFEST = "images.npy", "labels.npy", "manifest.json"
MIN_IMAGES = 2
_MAX_SKIPPED_SHARE = 0.01
_NAMED_ON_SCREEN = 3
_CHUNK = 16


def write(source, plan, folder, title, progress):
    """Writes the images of one split and their labels into a new folder, all of it flushed to the disk.

    Args:
        source: `sources.base.Source`.
        plan: the manifest's first part: split, crop, resolution, max_images, holdout.
        folder: path that does not exist.
        title: what the progress bar calls the data.
        progress: whether to show it.

    Raises:
        UserError: too little space, too few images, or more than 1 % unreadable.
    """
    available = source.size(_own_split(source, plan))
    _check_space(folder.parent, _at_most(available, plan) * plan["resolution"] ** 2 * source.channels)
    try:
        folder.mkdir()
        with open(folder / IMAGES, "wb") as file:
            count, labels, skipped, digest = _write_images(file, source, plan, available, title, progress)
        with io.BytesIO() as encoded:  # `numpy.save` into a file hides why the disk refused.
            np.save(encoded, labels, allow_pickle=False)
            (folder / LABELS).write_bytes(encoded.getvalue())
        digest.update(json.dumps([count, plan["resolution"], source.channels, list(source.columns)]).encode())
        digest.update(labels.tobytes())
        manifest = {
            **plan,
            "split_of_source": source.splits[_own_split(source, plan)],
            "count": count,
            "channels": source.channels,
            "label_names": source.columns,
            "skipped": skipped,
            "content_hash": digest.hexdigest(),
            "pillow": PIL.__version__,
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=2))
        for path in [*folder.iterdir(), folder]:
            files.sync(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise errors.UserError(f"cannot write prepared images to '{folder.parent}': {error.strerror}; nothing was "
                                   "kept; free some space or name another folder with --cache_dir") from error
        raise


def _own_split(source, plan):
    """The split of the source that the images are taken from."""
    return plan["split"] if plan["split"] in source.splits else "train"


def _at_most(available, plan):
    return min(available, plan["max_images"] or available)


def _check_space(folder, needed):
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise errors.UserError(f"preparing the images needs {needed / 1e9:.2f} GB in '{folder}', which has "
                               f"{free / 1e9:.2f} GB free; free some space, name another folder with --cache_dir, or "
                               "take fewer with --max_images")


def _write_images(file, source, plan, available, title, progress):
    from tqdm import tqdm

    shape = (plan["resolution"], plan["resolution"], source.channels)
    digest, labels, skipped = hashlib.sha256(), [], []
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
                    raise errors.UserError(f"{len(skipped)} of the {available} images of {title}, more than "
                                           f"{_MAX_SKIPPED_SHARE:.0%}, cannot be read: {_named(skipped)}; remove or "
                                           "replace such files")
            bar.update()
            if len(labels) == plan["max_images"]:
                break
    count = len(labels)
    if count < MIN_IMAGES:
        raise errors.UserError(_too_few(count, plan, title))
    if skipped:
        print(f"skipped {len(skipped)} unreadable of {available} images: {_named(skipped)}; all are named in "
              f"{MANIFEST} of the prepared data", file=sys.stderr)
    # The header's length does not depend on the number of images.
    file.seek(0)
    _write_header(file, (count, *shape))
    return count, np.stack(labels), skipped, digest


def _write_header(file, shape):
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})


def _decoded(source, plan):
    """Yields `(example, result)` in the source's order.

    A result is pixels, or a string that says why there are none, or None for an image of the other split.
    """
    examples = iter(source.examples(_own_split(source, plan), plan["resolution"], plan["max_images"]))
    chunks = iter(lambda: list(itertools.islice(examples, _CHUNK)), [])

    def decode(chunk):
        return [(example, _decode(example, plan, source.channels)) for example in chunk]

    with warnings.catch_warnings(), concurrent.futures.ThreadPoolExecutor(parallel.workers()) as pool:
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        for results in parallel.in_order(pool, decode, chunks, ahead=4 * parallel.workers()):
            yield from results


def _decode(example, plan, channels):
    try:
        content = example.read()
        if plan["holdout"] and _set_aside(content, plan["holdout"]) != (plan["split"] == "test"):
            return None
        return crops.pixels(content, crop=plan["crop"], resolution=plan["resolution"], channels=channels)
    except Exception as error:  # Pillow raises many types for broken files; each one costs that file only.
        return "not an image" if isinstance(error, PIL.UnidentifiedImageError) else f"{type(error).__name__}: {error}"


def _set_aside(content, holdout):
    digest = hashlib.sha256(content if isinstance(content, bytes) else np.ascontiguousarray(content).data).digest()
    return int.from_bytes(digest[:8], "big") < holdout * 2**64


def _named(skipped):
    named = ", ".join(f"{entry['name']} ({entry['reason']})" for entry in skipped[:_NAMED_ON_SCREEN])
    return f"{named}{', …' if len(skipped) > _NAMED_ON_SCREEN else ''}"


def _too_few(count, plan, title):
    found = f"{title} has {count} image{'' if count == 1 else 's'} for its {plan['split']} split"
    needed = f"at least {MIN_IMAGES} are needed; add images"
    if plan["holdout"]:
        return (f"{found} when {plan['holdout']:.0%} of them are set aside for tests: {needed} or change --holdout "
                "(0 sets none aside)")
    return f"{found}: {needed}"
