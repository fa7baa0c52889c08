"""Folders of images."""

import re

import pytest

from gan_keras import data
from gan_keras import errors
from gan_keras.data.sources import folder
from gan_keras.data.sources import image_files
from tests.data import conftest


def names(source):
    return [example.name for example in source.examples("train", 16, None)]


def test_flat_and_nested_in_the_order_of_names(tmp_path):
    conftest.save_images(tmp_path / "deep" / "er", 2)
    conftest.save_images(tmp_path, 1, first=5)
    source = folder.Folder(tmp_path)
    assert names(source) == ["005.png", "deep/er/000.png", "deep/er/001.png"]
    assert source.size("train") == 3 and source.columns == {} and source.channels == 3


def test_class_folders_are_labels():
    columns, labels = image_files.class_labels(["all/dog/1.png", "all/cat/2.png", "all/dog/old/3.png"])
    assert columns == {"label": ["cat", "dog"]}
    assert labels.tolist() == [[1], [0], [1]]


@pytest.mark.parametrize("paths", [["a.png", "b.png"], ["cat/a.png", "b.png"], ["only/a.png", "only/b.png"]])
def test_no_labels_without_at_least_two_classes(paths):
    columns, labels = image_files.class_labels(paths)
    assert columns == {} and labels.shape == (2, 0)


def test_hidden_copies_and_other_files_are_no_images():
    assert image_files.is_image_name("a/b.JPG") and image_files.is_image_name("c.webp")
    assert not any(map(image_files.is_image_name, ["a/notes.txt", "__MACOSX/a/b.jpg", "a/._b.jpg", ".trash/b.jpg"]))


@pytest.mark.parametrize("others", [[], ["notes.txt", "README.md"]])
def test_a_folder_without_images(tmp_path, others):
    for name in others:
        (tmp_path / name).write_text("text")
    with pytest.raises(errors.UserError, match=f"no images in folder '{re.escape(str(tmp_path))}'"):
        data.prepare(str(tmp_path))


def test_grey_only_if_all_are(tmp_path):
    for path in conftest.save_images(tmp_path, 3):
        conftest.Image.open(path).convert("L").save(path)
    assert data.prepare(str(tmp_path), holdout=0).samples.shape == (3, 64, 64, 1)
    conftest.save_images(tmp_path, 1, first=3)
    assert data.prepare(str(tmp_path), holdout=0).samples.shape == (4, 64, 64, 3)


def test_a_folder_that_does_not_exist(tmp_path):
    for dataset in (f"folder:{tmp_path}/none", f"{tmp_path}/none", "./none", "none.zip", "folder:"):
        with pytest.raises(errors.UserError, match="there is no (folder|file)"):
            data.describe(dataset)
