"""What a sample is: how it is stored, what networks see of it, how it is drawn and written."""

import dataclasses
import functools
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np

from gan_keras.data import images
from gan_keras.data import vocabulary as vocabularies
from gan_keras.runtime import files


@dataclasses.dataclass(frozen=True)
class SampleKind:
    """A kind of samples.

    Attributes:
        name: for manifests and messages.
        output: name of what an exported generator returns.
        dtype: numpy dtype in the store.
        to_float: function, stored samples → float32 as networks take them; for arrays and tensors.
        to_stored: function, float32 samples of a generator → stored samples; for arrays and tensors.
        write_sheet: function (path, stored samples, columns), writes many samples to one file.
        write: function (path, stored sample), writes one sample to a file.
        suffix: of both files.
        vocabulary: the `Vocabulary` of texts; None for images.
    """

    name: str
    output: str
    dtype: type
    to_float: Callable
    to_stored: Callable
    write_sheet: Callable
    write: Callable
    suffix: str
    vocabulary: vocabularies.Vocabulary | None = None

    def sizes(self, channels: int | None) -> dict[str, int | None]:
        """Returns the sizes that builders of networks take and settings do not know, by their names.

        Args:
            channels: of images, 1 or 3.
        """
        return {"vocabulary_size": len(self.vocabulary.symbols)} if self.vocabulary else {"channels": channels}

    def as_users_see(self, samples: np.ndarray) -> Any:
        """Returns stored samples as users take them: images as they are, texts as a list of strings."""
        return [self.vocabulary.decode(sample) for sample in samples] if self.vocabulary else samples


def _write_grid(path: pathlib.Path | str, pixels: np.ndarray, columns: int | None = None) -> None:
    images.write_png(path, images.grid(pixels, columns))


IMAGES = SampleKind(
    name="images",
    output="images",
    dtype=np.uint8,
    to_float=images.to_float,
    to_stored=images.to_uint8,
    write_sheet=_write_grid,
    write=images.write_png,
    suffix=".png",
)
"""Images: uint8 (H, W, C) in the store, float32 in [-1, 1] in networks."""


@functools.cache
def texts(vocabulary: vocabularies.Vocabulary) -> SampleKind:
    """Returns the kind of texts over a vocabulary: numbers (L,) in the store, float32 one-hot (L, V) in networks.

    A generator's samples are probabilities (L, V), of which the store has the likeliest symbols. A sheet has a text in
    a line, whatever the number of columns.
    """

    def write_sheet(path, samples, columns=None):
        files.write_text(pathlib.Path(path), "".join(f"{vocabulary.decode(sample)}\n" for sample in samples))

    return SampleKind(
        name="texts",
        output="probabilities",
        dtype=vocabulary.dtype,
        to_float=functools.partial(_one_hot, symbols=len(vocabulary.symbols)),
        to_stored=functools.partial(_likeliest, dtype=vocabulary.dtype),
        write_sheet=write_sheet,
        write=lambda path, sample: write_sheet(path, [sample]),
        suffix=".txt",
        vocabulary=vocabulary,
    )


def of_vocabulary(stored: dict[str, Any] | None) -> SampleKind:
    """Returns the kind of texts over a vocabulary as JSON holds it; that of images without one."""
    return texts(vocabularies.from_json(stored)) if stored else IMAGES


def _one_hot(numbers: Any, symbols: int) -> Any:
    if isinstance(numbers, np.ndarray):
        return np.eye(symbols, dtype=np.float32)[numbers]
    import tensorflow as tf

    return tf.one_hot(tf.cast(numbers, tf.int32), symbols)


def _likeliest(probabilities: Any, dtype: type) -> Any:
    if isinstance(probabilities, np.ndarray):
        return probabilities.argmax(-1).astype(dtype)
    import tensorflow as tf

    return tf.cast(tf.argmax(probabilities, axis=-1), dtype)
