"""Image data sets of TensorFlow Datasets, read undecoded so that Pillow treats them like every other source."""

import functools
import os
import pathlib
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.config import names
from gan_keras.data.sources import base
from gan_keras.data.sources import paths
from gan_keras.data.sources import tfds_library
from gan_keras.runtime import files

_BATCH = 256
_DEFAULTS: dict[str, dict[str, Any]] = {  # fields of a `Description`, where they are not the usual ones
    "celeb_a": {"default_crop": 178, "default_flip": True},
    "cifar10": {"default_resolution": 32},
    "fashion_mnist": {"default_resolution": 32},
    "mnist": {"default_resolution": 32},
}


def describe(dataset: str) -> base.Description | None:
    """Returns the `Description` of a `--dataset` that is no path, whether or not TFDS knows it; None for a path."""
    if paths.existing(dataset) or pathlib.Path(dataset).expanduser().is_absolute() or dataset.startswith("."):
        return None
    kind = re.split("[:/]", dataset)[0]
    return base.Description("tfds", kind, dataset, base.file_name(dataset), **_DEFAULTS.get(kind, {}))


def open_source(description: base.Description, data_dir: base.FolderPath, progress: bool) -> base.Source:
    """Returns the `Source`; a data set that is not in `data_dir` is downloaded."""
    return Tfds(description.location, data_dir, progress)


class Tfds(base.Source):
    """A TFDS data set with a top-level image; every class label and every yes-or-no attribute is a label column.

    Args:
        name: name of the data set, with or without configuration and version.
        data_dir: folder where TFDS keeps its data sets; None: its default. A data set that is not there is downloaded.
        progress: whether TFDS shows its progress bars.

    Raises:
        UserError: there is no such data set, it cannot be downloaded, or it has no image.
    """

    def __init__(self, name: str, data_dir: base.FolderPath = None, progress: bool = True):
        self._name = name
        with tfds_library.quiet(progress) as tfds:
            self._builder = _builder(tfds, name, data_dir)
            self._image, features = _image_feature(tfds, self._builder.info.features, name)
            if not self._builder.data_path.exists():
                self._builder = _downloaded(tfds, self._builder, data_dir, name)
            self._paths = dict(_label_features(tfds, features))
        own = self._builder.info.splits
        if "train" not in own:
            raise errors.UserError(
                f"--dataset={name} has no split 'train' but only {', '.join(own) or 'none'}; choose "
                "a data set that has one"
            )
        test = next((split for split in ("test", "validation") if split in own), None)
        self.splits = {"train": "train"} | ({"test": test} if test else {})
        self.columns = {path[-1]: values for path, values in self._paths.items()}
        self._channels = 1 if features[self._image].shape[-1] == 1 else 3
        self.identity = {
            "full_name": self._builder.info.full_name,
            # Two folders may hold different selections under one name and version.
            "shards": {split: [own[split].num_bytes, own[split].shard_lengths] for split in self.splits.values()},
        }

    @property
    def channels(self) -> int:
        return self._channels

    def size(self, split: str) -> int:
        return self._builder.info.splits[self.splits[split]].num_examples

    def examples(self, split: str, resolution: int, limit: int | None) -> Iterator[base.Example]:
        with tfds_library.quiet() as tfds:
            features = {path[0]: True for path in self._paths} | {self._image: True}
            dataset = (
                self._builder.as_dataset(
                    split=self.splits[split],
                    decoders=tfds.decode.PartialDecoding(features, {self._image: tfds.decode.SkipDecoding()}),
                    # One file after another, so that the first n images are the same on every machine.
                    read_config=tfds.ReadConfig(try_autocache=False, interleave_cycle_length=1),
                )
                .batch(_BATCH)
                .prefetch(2)
            )
        index = 0
        for batch in dataset.as_numpy_iterator():
            encoded = batch[self._image]
            labels = np.zeros((len(encoded), len(self._paths)), np.int32)
            for column, path in enumerate(self._paths):
                values = batch
                for key in path:
                    values = values[key]
                labels[:, column] = values
            for content, row in zip(encoded, labels, strict=True):
                yield base.Example(f"{self._name} {self.splits[split]} {index}", functools.partial(bytes, content), row)
                index += 1


