"""Sliced Wasserstein distance: the pyramid, the patches, the projections, and what they give together."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.metrics import swd
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side


def noise(count, side=32, channels=3, seed=0, highest=256):
    return np.random.default_rng(seed).integers(0, highest, (count, side, side, channels), np.uint8)


def values(real, fake, seed=0):
    return swd.measure(Evidence(Side(real), Side(fake), seed=seed)).values


def test_equal_sets_are_at_distance_0_on_every_level():
    images = noise(20)
    assert values(images, images.copy()) == {"distance": 0, "16px": 0, "32px": 0}


def test_distances_of_projections_by_hand():
    real, fake = np.array([[3], [0], [1]], np.float32), np.array([[5], [9], [6]], np.float32)
    assert swd.distance(real, fake, np.ones((1, 1), np.float32)) == pytest.approx((5 + 5 + 6) / 3)  # 0-5, 1-6, 3-9
    points = np.random.default_rng(0).standard_normal((9, 2)).astype(np.float32)
    shifted = points[::-1] + np.array([3, -4], np.float32)
    assert swd.distance(points, shifted, np.eye(2, dtype=np.float32)) == pytest.approx((3 + 4) / 2, rel=1e-6)


def test_brightness_and_contrast_are_invisible_and_texture_is_not():
    real = noise(20, highest=100)
    assert values(real, 2 * real + 10)["distance"] < 0.01
    smooth = np.sort(real, axis=1)
    assert values(real, smooth)["distance"] > 100


def test_a_single_pixel_under_the_filter_by_hand():
    images = np.zeros((2, 32, 32, 1), np.float32)
    images[0, 16, 16], images[1, 1, 1] = 256, 256
    smaller = swd.pyramid(images)[1][..., 0]
    assert smaller[0, 7:10, 7:10].tolist() == [[1, 6, 1], [6, 36, 6], [1, 6, 1]]
    assert smaller[1, :2, :2].tolist() == [[64, 32], [32, 16]]  # Reflected at the edge: (4 + 4)², (4 + 4) · 4, 4².
    larger = swd.enlarged(images)[0, 30:35, 32, 0]
    assert (larger / 256 / (4 * 6 / 16)).tolist() == [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16]


def test_the_levels_add_up_to_the_image_and_those_of_a_constant_one_are_0():
    images = noise(3, 64).astype(np.float32)
    first, second, third = swd.pyramid(images)
    assert [level.shape[1] for level in (first, second, third)] == [64, 32, 16]
    np.testing.assert_allclose(first + swd.enlarged(second + swd.enlarged(third)), images, atol=1e-3)
    flat = swd.pyramid(np.full((1, 64, 64, 1), 77, np.float32))
    assert [np.unique(level).tolist() for level in flat] == [[0], [0], [77]]


def test_patches_are_7_by_7_parts_of_an_image_from_everywhere():
    image = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    found = swd.patches(np.repeat(image, 50, 0), np.arange(50), seed=1)[16]
    assert found.shape == (50 * 16, 49, 1)
    corners = [divmod(int(patch[0, 0]), 16) for patch in found]
    for (row, column), patch in zip(corners, found, strict=True):
        assert patch.ravel().tolist() == image[0, row : row + 7, column : column + 7].ravel().tolist()
    assert {row for row, _ in corners} == {column for _, column in corners} == set(range(10))


def test_each_channel_is_normalized_over_the_set():
    level = np.array([[[0, 7]], [[4, 7]]], np.float32)
    assert swd.normalized(level).tolist() == [[-1, 0], [1, 0]]


def test_blocks_do_not_change_the_patches_and_seeds_do():
    images, chosen = noise(7), np.array([0, 2, 3, 6])
    whole, single = (swd.patches(images, chosen, 5, block) for block in (32, 1))
    for side in (16, 32):
        np.testing.assert_array_equal(whole[side], single[side])
    real, fake = noise(20), noise(20, seed=1)
    assert values(real, fake, seed=3) == values(real, fake, seed=3) != values(real, fake, seed=4)


def test_as_many_images_of_both_sides_are_compared():
    real = np.concatenate([noise(8, 16, 1)] * 30)
    assert values(real, real[:8])["distance"] > 0  # Other images of the larger set than its first eight.
    assert list(values(real, real[:8])) == ["distance", "16px"]


@pytest.mark.parametrize("shape", [(24, 24), (16, 32), (8, 8)])
def test_other_sides_are_refused_in_one_line(shape):
    images = np.zeros((2, *shape, 1), np.uint8)
    with pytest.raises(errors.UserError, match=f"^swd of images of {shape[0]}×{shape[1]} pixels: expected [^\n]*$"):
        values(images, images)
