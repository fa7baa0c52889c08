"""Decoding, cropping and resizing of single images."""

import io

import numpy as np
import pytest
from PIL import Image

from gan_keras.data import crop


def encoded(image, kind="png", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def pixels(content, side=None, resolution=2, channels=3):
    return crop.pixels(content, crop=side, resolution=resolution, channels=channels)


def test_the_center_of_a_wide_image_is_cut_out():
    wide = np.asarray([[0, 10, 20, 30], [40, 50, 60, 70]], np.uint8)
    np.testing.assert_array_equal(pixels(wide, channels=1)[..., 0], [[10, 20], [50, 60]])


def test_the_center_of_a_tall_image_is_cut_out():
    tall = np.asarray([[0, 10, 20, 30], [40, 50, 60, 70]], np.uint8).T
    np.testing.assert_array_equal(pixels(tall, channels=1)[..., 0], [[10, 50], [20, 60]])


def test_a_given_side_is_cut_out_and_never_exceeds_the_image():
    image = np.arange(36, dtype=np.uint8).reshape(6, 6)
    np.testing.assert_array_equal(pixels(image, side=2, channels=1)[..., 0], [[14, 15], [20, 21]])
    np.testing.assert_array_equal(pixels(image, side=99, resolution=6, channels=1)[..., 0], image)


def test_the_resize_is_antialiased():
    board = np.indices((64, 64)).sum(axis=0) % 2 * np.uint8(255)
    small = pixels(board.astype(np.uint8), resolution=16, channels=1)
    assert abs(small.astype(float) - 127.5).max() < 10
    aliased = np.asarray(Image.fromarray(board.astype(np.uint8)).resize((16, 16), Image.Resampling.NEAREST))
    assert abs(aliased - 127.5).max() > 100


def test_small_images_are_enlarged():
    assert (pixels(np.full((5, 5, 3), 77, np.uint8), resolution=16) == 77).all()


def test_28_pixels_are_padded_with_black_to_32_and_resized_otherwise():
    digit = np.full((28, 28), 255, np.uint8)
    padded = pixels(digit, resolution=32, channels=1)[..., 0]
    np.testing.assert_array_equal(padded, np.pad(digit, 2))
    assert (pixels(digit, resolution=64, channels=1) == 255).all()


@pytest.mark.parametrize(
    ("image", "kind", "rgb"),
    [
        (Image.new("RGB", (4, 4), (10, 20, 30)), "png", (10, 20, 30)),
        (Image.new("L", (4, 4), 128), "png", (128, 128, 128)),
        (Image.new("1", (4, 4), 1), "png", (255, 255, 255)),
        (Image.new("LA", (4, 4), (0, 128)), "png", (127, 127, 127)),
        (Image.new("RGBA", (4, 4), (10, 20, 30, 255)), "png", (10, 20, 30)),
        (Image.new("RGBA", (4, 4), (10, 20, 30, 0)), "png", (255, 255, 255)),
        (Image.new("RGB", (4, 4), (255, 0, 0)).convert("P"), "gif", (255, 0, 0)),
        (Image.new("CMYK", (4, 4), (0, 255, 255, 0)), "tiff", (255, 0, 0)),
        (Image.fromarray(np.full((4, 4), 32896, np.uint16)), "png", (128, 128, 128)),
    ],
    ids=["RGB", "grey", "1 bit", "grey with alpha", "opaque RGBA", "transparent RGBA", "palette", "CMYK", "16 bit"],
)
def test_every_mode_becomes_rgb(image, kind, rgb):
    np.testing.assert_allclose(pixels(encoded(image, kind)), np.broadcast_to(rgb, (2, 2, 3)), atol=1)


def test_a_transparent_palette_is_laid_on_white():
    image = Image.new("P", (4, 4), 0)
    image.putpalette([10, 20, 30])
    assert (pixels(encoded(image, transparency=0)) == 255).all()
    assert (pixels(encoded(image)) == (10, 20, 30)).all()


def test_grey_stays_grey_when_the_source_is():
    image = Image.new("LA", (4, 4), (40, 255))
    np.testing.assert_array_equal(pixels(encoded(image), channels=1), np.full((2, 2, 1), 40))


def test_exif_orientation_is_applied():
    image = Image.fromarray(np.asarray([[10, 20], [30, 40]], np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6  # To be shown turned by 90 degrees clockwise.
    np.testing.assert_array_equal(pixels(encoded(image, exif=exif), channels=1)[..., 0], [[30, 10], [40, 20]])


def test_an_animation_gives_its_first_frame():
    frames = [Image.new("L", (4, 4), level) for level in (50, 200)]
    assert (pixels(encoded(frames[0], "gif", save_all=True, append_images=frames[1:])) == 50).all()


def test_a_format_that_starts_an_outside_program_is_refused():
    postscript = encoded(Image.new("L", (4, 4)), "eps")
    with pytest.raises(ValueError, match="format EPS is not supported"):
        pixels(postscript)


@pytest.mark.parametrize(
    ("mode", "grey"),
    [("L", True), ("LA", True), ("1", True), ("I;16", True), ("RGB", False), ("P", False), ("RGBA", False)],
)
def test_the_header_distinguishes_grey_from_color(mode, grey):
    assert crop.is_grey(io.BytesIO(encoded(Image.new(mode, (4, 4))))) == grey
