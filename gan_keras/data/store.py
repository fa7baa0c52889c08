"""The store: the samples of a source, prepared once as one array, and read by memory map afterwards."""

import errno
import hashlib
import json
import pathlib
from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.config import names
from gan_keras.config import rules
from gan_keras.config import schema
from gan_keras.data import image_writer
from gan_keras.data import kinds
from gan_keras.data import sources
from gan_keras.data import store_files
from gan_keras.data import text_writer
from gan_keras.runtime import files

DEFAULT_HOLDOUT = 0.05
_RESOLUTIONS = (16, 32, 64, 128, 256)
_LENGTHS = {"characters": 32, "words": 12}
_SHORTEST = 4


class Store:
    """Prepared samples and labels, read only.

    Attributes:
        path: the folder.
        samples: memory map: images uint8 (N, H, W, C), C is 1 or 3; or texts (N, L), the numbers of their symbols.
        labels: maps each label column to int32 (N,).
        label_names: maps each label column to the names of its classes; an empty list if they are unknown.
        manifest: dict: where the samples come from, how they were prepared, which ones were left out.
        kind: `SampleKind` of the samples.
        content_hash: SHA-256 of the samples and labels, hexadecimal.

    Raises:
        OSError, ValueError, KeyError: there is no store in the folder, or it is damaged.
    """

    def __init__(self, path: pathlib.Path | str):
        self.path = pathlib.Path(path)
        self.manifest: dict[str, Any] = json.loads((self.path / store_files.MANIFEST).read_text())
        self.samples: np.ndarray = np.load(self.path / store_files.SAMPLES, mmap_mode="r", allow_pickle=False)
        columns = np.load(self.path / store_files.LABELS, allow_pickle=False)
        self.label_names: dict[str, list[str]] = self.manifest["label_names"]
        self.labels: dict[str, np.ndarray] = {
            name: columns[:, index].copy() for index, name in enumerate(self.label_names)
        }
        self.kind: kinds.SampleKind = kinds.of_vocabulary(self.manifest.get("symbols"))
        self.content_hash: str = self.manifest["content_hash"]


def prepare(
    dataset: str,
    split: str = "train",
    *,
    data_dir: sources.FolderPath = None,
    cache_dir: sources.FolderPath = None,
    resolution: int | None = None,
    crop: int | None = None,
    length: int | None = None,
    vocabulary: str | None = None,
    max_images: int | None = None,
    holdout: float | None = None,
    progress: bool = True,
) -> Store:
    """Returns the `Store` of a data set; reads the source only if no process has done so before.

    Args:
        dataset: what `describe` understands.
        split: `"train"` or `"test"`. The test samples are the source's own, or its validation samples. If it has
            neither, a share of all samples is set aside: the content of a sample decides, so that adding others changes
            nothing.
        data_dir: folder of TensorFlow Datasets; None: its default.
        cache_dir: parent folder of all stores, which may be deleted at any time; None: `$GAN_KERAS_CACHE`, or
            `~/.cache/gan_keras`.
        resolution: side of the images, a power of two from 16 to 256; None: that of the `Description`.
        crop: side of the centered square that is cut out first, at least 1 and limited to the short side of the image;
            None: that of the `Description`.
        length: tokens of a text, at least 4; shorter ones are filled up, longer ones are left out. None: 32 characters
            or 12 words.
        vocabulary: unit of the tokens of texts, `"characters"` or `"words"`; None: characters.
        max_images: takes the first samples of the split, so many that can be read, at least 2; None: all.
        holdout: share in [0, 1) to set aside for tests, for a source without test samples of its own; None: 0.05. With
            0, the training samples are the test samples as well, and the manifest names their split "train".
        progress: whether to show progress bars.

    Raises:
        UserError: the source cannot be read or holds less than two samples, more than 1 % of its files are unreadable,
            an argument is out of range or would have no effect, or the disk is full.
    """
    description = sources.describe(dataset)
    is_path = description.source in names.PATH_SOURCES
    written_out = (
        f"{description.source}:{description.location}" if is_path else dataset
    )  # An existing path says no kind.
    given: dict[str, Any] = {"resolution": resolution, "crop": crop, "length": length, "vocabulary": vocabulary}
    rules.check({"dataset": written_out, "data_dir": data_dir} | given)
    if split not in ("train", "test"):
        raise errors.UserError(f"split '{split}': expected train or test")
    _check(dataset, max_images, holdout)
    of_kind = _of_texts if description.samples == "texts" else _of_images
    sizes = of_kind(description, **given)
    source = sources.open_source(description, data_dir, progress)
    own_test_split = "test" in source.splits
    rules.check({"holdout": holdout, "own_test_split": own_test_split})
    if holdout is None and not own_test_split:
        holdout = DEFAULT_HOLDOUT
    plan = {
        "format": 1,
        "source": {"kind": description.kind, "name": description.location, **source.identity},
        "split": split if own_test_split or holdout else "train",
        **sizes,
        "max_images": max_images,
        "holdout": holdout,
    }
    path = _cache(cache_dir) / _name(description, plan)
    return _opened(path) or _prepared(path, source, plan, description.name, progress)