def _builder(tfds, name, data_dir):
    try:
        return tfds.builder(name, data_dir=data_dir)
    except Exception as error:  # It has many types: unknown, misspelt, another version, missing packages.
        if re.split("[:/]", name)[0] in tfds_library.known_names():
            raise errors.UserError(f"--dataset={name}: {error}") from error
        nearest = errors.nearest(name, ["avatars", "stacked_mnist", "sentences", *tfds_library.known_names()])
        by_path = ", ".join(f"{kind}:PATH" for kind in names.PATH_SOURCES)
        raise errors.UserError(
            f"unknown data set '{name}'{nearest}: expected avatars, stacked_mnist, sentences, {by_path}, an existing "
            "path, or a data set of TFDS such as celeb_a"
        ) from error


def _downloaded(tfds, builder, data_dir, name):
    from tensorflow_datasets.core.download import downloader

    # With its ten retries, a machine without a network waits for minutes.
    retries, downloader.MAX_RETRIES = downloader.MAX_RETRIES, 3
    try:
        os.makedirs(builder.data_dir_root, exist_ok=True)
        lock = pathlib.Path(builder.data_dir_root) / f".{builder.name}.lock"
        busy = f"waiting for another process that prepares the data set {builder.name} ({lock})"
        with files.Lock(lock, wait=True, busy=busy):
            builder = tfds.builder(name, data_dir=data_dir)  # A new builder sees what that process has downloaded.
            builder.download_and_prepare()
            return builder
    except Exception as error:  # It has any type: network, checksums, missing packages, manual downloads.
        raise errors.UserError(_failed_download(builder, name, error)) from error
    finally:
        downloader.MAX_RETRIES = retries


def _failed_download(builder, name, error):
    import requests

    reason = f"{type(error).__name__}: {errors.one_line(error)[:300]}"
    if isinstance(error, requests.ConnectionError) and error.request is not None:
        reason = f"no connection to {urllib.parse.urlsplit(str(error.request.url)).hostname}"
    failed = f"{name} is not in {builder.data_dir_root} and TFDS could not download it ({reason})"
    if builder.name == "celeb_a":
        return (
            f"{failed}. Google Drive often refuses CelebA because too many people download it. What you can do: (1) "
            "download the official files with a browser and run `python scripts/prepare_data.py celeb_a "
            "--images=img_align_celeba.zip --annotations=FOLDER_OF_THE_TXT_FILES`; (2) use --dataset=folder:PATH with "
            "any folder of images; (3) use --dataset=zip:img_align_celeba.zip"
        )
    by_hand = ""
    if builder.name in ("mnist", "fashion_mnist"):
        by_hand = f" run `python scripts/prepare_data.py {builder.name} --files=FOLDER_OF_THE_FOUR_IDX_FILES`,"
    return (
        f"{failed}. Check the network, name the folder that has it with --data_dir,{by_hand} or use "
        "--dataset=folder:PATH"
    )


def _image_feature(tfds, features, name):
    """Returns the key of the image, preferably `image`, and the features that hold it.

    Raises:
        UserError: the data set has no image.
    """
    if isinstance(features, tfds.features.FeaturesDict):
        for key in sorted(features, key=lambda key: key != "image"):
            # A labeled image is a segmentation mask, and the range of other types of numbers is unknown.
            is_image = isinstance(features[key], tfds.features.Image)
            if is_image and not isinstance(features[key], tfds.features.LabeledImage):
                if features[key].np_dtype in (np.uint8, np.uint16):
                    return key, features
    raise errors.UserError(
        f"--dataset={name} has no image feature: choose an image data set of TFDS, such as celeb_a, mnist or cifar10"
    )


def _label_features(tfds, features, parents=()):
    """Yields (path of keys, names of the classes) of every class label and every yes-or-no feature."""
    for key, feature in features.items():
        path = (*parents, key)
        if isinstance(feature, tfds.features.FeaturesDict):
            yield from _label_features(tfds, feature, path)
        elif isinstance(feature, tfds.features.ClassLabel):
            yield path, list(feature.names or [])
        elif feature.shape == () and feature.np_dtype == np.bool_:
            yield path, ["no", "yes"]
