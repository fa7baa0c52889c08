"""Stacked-MNIST, from a MNIST of 12 training and 5 test digits, and from the real one."""

import numpy as np
import pytest

from gan_keras import data
from gan_keras import errors
from gan_keras.data import official
from gan_keras.data import sources
from gan_keras.data.sources import stacked_mnist
from gan_keras.data.sources import tfds_library
from tests.data import official_test

idx_files = official_test.idx_files


@pytest.fixture
def data_dir(idx_files):
    official.mnist("mnist", idx_files, idx_files / "tfds")
    return idx_files / "tfds"


def test_each_channel_is_a_digit_of_the_split_and_its_label(data_dir):
    for split, count in (("train", 12), ("test", 5)):
        digits = data.prepare("mnist", split, data_dir=data_dir)
        classes = dict(zip([image.tobytes() for image in digits.samples], digits.labels["label"], strict=True))
        store = data.prepare("stacked_mnist", split, data_dir=data_dir)
        assert store.samples.shape == (count, 32, 32, 3)
        assert store.label_names == dict.fromkeys(["red", "green", "blue"], [str(value) for value in range(10)])
        for channel, color in enumerate(store.labels):
            found = [classes[image.tobytes()] for image in store.samples[..., channel, None]]
            assert found == store.labels[color].tolist()
        assert len({image.tobytes() for image in store.samples}) == count
    assert (np.diff([store.labels[color] for color in store.labels], axis=0) != 0).any()


def test_the_images_are_the_same_each_time_and_a_limit_takes_the_first(data_dir):
    source = sources.open_source(data.describe("stacked_mnist"), data_dir)
    assert (source.size("train"), source.size("test")) == (12, 5)
    whole, again, first = (
        [
            (example.name, example.read().tolist(), example.labels.tolist())
            for example in source.examples("train", 32, limit)
        ]
        for limit in (None, None, 3)
    )
    assert whole == again and first == whole[:3]
    assert whole[0][0] == "stacked_mnist train 0"


def test_the_triples_of_a_stream_stay_what_they_are():
    assert stacked_mnist._triples("train", 60_000)[:2].tolist() == [[7259, 45458, 5049], [14556, 16803, 1725]]
    assert stacked_mnist._triples("test", 10_000)[:2].tolist() == [[7887, 255, 4738], [7666, 2844, 6553]]
    assert np.bincount(stacked_mnist._triples("train", 60_000).ravel() // 6000).min() > 17_000


def test_it_is_described_without_a_default_label():
    found = data.describe("stacked_mnist")
    assert (found.source, found.kind, found.location) == ("stacked_mnist",) * 3
    assert (found.default_resolution, found.default_flip, found.default_labels) == (32, False, None)


def test_a_missing_mnist_is_explained_in_one_line(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise ConnectionError("no network")

    with tfds_library.quiet() as tfds:
        monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", fail)
    with pytest.raises(errors.UserError, match="^mnist is not in [^\n]* scripts/prepare_data.py mnist --files=[^\n]*$"):
        data.prepare("stacked_mnist", data_dir=tmp_path)


@pytest.mark.slow
def test_the_real_digits_reach_all_1000_modes(tmp_path, real_data):
    official.mnist("mnist", real_data / "mnist", tmp_path)
    for split, count in (("train", 60_000), ("test", 10_000)):
        store = data.prepare("stacked_mnist", split, data_dir=tmp_path)
        assert store.samples.shape == (count, 32, 32, 3)
        modes = np.ravel_multi_index([store.labels[color] for color in ("red", "green", "blue")], (10, 10, 10))
        assert np.bincount(modes, minlength=1000).min() > 0
