"""Features of a small classifier that is trained on the labels of the data set itself: they need no network."""

import functools
import math
import pathlib
import sys
import tempfile
import zipfile

import keras
import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras.data import store as stores
from gan_keras.layers.precision import dtype_policy
from gan_keras.metrics.features.base import Features
from gan_keras.metrics.features.base import weights_hash
from gan_keras.runtime import files

WIDTH = 128  # Numbers of a feature vector.
EPOCHS = 6
LEAST_UPDATES = 300  # A small data set is shown more often,
MOST_PIXELS = 400_000_000  # and a large one less: so many pixels take some minutes on two cores.
BATCH = 128
MOST_CLASSES = 1000  # A column with more values names individuals, not classes.
PER_CHANNEL = "stacked_mnist"  # The source whose channels are images of their own.
FORMAT = 1  # Another one trains all classifiers anew.


def load(store: stores.Store) -> Features:
    """Returns the features of a classifier of the images of a store, which is trained if it was not before.

    It has an output for each label column, and learns all of them at once; its features are the layer below. Its
    training is a function of the images, labels and this file: seeds are fixed. But another number of threads rounds in
    another order, and so another machine trains another classifier. It is kept beside the store.

    Args:
        store: `Store` of the training images.

    Raises:
        UserError: the data set has no labels.
    """
    columns = expect_labels(store)
    folder = store.path.parent / "features"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"classifier{FORMAT}-{store.content_hash[:16]}.keras"
    with files.Lock(
        path.with_suffix(".lock"), wait=True, busy="waiting for another process that trains the classifier"
    ):
        model = _opened(path) or _trained(path, store, columns)
    return Features(
        name="classifier",
        resize="not resized",
        sha256=weights_hash(model),
        width=model.output["features"].shape[-1],
        extract=_extractor(model),
        columns=columns,
    )


def label_columns(store: stores.Store) -> tuple[tuple[str, tuple[str, ...], slice], ...]:
    """Returns the label columns that a classifier learns: (name, names of the values, slice of its logits) each."""
    columns, start = [], 0
    for name, values in store.labels.items():
        names = tuple(store.label_names[name] or map(str, range(int(values.max()) + 1)))
        if 2 <= len(names) <= MOST_CLASSES:
            columns.append((name, names, slice(start, start + len(names))))
            start += len(names)
    return tuple(columns)


def expect_labels(store: stores.Store) -> tuple[tuple[str, tuple[str, ...], slice], ...]:
    """Returns the `label_columns` of a store.

    Raises:
        UserError: there are none.
    """
    columns = label_columns(store)
    if not columns:
        raise errors.UserError(
            f"features=classifier: the data set {store.manifest['source']['name']} has no labels to train it on: "
            "choose the metric swd2k, or other --features"
        )
    return columns


def build(shape: tuple[int, int, int], num_logits: int, per_channel: bool = False) -> keras.Model:
    """Returns the untrained classifier: uint8 images (N, H, W, C) → `features` (N, d) and `logits` (N, num_logits).

    Args:
        shape: (H, W, C).
        num_logits: of all label columns together.
        per_channel: whether each channel is an image of its own, whose classes are a third of the logits: the same
            layers look at each channel.
    """
    layers = keras.layers
    images = keras.Input(shape, dtype="uint8", name="images")
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(images)
    channels = shape[-1] if per_channel else 1
    if per_channel:
        x = keras.ops.reshape(keras.ops.transpose(x, (0, 3, 1, 2)), (-1, *shape[:2], 1))
    depth = int(math.log2(shape[0])) - 2  # Down to 4 × 4.
    for index in range(depth):
        filters = min(32 * 2**index, 128)
        x = layers.Conv2D(
            filters, 3, strides=2, padding="same", activation="relu", kernel_initializer=_initializer(index)
        )(x)
    x = layers.Dropout(0.3, seed=1)(layers.Flatten()(x))
    features = layers.Dense(WIDTH, activation="relu", kernel_initializer=_initializer(depth))(x)
    logits = layers.Dense(num_logits // channels, kernel_initializer=_initializer(depth + 1))(features)
    if per_channel:
        features = keras.ops.reshape(features, (-1, channels * WIDTH))
        logits = keras.ops.reshape(logits, (-1, num_logits))
    return keras.Model(images, {"features": features, "logits": logits}, name="classifier")


def _initializer(seed):
    return keras.initializers.GlorotUniform(seed=seed)


def _opened(path):
    try:
        return keras.saving.load_model(path, compile=False) if path.is_file() else None
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        print(f"the classifier {path} cannot be read ({error}) and is trained again", file=sys.stderr)
        return None


def _trained(path, store, columns):
    print(f"training the classifier of {', '.join(_named(columns))}, whose features are compared …", file=sys.stderr)
    labels = np.stack([store.labels[name] for name, _, _ in columns], axis=1)
    updates = max(EPOCHS * _Batches(store, labels).of_an_epoch, LEAST_UPDATES)
    updates = max(1, min(updates, MOST_PIXELS // (BATCH * store.samples[0, ..., 0].size)))
    with dtype_policy("float32"):
        model = build(store.samples.shape[1:], columns[-1][2].stop, store.manifest["source"]["kind"] == PER_CHANNEL)
        learner = keras.Model(model.input, model.output["logits"])
        learner.compile("adam", _loss(columns))
        learner.fit(_Batches(store, labels, updates), shuffle=False, verbose=0)
    with tempfile.TemporaryDirectory(dir=path.parent) as aside:
        model.save(pathlib.Path(aside) / path.name)
        (pathlib.Path(aside) / path.name).replace(path)
    return model


def _named(columns, most=3):
    names = [name for name, _, _ in columns]
    return [*names[:most], f"{len(names) - most} more columns"] if len(names) > most else names


def _loss(columns):
    """Returns the mean over the columns of the cross entropy."""

    def loss(labels, logits):
        entropies = [
            keras.losses.sparse_categorical_crossentropy(labels[:, index], logits[:, where], from_logits=True)
            for index, (_, _, where) in enumerate(columns)
        ]
        return sum(entropies) / len(entropies)

    return loss


class _Batches(keras.utils.PyDataset):
    """Batches, read from the store one by one: an endless concatenation of random orders, so many updates of it."""

    def __init__(self, store, labels, updates=None):
        super().__init__()
        self._store, self._labels = store, labels
        self.of_an_epoch = max(1, len(labels) // BATCH)
        self._updates = updates or self.of_an_epoch
        self._order = functools.lru_cache(maxsize=1)(self._order_of)

    def _order_of(self, epoch):
        return np.random.Generator(np.random.Philox(key=[0, epoch])).permutation(len(self._labels))

    def __len__(self):
        return self._updates

    def __getitem__(self, index):
        epoch, number = divmod(index, self.of_an_epoch)
        rows = self._order(epoch)[number * BATCH : (number + 1) * BATCH]
        return self._store.samples[rows], self._labels[rows]


def _extractor(model):
    @tf.function(reduce_retracing=True, autograph=False)
    def run(samples):
        outputs = model(samples, training=False)
        return outputs["features"], outputs["logits"]

    def extract(samples):
        features, logits = run(tf.constant(np.asarray(samples)))
        return features.numpy(), logits.numpy()

    return extract