def prepare_for(settings: schema.Data, split: str = "train") -> Store:
    """Returns the `Store` of the samples that the settings of a run name.

    Args:
        settings: the `data` section of a `Config`.
        split: `"train"` or `"test"`.

    Raises:
        UserError: as `prepare`.
    """
    return prepare(
        settings.dataset,
        split,
        data_dir=settings.data_dir,
        cache_dir=settings.cache_dir,
        resolution=settings.resolution,
        crop=settings.crop,
        length=settings.length,
        vocabulary=settings.vocabulary,
        max_images=settings.max_images,
        holdout=settings.holdout,
    )


def _opened(path: pathlib.Path) -> Store | None:
    try:
        return Store(path)
    except (OSError, ValueError, KeyError):  # It is not there, or somebody has damaged it.
        return None


def _prepared(path: pathlib.Path, source: sources.AnySource, plan: dict[str, Any], title: str, progress: bool) -> Store:
    """Returns the store at a path, written by this process or, while this one waited, by another."""
    lock = path.with_name(f".{path.name}.lock")
    with files.Lock(lock, wait=True, busy=f"waiting for another process that prepares the same data ({lock})"):
        # The process that left something half written is dead: it would hold the lock.
        files.remove_leftovers(path.parent, path.name)
        store = _opened(path)
        if store is None:
            _write(path, source, plan, title, progress)
            store = Store(path)
        return store


def _write(path: pathlib.Path, source: sources.AnySource, plan: dict[str, Any], title: str, progress: bool) -> None:
    try:
        with files.written_aside(path) as aside:
            writer = text_writer if isinstance(source, sources.TextSource) else image_writer
            writer.write(source, plan, aside.folder, title, progress)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise errors.UserError(
                f"cannot write prepared data to '{path.parent}': {error.strerror}; nothing was kept; free some space "
                "or name another folder with --cache_dir"
            ) from error
        raise


def _of_images(description: Any, resolution: int | None, crop: int | None, **_: Any) -> dict[str, Any]:
    """Returns what decides how images are prepared, checked."""
    resolution = description.default_resolution if resolution is None else resolution
    if resolution not in _RESOLUTIONS:
        nearest = min(_RESOLUTIONS, key=lambda known: abs(known - resolution))
        raise errors.UserError(
            f"resolution {resolution}: expected a power of two from 16 to 256; try --resolution={nearest}"
        )
    if crop is not None and crop < 1:
        raise errors.UserError(f"crop {crop}: expected the side of a square in pixels, at least 1")
    return {"crop": description.default_crop if crop is None else crop, "resolution": resolution}


def _of_texts(description: Any, length: int | None, vocabulary: str | None, **_: Any) -> dict[str, Any]:
    """Returns what decides how texts are prepared, checked."""
    unit = vocabulary or names.VOCABULARIES[0]
    errors.expect_one_of(unit, names.VOCABULARIES, "vocabulary")
    length = _LENGTHS[unit] if length is None else length
    if length < _SHORTEST:
        raise errors.UserError(f"length {length}: expected at least {_SHORTEST} {unit}")
    return {"length": length, "vocabulary": unit}


def _check(dataset: str, max_images: int | None, holdout: float | None) -> None:
    if max_images is not None and max_images < store_files.MIN_SAMPLES:
        raise errors.UserError(f"max_images {max_images} of '{dataset}': expected at least {store_files.MIN_SAMPLES}")
    if holdout is not None and not 0 <= holdout < 1:
        raise errors.UserError(f"holdout {holdout}: expected a share from 0 to below 1, such as {DEFAULT_HOLDOUT}")


def _cache(cache_dir: sources.FolderPath) -> pathlib.Path:
    folder = files.cache_folder(cache_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.UserError(
            f"cannot make the folder for prepared data '{folder}': {error.strerror}; name another one with --cache_dir"
        ) from error
    return folder


def _name(description: sources.Description, plan: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()
    sizes = [str(plan[name]) for name in ("crop", "resolution", "vocabulary", "length") if plan.get(name)]
    return "-".join([description.name, plan["split"], *sizes, digest[:8]])
