"""What is measured: the generator of a run or of an export, or samples that exist already."""

import io
import pathlib
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from gan_keras import errors
from gan_keras.data import crop
from gan_keras.data import kinds
from gan_keras.data.sources import image_files
from gan_keras.game import inputs
from gan_keras.metrics import rows as row_files
from gan_keras.metrics.texts import ngram_model
from gan_keras.runs import checkpoint as checkpoints
from gan_keras.runs import run as runs
from gan_keras.runtime import randomness

BATCH = 64
SEEDS_OF_A_REPEAT = 1_000_000


class Subject:
    """A set of samples that can be drawn in batches.

    Attributes:
        shape: of a stored sample, such as (H, W, C).
        count: how many there are; None for a generator, which has no end.
        condition: `Condition` under which they are generated, or None.
        origin: dict that JSON can hold: what a result says of where the samples are from.
    """

    shape: tuple[int, ...]
    count: int | None = None
    condition: Any = None
    origin: dict[str, Any]

    def batches(self, seeds: np.ndarray, conditions: dict[str, np.ndarray]) -> Iterator[np.ndarray]:
        """Yields stored samples (n, …) of sample seeds (N,) under conditions (N, …) by name, in order.

        Samples that exist already come in their own order: seed s is the sample s.

        Raises:
            UserError: a sample is NaN or infinite.
        """
        raise NotImplementedError


class Generator(Subject):
    """A generator in this process.

    Args:
        network: functional model, `latents` (N, z) and conditions → float32 samples.
        latents: distribution of the latents.
        condition: its `Condition`, or None.
        origin: see `Subject`.
        kind: `SampleKind`.
    """

    def __init__(self, network, latents, condition, origin, kind=kinds.IMAGES):
        self.condition, self.origin = condition, origin
        self.shape = tuple(kind.to_stored(np.zeros((1, *network.output_shape[1:]), np.float32)).shape[1:])

        @tf.function(autograph=False, reduce_retracing=True)
        def draw(seeds, conditions):
            z = randomness.sample_latents(seeds, inputs.latent_dim(network), latents)
            samples = tf.cast(inputs.generate(network, z, conditions, training=False), tf.float32)
            return kind.to_stored(samples), tf.reduce_all(tf.math.is_finite(samples))

        self._draw = draw

    def batches(self, seeds, conditions):
        for start in range(0, len(seeds), BATCH):
            rows = slice(start, start + BATCH)
            some = {name: tf.constant(values[rows]) for name, values in conditions.items()}
            samples, finite = self._draw(tf.constant(seeds[rows], tf.int64), some)
            if not finite:
                raise errors.UserError(
                    f"the generator draws NaN or infinity (seeds {seeds[start]} to {seeds[rows][-1]}): choose another "
                    "--checkpoint"
                )
            yield samples.numpy()


def of_checkpoint(run: runs.Run, checkpoint: str | None = None, generator: str = "ema") -> Generator:
    """Returns the generator of a checkpoint of a run.

    Args:
        run: `Run`.
        checkpoint: as for `Run.checkpoint`.
        generator: `"ema"`, the moving average of G, or `"raw"`, G itself.
    """
    path = run.checkpoint(checkpoint)
    images_shown = checkpoints.read_state(path)["images_shown"]
    network = run.load_generator(str(path), "ema_generator" if generator == "ema" else "generator")
    return Generator(network, run.config.game.latents, run.condition, origin_of(run, images_shown, generator), run.kind)


def origin_of(run: runs.Run, images_shown: int, generator: str = "ema") -> dict[str, Any]:
    """Returns the `origin` of what a run's generator draws after so many images."""
    return {
        "generator": generator,
        "config_hash": runs.identity_hash(run.identity),
        "checkpoint": f"{images_shown:09d}",
        "images_shown": images_shown,
    }


class Exported(Subject):
    """An exported model; `exported` is an `ExportedGenerator`."""

    def __init__(self, exported):
        self._exported = exported
        self.shape = tuple(exported.description["sample_shape"])
        self.condition = exported.condition
        metadata = exported.description["metadata"]
        self.origin = {"model": str(exported.folder), "generator": "ema"} | {
            name: metadata.get(key)
            for name, key in (
                ("config_hash", "identity_sha256"),
                ("checkpoint", "checkpoint"),
                ("images_shown", "images_shown"),
            )
        }

    def batches(self, seeds, conditions):
        for start in range(0, len(seeds), BATCH):
            rows = slice(start, start + BATCH)
            yield self._exported.generate(seeds[rows], **{name: values[rows] for name, values in conditions.items()})


class NGrams(Subject):
    """Texts of an n-gram model that was fitted to the training texts.

    Args:
        store: `Store` of the training texts.
        order: n.
    """

    def __init__(self, store, order):
        self.shape, self.origin = store.samples.shape[1:], {"samples": f"{order}-gram model", "generator": None}
        self._model = ngram_model.NGramModel(store.samples, len(store.kind.vocabulary.symbols), order)
        self._dtype = store.kind.dtype

    def batches(self, seeds, conditions):
        for some in row_files.blocks(seeds, BATCH):
            texts = [self._model.sample(_random(seed)) for seed in some]
            yield np.stack(texts).astype(self._dtype)


def _random(seed):
    return np.random.Generator(np.random.Philox(key=[int(seed), 0]))


