"""Whether a conditional generator draws the class that it was asked for, and how different the images of a class are.

A classifier that was trained on the real training images judges; what it is worth is told by real test images.
"""

import dataclasses

import keras
import numpy as np

from gan_keras import images
from gan_keras.data import classes as labels

SAMPLES_A_CLASS = 100
EPOCHS = 6


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What was found.

    Attributes:
        accuracy: share of the real test images that the classifier names right.
        agreement: share of the samples that it takes for the class they were asked for.
        of_classes: the same for each class.
        diversity: mean distance of two samples of a class, over that of two real images of the class; mean of classes.
    """

    accuracy: float
    agreement: float
    of_classes: tuple
    diversity: float

    def __str__(self):
        return (
            f"classifier right on {self.accuracy:.1%} of real test images; takes {self.agreement:.1%} of the samples for "
            f"the class asked for (least: {min(self.of_classes):.0%}); diversity within a class {self.diversity:.2f} of "
            "the real images'"
        )


def measure(run, stores, folder):
    """Returns the `Verdict` on the newest checkpoint of a conditional run, and prints it.

    Samples are those of seeds 0, 1, …: 100 a class. Distances are Euclidean, between pixels.

    Args:
        run: `Run` with classes.
        stores: maps `"train"` and `"test"` to the `Store`s of its data set.
        folder: where the trained classifier is kept for the next run on the same images.
    """
    chosen = {split: labels.choose(store, run.config.data.labels) for split, store in stores.items()}
    count = len(run.class_names)
    digest = run.identity["content_hash"][:8]
    model = _classifier(folder / f"classifier-{count}-{digest}.keras", stores["train"], chosen["train"])
    asked = np.arange(SAMPLES_A_CLASS * count) % count
    samples = run.generate(range(len(asked)))
    named = _name(model, samples) == asked
    diversities = []
    for label in range(count):
        real = np.flatnonzero(chosen["train"].of_images == label)[:SAMPLES_A_CLASS]
        diversities.append(_spread(samples[asked == label]) / _spread(stores["train"].images[real]))
    verdict = Verdict(
        accuracy=float(np.mean(_name(model, stores["test"].images) == chosen["test"].of_images)),
        agreement=float(named.mean()),
        of_classes=tuple(float(named[asked == label].mean()) for label in range(count)),
        diversity=float(np.mean(diversities)),
    )
    print(f"{run.config.recipe}: {verdict}", flush=True)
    return verdict


def _name(model, pixels):
    return model.predict(images.to_float(np.asarray(pixels)), batch_size=256, verbose=0).argmax(-1)


def _classifier(path, store, chosen):
    """Returns a small convolutional classifier of uint8 images, trained here unless `path` holds it."""
    if path.is_file():
        return keras.models.load_model(path)
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential([
        keras.Input(store.images.shape[1:]),
        *(layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu") for filters in (32, 64, 128)),
        layers.Flatten(),
        layers.Dropout(0.3),
        layers.Dense(128, activation="relu"),
        layers.Dense(len(chosen.names)),
    ])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    model.fit(images.to_float(np.asarray(store.images)), chosen.of_images, batch_size=128, epochs=EPOCHS, verbose=2)
    model.save(path)
    return model


def _spread(pixels):
    """Returns the mean Euclidean distance of two of some images, uint8 (N, H, W, C)."""
    rows = images.to_float(np.asarray(pixels)).reshape(len(pixels), -1)
    squares = (rows**2).sum(1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0.0))
    return distances.sum() / (len(rows) * (len(rows) - 1))
