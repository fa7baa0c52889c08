"""The classifier of a data set's own labels: what it learns, that it is the same each time, and what it is kept in."""

import os
import types

import keras
import numpy as np
import pytest

from gan_keras import errors
from gan_keras.metrics.features import classifier

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving

RANDOM = np.random.default_rng(0)
LABELS = {
    "color": np.arange(300, dtype=np.int32) % 3,
    "bright": (np.arange(300) // 150).astype(np.int32),
    "constant": np.zeros(300, np.int32),
    "person": np.arange(300, dtype=np.int32),
}
NAMES = {"color": ["red", "green", "blue"], "bright": [], "constant": [], "person": [f"No. {n}" for n in range(1001)]}
COLUMNS = (("color", ("red", "green", "blue"), slice(0, 3)), ("bright", ("0", "1"), slice(3, 5)))


def colors(color, bright):
    """Returns noise around a flat colour, in which one channel is brighter, and all are if `bright`: 16 × 16 × 3."""
    means = np.full((len(color), 1, 1, 3), 80) + 50 * np.eye(3)[color][:, None, None] + 60 * bright[:, None, None, None]
    return RANDOM.normal(means, 40, (len(color), 16, 16, 3)).clip(0, 255).astype(np.uint8)


IMAGES = colors(LABELS["color"], LABELS["bright"])


def make_store(folder, images=IMAGES, labels=LABELS, label_names=NAMES, kind="npz", content_hash="c" * 64):
    """Returns what the classifier takes of a `Store`."""
    folder.mkdir(exist_ok=True)
    manifest = {"source": {"kind": kind, "name": "the.npz"}}
    return types.SimpleNamespace(
        path=folder / "store",
        samples=images,
        labels=labels,
        label_names=label_names,
        manifest=manifest,
        content_hash=content_hash,
    )


def kept(store):
    return store.path.parent / "features" / f"classifier{classifier.FORMAT}-{'c' * 16}.keras"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return make_store(tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="module")
def trained(store):
    return classifier.load(store)


@pytest.fixture
def untrained(monkeypatch):
    """Trains nothing, and counts how often it would have been trained: a list of stores."""
    trained = []

    def train(path, store, columns):
        trained.append(store)
        return classifier.build(store.samples.shape[1:], columns[-1][2].stop)

    monkeypatch.setattr(classifier, "_trained", train)
    return trained


def shares(network, images, labels):
    """Returns the share of right values of each column."""
    _, logits = network.extract(images)
    return [float((logits[:, where].argmax(1) == labels[name]).mean()) for name, _, where in network.columns]


def test_it_learns_each_column_and_its_features_are_the_layer_below(trained):
    color, bright = RANDOM.integers(0, 3, 200), RANDOM.integers(0, 2, 200)
    unseen = colors(color, bright)
    assert min(shares(trained, unseen, {"color": color, "bright": bright})) > 0.95  # By chance: 1/3 and 1/2.
    features, logits = trained.extract(unseen)
    assert features.shape == (200, trained.width) and logits.shape == (200, 5) and trained.width == classifier.WIDTH
    assert features.dtype == logits.dtype == np.float32 and features.min() == 0  # A ReLU ends the layer.
    assert trained.protocol == {"features": "classifier", "resize": "not resized", "features_sha256": trained.sha256}


def test_columns_of_one_value_and_of_individuals_are_left_out(store, trained):
    assert trained.columns == classifier.label_columns(store) == COLUMNS
    label_names = NAMES | {"person": NAMES["person"][:1000]}
    *_, last = classifier.label_columns(make_store(store.path.parent, label_names=label_names))
    assert last == ("person", tuple(label_names["person"]), slice(5, 1005))


def test_the_rest_of_a_batch_does_not_matter(trained):
    whole = trained.extract(IMAGES[:70])
    for part in (slice(3, 4), slice(0, 64), slice(64, 70)):
        for one, other in zip(trained.extract(IMAGES[part]), whole, strict=True):
            np.testing.assert_allclose(one, other[part], rtol=1e-4, atol=1e-4)


def test_two_trainings_are_equal_to_the_last_bit_whatever_the_policy_and_the_seeds(trained, tmp_path):
    keras.utils.set_random_seed(123)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        again = classifier.load(make_store(tmp_path))
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")
    assert again.sha256 == trained.sha256
    for one, other in zip(again.extract(IMAGES[:64]), trained.extract(IMAGES[:64]), strict=True):
        np.testing.assert_array_equal(one, other)


def test_it_is_trained_once(store, trained, untrained, capsys):
    again = classifier.load(store)
    assert untrained == [] and capsys.readouterr().err == ""
    assert (again.sha256, again.columns, again.width) == (trained.sha256, trained.columns, trained.width)
    np.testing.assert_array_equal(again.extract(IMAGES[:9])[1], trained.extract(IMAGES[:9])[1])
    assert sorted(os.listdir(kept(store).parent)) == [f"{kept(store).stem}.keras", f"{kept(store).stem}.lock"]


def test_other_images_or_labels_are_another_classifier(store, trained, untrained):
    other = make_store(store.path.parent, content_hash="d" * 64)
    assert classifier.load(other).sha256 != trained.sha256 and untrained == [other]


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [lambda content: b"", lambda content: b"no model", lambda content: content[: len(content) // 2], flipped],
    ids=["empty", "text", "half", "flipped"],
)
def test_a_damaged_file_is_trained_again_and_that_is_said(store, trained, untrained, tmp_path, capsys, damage):
    copy = make_store(tmp_path)
    kept(copy).parent.mkdir()
    kept(copy).write_bytes(damage(kept(store).read_bytes()))
    classifier.load(copy)
    assert untrained == [copy]
    said = capsys.readouterr().err
    assert said.startswith(f"the classifier {kept(copy)} cannot be read (") and said.count("\n") == 1
    assert said.endswith("and is trained again\n")


def test_a_training_that_is_cut_off_leaves_no_classifier(tmp_path, monkeypatch):
    def cut_off(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(keras.Model, "fit", cut_off)
    cut = make_store(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        classifier.load(cut)
    assert os.listdir(kept(cut).parent) == [f"{kept(cut).stem}.lock"]
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize(
    ("most_pixels", "least", "updates"),
    [(10**9, 300, 300), (10**9, 1, 12), (128 * 256 * 5, 300, 5), (128 * 256 * 2 - 1, 1, 1), (1, 1, 1)],
)
def test_large_data_sets_are_shown_less_often_and_small_ones_more(
    tmp_path, monkeypatch, capsys, most_pixels, least, updates
):
    fits = []
    monkeypatch.setattr(keras.Model, "fit", lambda self, batches, **options: fits.append(len(batches)))
    monkeypatch.setattr(classifier, "LEAST_UPDATES", least)
    monkeypatch.setattr(classifier, "MOST_PIXELS", most_pixels)
    classifier.load(make_store(tmp_path))
    assert fits == [updates]  # 300 images are 2 batches of 128.
    expected = "training the classifier of color, bright, whose features are compared …\n"
    assert capsys.readouterr().err == expected


def test_the_batches_of_an_epoch_depend_on_the_epoch_alone(store):
    labels = np.arange(300)[:, None]
    epochs = []
    for _ in range(2):
        batches = classifier._Batches(store, labels, updates=5)
        assert len(batches) == 5
        for first in (0, 2):
            epochs.append([batches[first + index][1].ravel().tolist() for index in range(2)])
            np.testing.assert_array_equal(batches[first + 1][0], IMAGES[epochs[-1][1]])
    assert epochs[:2] == epochs[2:] and epochs[0] != epochs[1]
    shown = sum(epochs[0], [])
    assert len(shown) == len(set(shown)) == 256
    assert len(classifier._Batches(store, labels[:5])) == 1  # Fewer images than a batch are one batch.


@pytest.mark.parametrize("labels", [{}, {"constant": LABELS["constant"]}])
def test_a_data_set_without_labels_is_refused_in_one_line(tmp_path, labels):
    message = (
        r"^features=classifier: the data set the.npz has no labels to train it on: choose the metric swd2k, [^\n]*$"
    )
    with pytest.raises(errors.UserError, match=message):
        classifier.load(make_store(tmp_path, labels=labels))


def test_channels_of_stacked_digits_are_images_of_their_own(tmp_path):
    """Each channel is dark or bright; the layers are the same for each, so that swapped channels swap the logits."""
    values = {name: RANDOM.integers(0, 2, 300).astype(np.int32) for name in ("red", "green", "blue")}
    means = 90 + 70 * np.stack(list(values.values()), axis=-1)[:, None, None]
    images = RANDOM.normal(means, 40, (300, 16, 16, 3)).clip(0, 255).astype(np.uint8)
    store = make_store(tmp_path, images, values, dict.fromkeys(values, ["dark", "bright"]), "stacked_mnist")
    network = classifier.load(store)
    assert network.width == 3 * classifier.WIDTH
    assert min(shares(network, images, values)) > 0.95
    for each in (network, classifier.load(store)):  # As trained, and read back.
        features, logits = each.extract(images[:20])
        swapped_features, swapped_logits = each.extract(images[:20, ..., [2, 0, 1]])
        for found, swapped in ((features, swapped_features), (logits, swapped_logits)):
            blocks = np.split(found, 3, axis=1)
            expected = np.concatenate([blocks[2], blocks[0], blocks[1]], axis=1)
            np.testing.assert_allclose(swapped, expected, rtol=1e-4, atol=1e-4)
        assert np.abs(swapped_logits - logits).max() > 0.5


def test_channels_of_other_images_are_not(trained):
    """The check above can fail: without layers of their own, swapped channels are another image."""
    assert shares(trained, IMAGES[..., [2, 0, 1]], LABELS)[0] < 0.1
