"""Data sets of TensorFlow Datasets."""

import io
import pathlib
import re
import types

import numpy as np
import pytest
from PIL import Image

from gan_keras import data
from gan_keras import errors
from gan_keras.data.sources import tfds as tfds_source
from gan_keras.data.sources import tfds_library


@pytest.fixture
def tfds():
    with tfds_library.quiet() as module:
        return module


def test_real_celeb_a(real_data, tfds):
    options = {"data_dir": real_data / "tfds", "max_images": 64}
    store = data.prepare("celeb_a", **options)
    assert store.samples.shape == (64, 64, 64, 3)
    assert store.path.name.startswith("celeb_a-train-178-64-")
    assert len(store.labels) == 40 and store.label_names["Smiling"] == ["no", "yes"]
    builder = tfds.builder("celeb_a", data_dir=real_data / "tfds")
    dataset = builder.as_dataset(split="train", decoders={"image": tfds.decode.SkipDecoding()})
    for index, example in enumerate(dataset.take(3).as_numpy_iterator()):
        face = Image.open(io.BytesIO(example["image"])).crop((0, 20, 178, 198))
        np.testing.assert_array_equal(store.samples[index], face.resize((64, 64), Image.Resampling.BICUBIC))
        assert all(store.labels[name][index] == value for name, value in example["attributes"].items())
    test = data.prepare("celeb_a", "test", **options)
    assert test.manifest["split_of_source"] == "test"
    assert test.content_hash != store.content_hash


@pytest.mark.parametrize("name", ["a/b/c", "two words", "", "huggingface:x"])
def test_unknown_names(tmp_path, name):
    with pytest.raises(
        errors.UserError, match=f"unknown data set '{name}'.*: expected avatars, stacked_mnist, sentences, text:PATH"
    ):
        data.prepare(name, data_dir=tmp_path)


def test_an_unknown_configuration(tmp_path):
    with pytest.raises(errors.UserError, match="--dataset=mnist/nope: .* nope not found"):
        data.prepare("mnist/nope", data_dir=tmp_path)


def test_the_nearest_known_name_is_suggested(tmp_path):
    with pytest.raises(errors.UserError, match=r"unknown data set 'celeba' \(did you mean 'celeb_a'\?\)"):
        data.prepare("celeba", data_dir=tmp_path)


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("celeb_a", ["scripts/prepare_data.py celeb_a --images=", "--dataset=folder:PATH", "--dataset=zip:"]),
        ("mnist", ["scripts/prepare_data.py mnist --files=", "--data_dir"]),
        ("cifar10", ["--data_dir", "--dataset=folder:PATH"]),
    ],
)
def test_the_message_of_a_failed_download_says_what_to_do(tmp_path, tfds, monkeypatch, name, ways):
    def fail(*_, **__):
        raise ConnectionError("Max retries exceeded with url")

    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", fail)
    with pytest.raises(errors.UserError, match=f"{name} is not in .* Max retries exceeded") as caught:
        data.prepare(name, data_dir=tmp_path)
    for way in ways:
        assert re.search(re.escape(way), str(caught.value))


def stub(monkeypatch, tfds, features, splits=("train",)):
    """Opens a data set that needs no download, with the given features and splits."""
    split = types.SimpleNamespace(num_bytes=1, shard_lengths=[1])
    info = types.SimpleNamespace(features=features, splits=dict.fromkeys(splits, split), full_name="stub/1.0.0")
    builder = types.SimpleNamespace(data_path=pathlib.Path("/"), info=info)
    monkeypatch.setattr(tfds, "builder", lambda *_, **__: builder)
    return tfds_source.Tfds("stub")


def test_features_decide_on_image_channels_and_columns(tfds, monkeypatch):
    features = {
        "photo": tfds.features.Image(shape=(None, None, 1)),
        "mask": tfds.features.LabeledImage(labels=2, shape=(None, None, 1)),
        "breed": tfds.features.ClassLabel(names=["cat", "dog"]),
        "facts": {"indoors": np.bool_, "weight": np.float32},
    }
    source = stub(monkeypatch, tfds, tfds.features.FeaturesDict(features), splits=("train", "validation"))
    assert source.channels == 1
    assert source.columns == {"breed": ["cat", "dog"], "indoors": ["no", "yes"]}
    assert source.splits == {"train": "train", "test": "validation"}


def test_a_data_set_without_images_is_not_downloaded(tmp_path):
    with pytest.raises(errors.UserError, match="glue has no image feature"):
        data.prepare("glue", data_dir=tmp_path)


def test_a_data_set_with_other_features_than_images(tfds, monkeypatch):
    with pytest.raises(errors.UserError, match="stub has no image feature"):
        stub(monkeypatch, tfds, tfds.features.FeaturesDict({"text": np.float32}))


def test_a_data_set_without_training_images(tfds, monkeypatch):
    with pytest.raises(errors.UserError, match="no split 'train' but only test"):
        stub(monkeypatch, tfds, tfds.features.FeaturesDict({"image": tfds.features.Image()}), splits=("test",))
