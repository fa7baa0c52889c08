"""Whether a conditional generator draws the requested class, and how much the images of a class differ.

Classes are assigned by a classifier that is trained on the real training images; its accuracy on real test images is
part of the result.
"""

import dataclasses

import keras
import numpy as np

from gan_keras.data import conditions
from gan_keras.data import images

SAMPLES_A_CLASS = 100
EPOCHS = 6  # Of the classifier's training.


@dataclasses.dataclass(frozen=True)
class ClassAgreement:
    """The result of the measurement.

    Attributes:
        accuracy: share of the real test images that the classifier assigns to their class.
        agreement: share of the samples that it assigns to the requested class.
        of_classes: tuple of floats, the same for the samples of each class.
        diversity: mean distance between two samples of a class, divided by that between two real images of the class;
            mean over the classes.
    """

    accuracy: float
    agreement: float
    of_classes: tuple
    diversity: float

    def __str__(self):
        return (
            f"the classifier is right on {self.accuracy:.1%} of the real test images and finds the requested class in "
            f"{self.agreement:.1%} of the samples (worst class: {min(self.of_classes):.0%}); diversity within a class: "
            f"{self.diversity:.2f} of that of real images"
        )


def measure(run, stores, folder):
    """Returns the `ClassAgreement` of the newest checkpoint of a run with classes, and prints it.

    The samples are those of seeds 0, 1, …, 100 for each class. Distances are Euclidean distances of pixels in [-1, 1].

    Args:
        run: `Run` with classes.
        stores: dict from `"train"` and `"test"` to the `Store`s of its data set.
        folder: pathlib.Path where the trained classifier is stored for further runs on the same images.
    """
    columns = ",".join(name for name, _ in run.condition.columns)
    chosen = {split: conditions.choose(store, columns).values for split, store in stores.items()}
    count = len(run.condition.class_names)
    digest = run.identity["content_hash"][:8]
    model = _classifier(folder / f"classifier-{count}-{digest}.keras", stores["train"], chosen["train"], count)
    requested = np.arange(SAMPLES_A_CLASS * count) % count
    samples = run.generate(range(len(requested)))
    agrees = _classify(model, samples) == requested
    diversities = []
    for label in range(count):
        real = np.flatnonzero(chosen["train"] == label)[:SAMPLES_A_CLASS]
        diversities.append(_spread(samples[requested == label]) / _spread(stores["train"].images[real]))
    result = ClassAgreement(
        accuracy=float(np.mean(_classify(model, stores["test"].images) == chosen["test"])),
        agreement=float(agrees.mean()),
        of_classes=tuple(float(agrees[requested == label].mean()) for label in range(count)),
        diversity=float(np.mean(diversities)),
    )
    print(f"{run.config.recipe}: {result}", flush=True)
    return result


def _classify(model, pixels):
    """Returns the classes, int64 (N,), that a classifier assigns to images, uint8 (N, H, W, C)."""
    return model.predict(images.to_float(np.asarray(pixels)), batch_size=256, verbose=0).argmax(-1)


def _classifier(path, store, classes, count):
    """Returns a small convolutional classifier of float images in [-1, 1], which is stored at `path`."""
    if path.is_file():
        return keras.models.load_model(path)
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input(store.images.shape[1:]),
            *(layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu") for filters in (32, 64, 128)),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(128, activation="relu"),
            layers.Dense(count),
        ]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    model.fit(images.to_float(np.asarray(store.images)), classes, batch_size=128, epochs=EPOCHS, verbose=2)
    model.save(path)
    return model


def _spread(pixels):
    """Returns the mean Euclidean distance between two of the images, uint8 (N, H, W, C)."""
    rows = images.to_float(np.asarray(pixels)).reshape(len(pixels), -1)
    squares = (rows**2).sum(1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0.0))
    return distances.sum() / (len(rows) * (len(rows) - 1))
