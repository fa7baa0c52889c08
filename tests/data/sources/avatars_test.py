import numpy as np
import pytest

from gan_keras import data
from gan_keras import errors
from gan_keras.data import avatars


@pytest.mark.parametrize(("split", "first"), [("train", 0), ("test", avatars.TRAIN_COUNT)])
def test_the_store_holds_what_is_drawn(split, first):
    store = data.prepare("avatars", split, resolution=16, max_images=3)
    indices = np.arange(first, first + 3)
    np.testing.assert_array_equal(store.images, avatars.draw(indices, 16))
    for name, values in avatars.attributes(indices).items():
        np.testing.assert_array_equal(store.labels[name], values)
    assert store.label_names == {name: list(values) for name, values in avatars.ATTRIBUTES.items()}


def test_avatars_cannot_be_cropped():
    with pytest.raises(errors.UserError, match="crop 30: avatars are drawn"):
        data.prepare("avatars", crop=30)
