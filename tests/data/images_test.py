"""Pixels and numbers, grids, PNG and GIF files."""

import errno
import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from gan_keras import errors
from gan_keras.data import images


def test_every_level_is_the_same_after_conversion_to_floats_and_back():
    levels = np.arange(256, dtype=np.uint8)
    floats = images.to_float(levels)
    assert floats.dtype == np.float32 and floats[0] == -1.0 and floats[255] == 1.0
    np.testing.assert_array_equal(images.to_uint8(floats), levels)


def test_halves_round_up_and_numbers_outside_the_range_are_clipped():
    values = np.array([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0], np.float32)
    np.testing.assert_array_equal(images.to_uint8(values), [0, 0, 128, 191, 255, 255])


def test_tensors_and_arrays_round_alike():
    values = np.random.default_rng(0).uniform(-1.1, 1.1, 100_000).astype(np.float32)
    pixels = images.to_uint8(tf.constant(values))
    assert pixels.dtype == tf.uint8
    np.testing.assert_array_equal(pixels.numpy(), images.to_uint8(values))
    np.testing.assert_array_equal(images.to_float(pixels).numpy(), images.to_float(pixels.numpy()))


def test_a_grid_places_pictures_row_by_row():
    pictures = np.stack([np.full((2, 3, 3), value, np.uint8) for value in (10, 20, 30)])
    canvas = images.grid(pictures, columns=2, padding=1)
    assert canvas.shape == (7, 9, 3)
    assert (canvas[1:3, 1:4] == 10).all() and (canvas[1:3, 5:8] == 20).all() and (canvas[4:6, 1:4] == 30).all()
    assert (canvas[4:6, 5:8] == 255).all() and (canvas[0] == 255).all()


@pytest.mark.parametrize(("count", "shape"), [(1, (12, 12)), (5, (22, 32)), (64, (82, 82))])
def test_a_grid_is_about_square(count, shape):
    assert images.grid(np.zeros((count, 8, 8, 1), np.uint8)).shape == (*shape, 1)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_png_holds_the_pixels(tmp_path, channels):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, channels), np.uint8)
    images.write_png(tmp_path / "picture.png", pixels)
    read = np.asarray(Image.open(tmp_path / "picture.png"))
    np.testing.assert_array_equal(read.reshape(pixels.shape), pixels)
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]


def test_a_gif_holds_its_frames_and_repeats(tmp_path):
    frames = [np.full((4, 4, 3), value, np.uint8) for value in (0, 128, 255)]
    images.write_gif(tmp_path / "history.gif", frames, milliseconds=80)
    with Image.open(tmp_path / "history.gif") as gif:
        assert (gif.n_frames, gif.info["duration"], gif.info["loop"]) == (3, 80, 0)
        gif.seek(1)
        assert abs(int(np.asarray(gif.convert("RGB")).mean()) - 128) <= 1


def test_a_picture_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "missing" / "a.png", tmp_path / "file" / "a.png"):
        with pytest.raises(errors.UserError, match="cannot write .*a.png"):
            images.write_png(path, np.zeros((2, 2, 3), np.uint8))


def test_an_older_picture_survives_a_failure(tmp_path, monkeypatch):
    path = tmp_path / "picture.png"
    images.write_png(path, np.zeros((2, 2, 3), np.uint8))
    before = path.read_bytes()

    def fail(*_):
        raise OSError(errno.ENOSPC, "the disk is full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="the disk is full"):
        images.write_png(path, np.ones((2, 2, 3), np.uint8))
    assert path.read_bytes() == before and [entry.name for entry in tmp_path.iterdir()] == ["picture.png"]
    assert np.asarray(Image.open(io.BytesIO(before))).max() == 0
