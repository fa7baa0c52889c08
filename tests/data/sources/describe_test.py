"""Which source a `--dataset` means, and what is known of it before it is opened."""

import importlib
import inspect
import re
import sys
import types
import zipfile

import numpy as np
import pytest

from gan_keras import data
from gan_keras import errors
from gan_keras.config import names
from gan_keras.data import sources
from gan_keras.data.sources import base


@pytest.mark.parametrize(
    ("dataset", "source", "kind", "crop", "resolution", "flip", "labels"),
    [
        ("avatars", "avatars", "avatars", None, 64, False, "hair_style"),
        ("celeb_a", "tfds", "celeb_a", 178, 64, True, None),
        ("celeb_a:2.1.0", "tfds", "celeb_a", 178, 64, True, None),
        ("mnist", "tfds", "mnist", None, 32, False, None),
        ("fashion_mnist:3.0.1", "tfds", "fashion_mnist", None, 32, False, None),
        ("cifar10", "tfds", "cifar10", None, 32, False, None),
        ("oxford_flowers102", "tfds", "oxford_flowers102", None, 64, False, None),
        ("imagenet_resized/8x8", "tfds", "imagenet_resized", None, 64, False, None),
    ],
)
def test_names(dataset, source, kind, crop, resolution, flip, labels):
    found = data.describe(dataset)
    assert (found.source, found.kind, found.location) == (source, kind, dataset)
    assert (found.default_crop, found.default_resolution, found.default_flip) == (crop, resolution, flip)
    assert found.default_labels == labels
    assert re.fullmatch(r"\w+", found.name)


@pytest.mark.parametrize("kind", names.SOURCES)
def test_every_source_is_a_module_with_the_same_functions(kind):
    module = importlib.import_module(f"gan_keras.data.sources.{kind}")
    assert list(inspect.signature(module.describe).parameters) == ["dataset"]
    assert list(inspect.signature(module.open_source).parameters) == ["description", "data_dir", "progress"]


@pytest.mark.parametrize("kind", names.PATH_SOURCES)
def test_a_source_with_a_path_is_named_by_its_kind(kind, tmp_path):
    path = tmp_path / "some data"
    path.mkdir() if kind == "folder" else path.touch()
    found = data.describe(f"{kind}:{path}")
    assert (found.source, found.kind, found.location, found.name) == (kind, kind, str(path), "some_data")


def test_a_kind_counts_more_than_the_end_of_a_name(tmp_path):
    (tmp_path / "faces.txt").mkdir()
    assert data.describe(f"folder:{tmp_path / 'faces.txt'}").source == "folder"


def test_a_new_source_is_a_module_and_a_name(monkeypatch):
    module = types.ModuleType("gan_keras.data.sources.fractals")
    module.describe = lambda dataset: (
        base.Description("fractals", "fractals", "", "fractals") if dataset == "fractals" else None
    )
    module.open_source = lambda description, data_dir, progress: (description.name, data_dir, progress)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(names, "SOURCES", ("fractals", *names.SOURCES))
    assert sources.open_source(data.describe("fractals"), "there", progress=False) == ("fractals", "there", False)
    assert data.describe("avatars").source == "avatars"


def test_an_existing_path_may_stand_alone(tmp_path):
    (tmp_path / "my photos").mkdir()
    zipfile.ZipFile(tmp_path / "a.zip", "w").close()
    np.savez(tmp_path / "b.npz", images=np.zeros(1))
    (tmp_path / "c.tar").touch()
    for name, kind, short in (("my photos", "folder", "my_photos"), ("a.zip", "zip", "a"), ("b.npz", "npz", "b")):
        alone, prefixed = data.describe(str(tmp_path / name)), data.describe(f"{kind}:{tmp_path / name}")
        assert alone == prefixed
        assert (alone.source, alone.name, alone.default_resolution) == (kind, short, 64)
    with pytest.raises(errors.UserError, match="another kind of file"):
        data.describe(str(tmp_path / "c.tar"))


def test_a_path_may_be_relative_or_in_the_home_folder(tmp_path, monkeypatch):
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for dataset in ("photos", "./photos", "folder:photos", "~/photos", "folder:~/photos", "photos/../photos/"):
        assert data.describe(dataset) == data.describe(str(tmp_path / "photos")), dataset
    assert data.describe(".").name == re.sub(r"\W+", "_", tmp_path.name)


def test_a_name_of_tfds_wins_over_a_folder_of_that_name(tmp_path, monkeypatch):
    for name in ("mnist", "kitchen"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    assert data.describe("mnist").kind == "mnist"
    assert data.describe("./mnist").kind == data.describe("kitchen").kind == "folder"
