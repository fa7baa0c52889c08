"""Kinds of samples: each stores, draws and writes samples of its own."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from gan_keras.data import kinds
from gan_keras.data import vocabulary


@pytest.mark.parametrize("convert", [np.asarray, tf.constant])
def test_images_become_floats_and_bytes_again(convert):
    stored = np.random.default_rng(0).integers(0, 256, (4, 6, 5, 3), kinds.IMAGES.dtype)
    floats = kinds.IMAGES.to_float(convert(stored))
    assert floats.dtype == np.float32 and np.abs(floats).max() <= 1.0
    again = np.asarray(kinds.IMAGES.to_stored(floats))
    assert again.dtype == kinds.IMAGES.dtype
    np.testing.assert_array_equal(again, stored)


def test_images_are_drawn_and_written(tmp_path):
    stored = np.random.default_rng(0).integers(0, 256, (4, 6, 5, 3), np.uint8)
    kinds.IMAGES.write_sheet(tmp_path / "sheet.png", stored, 2)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (2 * 7 + 2, 2 * 8 + 2)
    path = tmp_path / f"sample{kinds.IMAGES.suffix}"
    kinds.IMAGES.write(path, stored[1])
    np.testing.assert_array_equal(np.asarray(Image.open(path)), stored[1])


TEXTS = kinds.texts(vocabulary.of_symbols(["cat", "the", "."], "words"))
STORED = np.array([[3, 2, 1, 0], [2, 0, 3, 1]], TEXTS.dtype)  # What follows an end is not of the text.


@pytest.mark.parametrize("convert", [np.asarray, tf.constant])
def test_texts_become_probabilities_and_numbers_again(convert):
    floats = np.asarray(TEXTS.to_float(convert(STORED)))
    assert floats.dtype == np.float32 and floats.shape == (2, 4, 4)
    assert (floats.sum(-1) == 1).all() and (floats.max(-1) == 1).all()
    again = np.asarray(TEXTS.to_stored(convert(0.6 * floats + 0.1)))
    assert again.dtype == TEXTS.dtype
    np.testing.assert_array_equal(again, STORED)


def test_texts_are_written_one_a_line(tmp_path):
    assert TEXTS.as_users_see(STORED) == ["the cat.", "cat"]
    TEXTS.write_sheet(tmp_path / "sheet.txt", STORED, 2)
    assert (tmp_path / "sheet.txt").read_text("utf-8") == "the cat.\ncat\n"
    TEXTS.write(tmp_path / "one.txt", STORED[0])
    assert (tmp_path / "one.txt").read_text("utf-8") == "the cat.\n"


def test_a_kind_is_that_of_its_vocabulary():
    assert kinds.of_vocabulary(None) is kinds.IMAGES
    assert kinds.of_vocabulary(TEXTS.vocabulary.to_json()) is TEXTS
