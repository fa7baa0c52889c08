"""The store: a source's images, prepared once as one array of uint8 pixels and read by memory map ever after."""

import hashlib
import json
import os
import pathlib
import shutil

import numpy as np

from gan_keras import errors
from gan_keras import files
from gan_keras.data import locks
from gan_keras.data import sources
from gan_keras.data import writer

_RESOLUTIONS = (16, 32, 64, 128, 256)


class Store:
    """Prepared images and labels, read only.

    Attributes:
        path: the folder.
        images: memory map, uint8 (N, H, W, C), C is 1 or 3.
        labels: maps each label column to int32 (N,).
        label_names: maps each label column to the names of its classes, an empty list where they are unknown.
        manifest: where the images come from, how they were cut and resized, what was skipped.
        content_hash: SHA-256 of the pixels and labels, hexadecimal.
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.manifest = json.loads((self.path / writer.MANIFEST).read_text())
        self.images = np.load(self.path / writer.IMAGES, mmap_mode="r", allow_pickle=False)
        columns = np.load(self.path / writer.LABELS, allow_pickle=False)
        self.label_names = self.manifest["label_names"]
        self.labels = {name: columns[:, index].copy() for index, name in enumerate(self.label_names)}
        self.content_hash = self.manifest["content_hash"]


def prepare(dataset, split="train", *, data_dir=None, cache_dir=None, resolution=None, crop=None, max_images=None,
            holdout=0.05, progress=True):
    """Returns the `Store` of a data set; reads the source only if no process has done so before.

    Args:
        dataset: what `describe` understands.
        split: "train" or "test". The test images are those of the source, or its validation images, or a share that is
            set aside: each image whose own content says so, which adding other images does not change.
        data_dir: where TFDS keeps its data sets.
        cache_dir: parent of all stores; default `$GAN_KERAS_CACHE`, else `~/.cache/gan_keras`. May be deleted any time.
        resolution: side of the images, a power of two in 16 … 256; default by `describe`.
        crop: side of the centred square that is cut out first, at most the short side; default by `describe`.
        max_images: takes the first so many readable images of the split.
        holdout: share in [0, 1) to set aside for tests where the source has no test images of its own. With 0 the
            training images are the test images, and the manifest names their split "train".
        progress: whether to show progress bars.

    Raises:
        UserError: the source cannot be read or holds less than two images, more than 1 % of its files are unreadable,
            an argument is out of range, or the disk is full.
    """
    description = sources.describe(dataset)
    resolution = description.default_resolution if resolution is None else resolution
    _check(dataset, description, split, resolution, crop, max_images, holdout)
    source = sources.open_source(description, data_dir, progress)
    own_test = "test" in source.splits
    plan = {
        "format": 1,
        "source": {"kind": description.kind, "name": description.location, **source.identity},
        "split": split if own_test or holdout else "train",
        "crop": description.default_crop if crop is None else crop,
        "resolution": resolution,
        "max_images": max_images,
        "holdout": None if own_test else holdout,
    }
    path = _cache(cache_dir) / _name(description, plan)
    return _opened(path) or _prepared(path, source, plan, description.name, progress)


def prepare_for(settings, split="train"):
    """Returns the `Store` that a run's `config.Data` asks for, of one of the splits; raises what `prepare` raises."""
    return prepare(
        settings.dataset, split, data_dir=settings.data_dir, cache_dir=settings.cache_dir,
        resolution=settings.resolution, crop=settings.crop, max_images=settings.max_images, holdout=settings.holdout,
    )


def _opened(path):
    try:
        return Store(path)
    except (OSError, ValueError, KeyError):  # It is not there, or someone has damaged it.
        return None


def _prepared(path, source, plan, title, progress):
    lock, partial = (path.with_name(f".{path.name}.{suffix}") for suffix in ("lock", "partial"))
    with locks.locked(lock):
        # Whoever left a partial folder behind is dead: it would hold the lock.
        shutil.rmtree(partial, ignore_errors=True)
        store = _opened(path)
        if store is None:
            shutil.rmtree(path, ignore_errors=True)
            try:
                writer.write(source, plan, partial, title, progress)
                os.rename(partial, path)
                files.sync(path.parent)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
            store = Store(path)
        return store


def _check(dataset, description, split, resolution, crop, max_images, holdout):
    if split not in ("train", "test"):
        raise errors.UserError(f"split '{split}': expected train or test")
    if resolution not in _RESOLUTIONS:
        nearest = min(_RESOLUTIONS, key=lambda known: abs(known - resolution))
        raise errors.UserError(f"resolution {resolution}: expected a power of two from 16 to 256; try "
                               f"--resolution={nearest}")
    if crop is not None and crop < 1:
        raise errors.UserError(f"crop {crop}: expected the side of a square in pixels, at least 1")
    if crop is not None and description.kind == "avatars":
        raise errors.UserError(f"crop {crop}: avatars are drawn at their resolution, not cropped; leave out --crop")
    if max_images is not None and max_images < writer.MIN_IMAGES:
        raise errors.UserError(f"max_images {max_images} of '{dataset}': expected at least {writer.MIN_IMAGES}")
    if not 0 <= holdout < 1:
        raise errors.UserError(f"holdout {holdout}: expected a share from 0 to below 1, such as 0.05")


def _cache(cache_dir):
    folder = pathlib.Path(cache_dir or os.environ.get("GAN_KERAS_CACHE") or "~/.cache/gan_keras").expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.UserError(f"cannot make the folder for prepared images '{folder}': {error.strerror}; name another "
                               "one with --cache_dir") from error
    return folder


def _name(description, plan):
    digest = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()
    sizes = [str(plan["crop"])] if plan["crop"] else []
    return "-".join([description.name, plan["split"], *sizes, str(plan["resolution"]), digest[:8]])
