"""Kinds of samples: each stores, draws and writes samples of its own."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from gan_keras.data import kinds


@pytest.mark.parametrize("name", sorted(kinds.KINDS))
def test_a_kind_is_registered_under_its_name(name):
    assert kinds.KINDS[name].name == name


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
    grid = kinds.IMAGES.grid(stored, 2)
    assert grid.dtype == np.uint8 and grid.shape == (2 * 8 + 2, 2 * 7 + 2, 3)
    path = tmp_path / f"sample{kinds.IMAGES.suffix}"
    kinds.IMAGES.write(path, stored[1])
    np.testing.assert_array_equal(np.asarray(Image.open(path)), stored[1])
