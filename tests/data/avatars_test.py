"""The faces that the program draws: the same everywhere, all different, and as their labels say."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from gan_keras import data
from gan_keras import errors
from gan_keras.data import avatars

EVERYONE = np.arange(avatars.TRAIN_COUNT + avatars.TEST_COUNT)


@pytest.fixture(scope="module")
def crowd():
    return avatars.draw(range(2_000), 32)


def _shrunk(images, times):
    n, side, _, channels = images.shape
    return images.reshape(n, side // times, times, side // times, times, channels).mean(axis=(2, 4))


def _distance(first, second):
    return np.abs(first.astype(np.float32) - second.astype(np.float32)).mean(axis=(1, 2, 3))


@pytest.mark.parametrize("resolution", [16, 32, 48, 63, 64, 128, 512])
def test_any_resolution_gives_uint8_rgb(resolution):
    images = avatars.draw([5, 21_999], resolution)
    assert images.shape == (2, resolution, resolution, 3)
    assert images.dtype == np.uint8
    assert images.std() > 30


def test_no_indices_give_no_images():
    assert avatars.draw([], 32).shape == (0, 32, 32, 3)
    assert all(column.shape == (0,) for column in avatars.attributes([]).values())


def test_a_face_is_the_same_bytes_in_every_batch(crowd):
    shuffled = np.random.default_rng(0).permutation(200)
    np.testing.assert_array_equal(avatars.draw(shuffled, 32), crowd[shuffled])
    np.testing.assert_array_equal(avatars.draw([137], 32), crowd[137:138])


def test_a_face_is_the_same_bytes_in_another_process(crowd):
    code = (
        "import hashlib; from gan_keras.data import avatars; "
        "print(hashlib.sha256(avatars.draw(range(50, 60), 32).tobytes()).hexdigest())"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert printed == hashlib.sha256(crowd[50:60].tobytes()).hexdigest()


def test_labels_are_the_same_in_every_batch():
    everyone, some = avatars.attributes(EVERYONE), avatars.attributes([21_999, 3])
    for name, column in some.items():
        assert column.dtype == np.int32
        np.testing.assert_array_equal(column, everyone[name][[21_999, 3]])


def test_no_two_faces_are_equal(crowd):
    assert len({image.tobytes() for image in crowd}) == len(crowd)


def test_faces_differ_from_their_neighbours_by_far_more_than_rounding(crowd):
    assert _distance(crowd[:-1], crowd[1:]).min() > 10


@pytest.mark.parametrize("resolution", [32, 64])
def test_a_face_is_the_same_picture_at_every_resolution(resolution):
    indices = np.arange(100)
    coarse = avatars.draw(indices, resolution)
    fine = _shrunk(avatars.draw(indices, 128), 128 // resolution)
    assert _distance(coarse, fine).max() < 2
    assert _distance(coarse, np.roll(fine, 1, axis=0)).min() > 10  # another face is not that near


def test_test_images_are_not_training_images():
    train, test = avatars.draw(range(500), 16), avatars.draw(range(avatars.TRAIN_COUNT, avatars.TRAIN_COUNT + 500), 16)
    assert not {image.tobytes() for image in train} & {image.tobytes() for image in test}


def test_every_class_of_every_attribute_is_common_enough_to_learn():
    labels = avatars.attributes(EVERYONE)
    assert set(labels) == set(avatars.ATTRIBUTES)
    for name, classes in avatars.ATTRIBUTES.items():
        shares = np.bincount(labels[name], minlength=len(classes)) / len(EVERYONE)
        assert len(shares) == len(classes), name
        assert shares.min() > 0.05, (name, shares)
        held_out = np.bincount(labels[name][avatars.TRAIN_COUNT :], minlength=len(classes)) / avatars.TEST_COUNT
        np.testing.assert_allclose(held_out, shares, atol=0.05)


def test_binary_labels_follow_from_the_finer_ones():
    labels = avatars.attributes(EVERYONE)
    mouth = np.array(avatars.ATTRIBUTES["mouth"])[labels["mouth"]]
    eyewear = np.array(avatars.ATTRIBUTES["eyewear"])[labels["eyewear"]]
    np.testing.assert_array_equal(labels["smiling"], np.isin(mouth, ["smile", "grin"]))
    np.testing.assert_array_equal(labels["glasses"], eyewear != "none")


@pytest.mark.parametrize("name", sorted(set(avatars.ATTRIBUTES) - {"smiling", "glasses"}))
def test_an_attribute_alone_changes_the_picture(name, monkeypatch):
    """Twenty faces, each with all values of one attribute and nothing else changed."""
    labels, faces, pictures = avatars._labels(), np.arange(20), []
    short = avatars.ATTRIBUTES["hair_style"].index("short")
    for value in range(len(avatars.ATTRIBUTES[name])):
        changed = labels | {name: np.full_like(labels[name], value)}
        if name != "eyewear":
            changed["eyewear"] = np.zeros_like(labels["eyewear"])  # dark glasses rightly hide the color of eyes
        if name == "hair_color":
            changed["hair_style"] = np.full_like(labels["hair_style"], short)
        monkeypatch.setattr(avatars, "_labels", lambda changed=changed: changed)
        pictures.append(avatars.draw(faces, 32).astype(np.int32))
    for value, picture in enumerate(pictures):
        for other in pictures[:value]:
            visible = (np.abs(picture - other).max(axis=-1) > 16).mean(axis=(1, 2))
            assert np.median(visible) > 0.0035, (name, value)  # four of the 1 024 pixels


def test_eyewear_darkens_the_eyes_and_nothing_far_from_them(crowd):
    eyewear = avatars.attributes(range(2_000))["eyewear"]
    grey = crowd.mean(axis=-1)
    none, dark = (avatars.ATTRIBUTES["eyewear"].index(name) for name in ("none", "dark"))
    darker = grey[eyewear == none].mean(axis=0) - grey[eyewear == dark].mean(axis=0)
    assert darker[14:18, 9:23].mean() > 40
    assert abs(darker[26:].mean()) < 8


def test_faces_are_centered_and_fill_the_frame(crowd):
    spread = crowd.astype(np.float32).mean(axis=-1)
    eyes = np.abs(np.diff(spread, axis=1)).mean(axis=(0, 2))
    assert 11 <= eyes[8:24].argmax() + 8 <= 20  # the strongest detail lies at the height of the eyes
    assert abs(spread.mean(axis=0) - spread.mean(axis=0)[:, ::-1]).mean() < 8  # left and right poses balance


def test_edges_are_antialiased():
    image = avatars.draw([0], 64)[0].reshape(-1, 3)
    colors = len(np.unique(image, axis=0))
    assert colors > 700
    assert len(np.unique(image // 64 * 64, axis=0)) < 64  # the same count for few colors without smooth edges


@pytest.mark.parametrize("indices", [[-1], [22_000], [0.5], [[1, 2]], ["face"]])
def test_bad_indices_are_refused_in_one_line(indices):
    for function in (avatars.attributes, lambda values: avatars.draw(values, 32)):
        with pytest.raises(errors.UserError, match="avatar indices .* 21999") as caught:
            function(indices)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("resolution", [0, 15, 513, 32.0, "64", None])
def test_bad_resolutions_are_refused(resolution):
    with pytest.raises(errors.UserError, match="expected an integer from 16 to 512"):
        avatars.draw([0], resolution)


def test_light_falls_from_one_side_so_that_mirrored_avatars_are_none():
    mean = avatars.draw(range(200), 16).mean(axis=0)
    assert np.abs(mean - mean[:, ::-1]).mean() > 2
    assert data.describe("avatars").default_flip is False
