"""Image data sets of TensorFlow Datasets, read undecoded so that Pillow treats them like every other source."""

import contextlib
import functools
import logging
import os
import pathlib
import re
import urllib.parse
import warnings

import absl.logging
import numpy as np

from gan_keras import errors
from gan_keras.data import locks
from gan_keras.data.sources import base

_BATCH = 256


class Tfds(base.Source):
    """A TFDS data set with a top-level image; every class label and every yes-or-no attribute is a label column.

    Args:
        name: of the data set, with or without configuration and version.
        data_dir: where TFDS keeps its data sets; None for its own default. A set that is not there is downloaded.
        progress: whether TFDS shows its progress bars.

    Raises:
        UserError: there is no such data set, it cannot be downloaded, or it has no image.
    """

    def __init__(self, name, data_dir=None, progress=True):
        self._name = name
        with quiet(progress) as tfds:
            self._builder = _builder(tfds, name, data_dir)
            self._image, features = _image_feature(tfds, self._builder.info.features, name)
            if not self._builder.data_path.exists():
                self._builder = _downloaded(tfds, self._builder, data_dir, name)
            self._paths = dict(_label_features(tfds, features))
        own = self._builder.info.splits
        if "train" not in own:
            raise errors.UserError(f"--dataset={name} has no split 'train' but only {', '.join(own) or 'none'}; choose "
                                   "a data set that has one")
        test = next((split for split in ("test", "validation") if split in own), None)
        self.splits = {"train": "train"} | ({"test": test} if test else {})
        self.columns = {path[-1]: names for path, names in self._paths.items()}
        self.channels = 1 if features[self._image].shape[-1] == 1 else 3
        self.identity = {
            "full_name": self._builder.info.full_name,
            # Two folders may hold different selections under one name and version.
            "shards": {split: [own[split].num_bytes, own[split].shard_lengths] for split in self.splits.values()},
        }

    def size(self, split):
        return self._builder.info.splits[self.splits[split]].num_examples

    def examples(self, split, resolution, limit):
        with quiet() as tfds:
            wanted = {path[0]: True for path in self._paths} | {self._image: True}
            dataset = self._builder.as_dataset(
                split=self.splits[split],
                decoders=tfds.decode.PartialDecoding(wanted, {self._image: tfds.decode.SkipDecoding()}),
                # One file after another: the first n images are the same on every machine.
                read_config=tfds.ReadConfig(try_autocache=False, interleave_cycle_length=1),
            ).batch(_BATCH).prefetch(2)
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


@contextlib.contextmanager
def quiet(progress=True):
    """Gives the `tensorflow_datasets` module, and keeps its and its libraries' warnings to themselves."""
    verbosity, urllib3 = absl.logging.get_verbosity(), logging.getLogger("urllib3")
    level = urllib3.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        absl.logging.set_verbosity(absl.logging.ERROR)
        urllib3.setLevel(logging.ERROR)
        try:
            import tensorflow_datasets as tfds

            (tfds.enable_progress_bar if progress else tfds.disable_progress_bar)()
            yield tfds
        finally:
            absl.logging.set_verbosity(verbosity)
            urllib3.setLevel(level)


def known_names():
    """Returns the names of all data sets that TFDS has."""
    with quiet() as tfds:
        return tfds.list_builders(with_community_datasets=False)


def _builder(tfds, name, data_dir):
    try:
        return tfds.builder(name, data_dir=data_dir)
    except Exception as error:  # Of many types: unknown, misspelt, another version, missing packages.
        if re.split("[:/]", name)[0] in known_names():
            raise errors.UserError(f"--dataset={name}: {error}") from error
        nearest = errors.nearest(name, ["avatars", *known_names()])
        raise errors.UserError(f"unknown data set '{name}'{nearest}: expected avatars, folder:PATH, zip:PATH, "
                               "npz:PATH, an existing path, or a data set of TFDS such as celeb_a") from error


def _downloaded(tfds, builder, data_dir, name):
    from tensorflow_datasets.core.download import downloader

    # Ten retries keep a machine without network waiting for minutes.
    retries, downloader.MAX_RETRIES = downloader.MAX_RETRIES, 3
    try:
        os.makedirs(builder.data_dir_root, exist_ok=True)
        with locks.locked(pathlib.Path(builder.data_dir_root) / f".{builder.name}.lock"):
            builder = tfds.builder(name, data_dir=data_dir)  # Sees what another process has downloaded meanwhile.
            builder.download_and_prepare()
            return builder
    except Exception as error:  # Of every type there is: network, checksums, missing packages, manual downloads.
        raise errors.UserError(_failed_download(builder, name, error)) from error
    finally:
        downloader.MAX_RETRIES = retries


def _failed_download(builder, name, error):
    import requests

    reason = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    if isinstance(error, requests.ConnectionError) and error.request is not None:
        reason = f"no connection to {urllib.parse.urlsplit(error.request.url).hostname}"
    failed = f"{name} is not in {builder.data_dir_root} and TFDS could not download it ({reason})"
    if builder.name == "celeb_a":
        return (f"{failed}. Google Drive often refuses CelebA because too many people ask for it. Three ways on: "
                "(1) download the official files with a browser and run `python scripts/prepare_data.py celeb_a "
                "--images=img_align_celeba.zip --annotations=FOLDER_OF_THE_TXT_FILES`; (2) --dataset=folder:PATH with "
                "any folder of images; (3) --dataset=zip:img_align_celeba.zip")
    by_hand = ""
    if builder.name in ("mnist", "fashion_mnist"):
        by_hand = f" run `python scripts/prepare_data.py {builder.name} --files=FOLDER_OF_THE_FOUR_IDX_FILES`,"
    return (f"{failed}. Check the network, name the folder that has it with --data_dir,{by_hand} or use "
            "--dataset=folder:PATH")


def _image_feature(tfds, features, name):
    """Returns the key of the image, `image` by preference, and the dictionary of features that holds it."""
    if isinstance(features, tfds.features.FeaturesDict):
        for key in sorted(features, key=lambda key: key != "image"):
            # A labelled image is a segmentation mask; other types of numbers have no known range.
            is_image = isinstance(features[key], tfds.features.Image)
            if is_image and not isinstance(features[key], tfds.features.LabeledImage):
                if features[key].np_dtype in (np.uint8, np.uint16):
                    return key, features
    raise errors.UserError(f"--dataset={name} has no image feature: choose an image data set of TFDS, such as celeb_a, "
                           "mnist or cifar10")


def _label_features(tfds, features, parents=()):
    for key, feature in features.items():
        path = (*parents, key)
        if isinstance(feature, tfds.features.FeaturesDict):
            yield from _label_features(tfds, feature, path)
        elif isinstance(feature, tfds.features.ClassLabel):
            yield path, list(feature.names or [])
        elif feature.shape == () and feature.np_dtype == np.bool_:
            yield path, ["no", "yes"]
