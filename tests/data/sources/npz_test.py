"""Arrays in .npz files."""

import numpy as np
import pytest

from gan_keras import data
from gan_keras import errors


def images(count, *shape, first=0):
    return np.random.default_rng(first).integers(0, 256, (count, *shape), np.uint8)


def prepare(path, split="train", **options):
    return data.prepare(str(path), split, **{"resolution": 16, "holdout": 0, **options})


def prepare_splits(path, **options):
    return [prepare(path, split, holdout=None, **options) for split in ("train", "test")]


def test_images_and_labels(tmp_path):
    pixels, labels = images(5, 16, 16, 3), np.asarray([3, 1, 4, 1, 5])
    np.savez(tmp_path / "a.npz", images=pixels, labels=labels)
    store = prepare(tmp_path / "a.npz")
    np.testing.assert_array_equal(store.samples, pixels)
    np.testing.assert_array_equal(store.labels["label"], labels)
    assert store.label_names == {"label": []}


def test_keras_keys_with_a_test_split_of_their_own(tmp_path):
    arrays = {"x_train": images(5, 28, 28), "y_train": np.arange(5)}
    arrays |= {"x_test": images(3, 28, 28), "y_test": np.arange(3)[:, None]}
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    train, test = prepare_splits(tmp_path / "a.npz", resolution=32)
    assert train.samples.shape == (5, 32, 32, 1) and test.samples.shape == (3, 32, 32, 1)
    np.testing.assert_array_equal(test.samples[:, 2:30, 2:30, 0], arrays["x_test"])
    assert test.labels["label"].tolist() == [0, 1, 2]
    assert test.manifest["split"] == "test" and test.manifest["holdout"] is None
    for share in (0, 0.05):
        with pytest.raises(errors.UserError, match=f"holdout={share}: would have no effect"):
            prepare(tmp_path / "a.npz", holdout=share)


def test_without_labels(tmp_path):
    np.savez(tmp_path / "a.npz", images=images(4, 8, 8, 1))
    store = prepare(tmp_path / "a.npz")
    assert store.labels == {} and store.samples.shape == (4, 16, 16, 1)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"pictures": images(4, 8, 8)}, "holds pictures: expected the keys images"),
        ({"images": images(4, 8, 8) / 255}, r"images is float64 \(4, 8, 8\); expected uint8"),
        ({"images": images(4, 8, 8, 2)}, r"images is uint8 \(4, 8, 8, 2\)"),
        ({"images": images(4, 8, 8), "labels": np.arange(3)}, r"labels is int64 \(3,\); expected integers \(4,\)"),
        ({"images": images(4, 8, 8), "labels": np.eye(4, 4)}, r"labels is float64 \(4, 4\)"),
        ({"images": np.asarray([{}, {}])}, "cannot be read"),
    ],
    ids=["other keys", "floats", "two channels", "too few labels", "one-hot labels", "pickles"],
)
def test_other_arrays(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(errors.UserError, match=message):
        prepare(tmp_path / "a.npz")


def test_no_npz(tmp_path):
    (tmp_path / "a.npz").write_text("text")
    with pytest.raises(errors.UserError, match="cannot be read as an .npz file"):
        prepare(tmp_path / "a.npz")


def test_real_cifar10(real_data):
    path = real_data / "cifar10" / "cifar10_5k1k.npz"
    store = prepare(path, "test", resolution=32, holdout=None)
    with np.load(path) as arrays:
        np.testing.assert_array_equal(store.samples, arrays["x_test"])
        np.testing.assert_array_equal(store.labels["label"], arrays["y_test"].ravel())