class Stored(Subject):
    """The samples of a store, such as real texts beside which generated ones are put.

    Args:
        store: `Store`.
        name: what a result says of where the samples are from.
    """

    def __init__(self, store, name):
        self.shape, self.count = store.samples.shape[1:], len(store.samples)
        self.origin = {"samples": name, "generator": None}
        self._samples = store.samples

    def batches(self, seeds, conditions):
        for some in row_files.blocks(seeds, BATCH):
            yield np.asarray(self._samples[np.sort(some)])


class Lines(Subject):
    """Texts that exist already, one a line.

    Args:
        path: of the file.
        store: `Store` of the real texts, for the vocabulary and the length.

    Raises:
        UserError: there are none, or one is too long or has other symbols.
    """

    def __init__(self, path: str, store: Any):
        vocabulary, length = store.kind.vocabulary, store.samples.shape[1]
        if vocabulary is None:
            raise errors.UserError(f"--samples={path}: got texts, expected {store.kind.name} as --dataset has them")
        try:
            lines = pathlib.Path(path).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise errors.UserError(f"--samples={path}: cannot be read as text ({error})") from error
        encoded = [vocabulary.encode(line, length) for line in lines]
        longer = [number for number, text in enumerate(encoded, 1) if text is None]
        if longer or not lines:
            what = f"line {longer[0]} is longer than {length} {vocabulary.unit}" if longer else "it has no lines"
            raise errors.UserError(f"--samples={path}: {what}")
        self._texts = np.stack(encoded)
        self.shape, self.count = (length,), len(lines)
        self.origin = {"samples": path, "generator": None}

    def batches(self, seeds, conditions):
        for some in row_files.blocks(seeds, BATCH):
            yield self._texts[some]


class Samples(Subject):
    """Samples that exist already: the images of a folder, or an array in a `.npy` file or under `images` in a `.npz`.

    Raises:
        UserError: there are none, they are no images, not square, or they differ in size.
    """

    def __init__(self, path: pathlib.Path | str):
        path = pathlib.Path(path)
        self.origin = {"samples": str(path), "generator": None}
        if path.is_dir():
            self._files = sorted(each for each in path.rglob("*") if _is_image(each, path))
            if not self._files:
                raise errors.UserError(
                    f"--samples={path}: the folder holds no images ({', '.join(image_files.SUFFIXES)})"
                )
            self._array = None
            self.shape, self.count = self._read(self._files[0]).shape, len(self._files)
        else:
            self._array = _array(path)
            self.shape, self.count = self._array.shape[1:], len(self._array)

    def batches(self, seeds, conditions):
        for chosen in row_files.blocks(seeds, BATCH):
            yield self._array[chosen] if self._array is not None else self._images(chosen)

    def _images(self, chosen):
        images = [self._read(self._files[index]) for index in chosen]
        for index, image in zip(chosen, images, strict=True):
            if image.shape != self.shape:
                raise errors.UserError(
                    f"'{self._files[index]}' is {_size(image.shape)}, and '{self._files[0]}' is {_size(self.shape)}: "
                    "samples have to be of one size"
                )
        return np.stack(images)

    def _read(self, path):
        """Returns the pixels of a file, as those of the real images: a square is neither cropped nor resized."""
        try:
            with Image.open(path) as image:
                width, height = image.size
            content = path.read_bytes()
            channels = 1 if crop.is_grey(io.BytesIO(content)) else 3
            pixels = crop.pixels(content, crop=None, resolution=min(width, height), channels=channels)
        except Exception as error:  # Pillow raises many types for a broken file.
            raise errors.UserError(f"'{path}' cannot be read as an image: {error}; remove or replace it") from error
        if width != height:
            raise errors.UserError(
                f"'{path}' is {width} × {height} pixels: expected square images, as the real ones are"
            )
        return pixels


def _is_image(path, folder):
    return image_files.is_image_name(path.relative_to(folder).as_posix())


def _array(path):
    try:
        if zipfile.is_zipfile(path):
            with np.load(path, allow_pickle=False) as arrays:
                array = arrays["images"]
        else:  # `numpy.load` leaves a file open that begins as a zip and is none.
            array = np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise errors.UserError(
            f"--samples={path}: expected a folder of images, a .npy file, or a .npz file with the key images ({error})"
        ) from error
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[-1] not in (1, 3) or not len(array):
        raise errors.UserError(f"--samples={path}: got shape {array.shape}, expected (N, H, W, C) with 1 or 3 channels")
    if array.dtype == np.uint8:
        return array
    if not np.issubdtype(array.dtype, np.floating):
        raise errors.UserError(f"--samples={path}: got {array.dtype}, expected uint8, or floats in [-1, 1]")
    bad = ~np.isfinite(array).all(axis=(1, 2, 3))
    if bad.any():
        raise errors.UserError(
            f"--samples={path}: {bad.sum()} samples are NaN or infinite, the first is {bad.argmax()}"
        )
    if array.min() < -1.001 or array.max() > 1.001:
        raise errors.UserError(
            f"--samples={path}: floats from {array.min():.3g} to {array.max():.3g}, expected them in [-1, 1], or uint8"
        )
    return kinds.IMAGES.to_stored(np.asarray(array, np.float32))


def _size(shape):
    return " × ".join(map(str, shape))
