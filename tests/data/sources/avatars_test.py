"""The built-in faces as a source."""

import numpy as np
import pytest

from gan_keras import data
from gan_keras import errors
from gan_keras.data import avatars
from gan_keras.data import conditions


@pytest.mark.parametrize(("split", "first"), [("train", 0), ("test", avatars.TRAIN_COUNT)])
def test_the_store_holds_the_drawn_faces(split, first):
    store = data.prepare("avatars", split, resolution=16, max_images=3)
    indices = np.arange(first, first + 3)
    np.testing.assert_array_equal(store.samples, avatars.draw(indices, 16))
    for name, values in avatars.attributes(indices).items():
        np.testing.assert_array_equal(store.labels[name], values)
    assert store.label_names == {name: list(values) for name, values in avatars.ATTRIBUTES.items()}


def test_avatars_cannot_be_cropped():
    with pytest.raises(errors.UserError, match="crop=30: would have no effect: avatars are drawn"):
        data.prepare("avatars", crop=30)


def test_avatars_have_test_images_of_their_own():
    store = data.prepare("avatars", resolution=16, max_images=3)
    assert store.manifest["holdout"] is None and store.manifest["split_of_source"] == "train"
    with pytest.raises(errors.UserError, match="holdout=0.1: would have no effect: .* test split of its own"):
        data.prepare("avatars", resolution=16, max_images=3, holdout=0.1)


def test_auto_labels_are_hair_styles():
    store = data.prepare("avatars", resolution=16, max_images=150)
    chosen = conditions.choose(store, "auto", default_column=data.describe("avatars").default_labels)
    assert chosen.condition.class_names == list(avatars.ATTRIBUTES["hair_style"])
