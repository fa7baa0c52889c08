"""Nearest training images: distances by hand, and planted copies."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.metrics import nearest
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side


def grey(*values):
    """Images of one grey pixel each: their distance is the difference, divided by 127.5."""
    return np.array(values, np.uint8).reshape(-1, 1, 1, 1)


def noise(count, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, 16, 16, 3), np.uint8)


def measure(train, real, fake, seed=0):
    return nearest.measure(Evidence(Side(real), Side(fake), train=train, seed=seed))


def test_the_ratio_by_hand():
    found = measure(train=grey(0, 100), real=grey(10, 90, 120), fake=grey(20, 105))
    assert found.values == pytest.approx({"ratio": 12.5 / 10, "closest": 5 / 10})
    assert found.notes == ()
    assert measure(grey(0, 100), grey(10, 90, 120), grey(104)).notes[0].startswith("a ratio below 0.5")


def test_planted_copies_are_found_and_shown():
    train = noise(50)
    found = measure(train, noise(9, seed=1), train[[7, 30, 7]])
    assert found.values == {"ratio": 0, "closest": 0}
    assert len(found.notes) == 1
    picture = found.pictures["nearest"]
    assert picture.shape == (2 + 18, 2 + 16 * 18, 3) and picture.dtype == np.uint8
    for place, index in enumerate([7, 7, 30, 30, 7, 7]):  # Each sample, and its nearest image on the right.
        left = 2 + 18 * place
        np.testing.assert_array_equal(picture[2:18, left : left + 16], train[index])


def test_mirrored_copies_are_found_and_shown_mirrored():
    train = noise(50)
    found = measure(train, noise(9, seed=1), train[[7, 30]][:, :, ::-1])
    assert found.values == {"ratio": 0, "closest": 0}
    picture = found.pictures["nearest"]
    for place, index in enumerate([7, 7, 30, 30]):
        left = 2 + 18 * place
        np.testing.assert_array_equal(picture[2:18, left : left + 16], train[index][:, ::-1])


def test_real_images_that_are_the_training_images_are_compared_with_the_others():
    train = grey(0, 10, 30)
    for real in (train, train.copy()):
        found = measure(train, real, fake=grey(35))
        assert found.values == pytest.approx({"ratio": 0.5, "closest": 0.5})  # 5 by the median of 10, 10 and 20.
        assert found.notes == ("the scale is the distance of training images from other training images",)


def test_the_search_agrees_with_all_distances_for_every_block_size():
    queries, train = noise(6, seed=1), noise(23)
    everything = (queries[:, None].astype(float) - train).reshape(6, 23, -1) / 127.5
    everything = np.sqrt((everything**2).sum(-1))
    own = np.array([-1, -1, -1, *everything[3:].argmin(1)])
    everything[[3, 4, 5], own[3:]] = np.inf
    for block in (1, 5, 23, 1024):
        indices, distances = nearest.search(queries, train, own, block)
        assert indices.tolist() == everything.argmin(1).tolist()
        np.testing.assert_allclose(distances, everything.min(1), rtol=1e-12)


def test_at_most_64_samples_and_256_real_images_are_looked_at(monkeypatch):
    searched = []
    search = nearest.search
    monkeypatch.setattr(nearest, "search", lambda queries, *rest: searched.append(queries) or search(queries, *rest))
    train, real, fake = noise(20), noise(400, seed=1), noise(70, seed=2)
    first, again, other = (measure(train, real, fake, seed).values for seed in (0, 0, 1))
    assert first == again != other
    assert [len(queries) for queries in searched] == [2 * (64 + 256)] * 3  # Each as it is, and mirrored.
    np.testing.assert_array_equal(searched[0][:64], fake[:64])


@pytest.mark.parametrize(
    ("train", "message"),
    [(None, "nearest without training images: expected"), (grey(2, 1, 0), "nearest: half of the real images are cop")],
)
def test_what_gives_no_scale_is_refused_in_one_line(train, message):
    with pytest.raises(errors.UserError, match=f"^{message}[^\n]*$"):
        measure(train, grey(0, 1, 2), grey(9))
