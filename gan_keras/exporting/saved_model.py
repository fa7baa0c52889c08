"""A generator as a TensorFlow SavedModel: one graph that draws, with the same signatures for every client."""

import pathlib
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from gan_keras.data.conditions import Condition
from gan_keras.data.kinds import IMAGES
from gan_keras.data.kinds import SampleKind
from gan_keras.exporting import reproducible
from gan_keras.exporting.parity import Parity
from gan_keras.exporting.parity import Probe
from gan_keras.game import inputs
from gan_keras.game import sampling
from gan_keras.runtime import randomness

LABELS = "labels.txt"
MAX_BATCH = 1024
MAX_ERROR = 1e-5


def in_float32(generator: keras.Model) -> keras.Model:
    """Returns a copy of a functional generator, detached from its training: same weights, every layer in float32.

    Phones, browsers and REST know no bfloat16, and the copy belongs to no `tf.distribute` strategy.
    """

    def copy(layer):
        return layer.__class__.from_config(layer.get_config() | {"dtype": "float32"})

    clone = keras.models.clone_model(generator, clone_function=copy, recursive=True)
    clone.set_weights(generator.get_weights())
    return clone


def precision(generator: keras.Model) -> str:
    """Returns the name of the policy that a generator computes in: that of its first layer in 16 bits, or `float32`."""
    names = (layer.dtype_policy.name for layer in generator.layers if layer.compute_dtype in ("bfloat16", "float16"))
    return next(names, "float32")


def condition_specs(generator: keras.Model, batch_size: int | None = None) -> list[tf.TensorSpec]:
    """Returns the specifications of a generator's conditions, such as `labels` int32 (N,)."""
    return [
        tf.TensorSpec([batch_size, *entry.shape[1:]], entry.dtype, name=name)
        for name, entry in inputs.conditions_of(generator).items()
    ]


def write(
    generator: keras.Model,
    folder: pathlib.Path | str,
    distribution: str,
    condition: Condition | None = None,
    kind: SampleKind = IMAGES,
) -> None:
    """Writes a SavedModel whose graph refuses what it cannot draw.

    Its signatures, where `condition` is `labels` int32 (N,) or `attributes` float32 (N, A) in [0, 1], for a conditional
    generator only:

    * `serving_default(latents float32 (N, z)[, condition])` → `images`, float32 (N, H, W, C) in [-1, 1]
    * `sample(seeds int64 (N,)[, condition])` → `images`, uint8 (N, H, W, C)
    * `sample_png(seeds[, condition])` → `image_bytes`, string (N,)

    and where it makes texts:

    * `serving_default(latents float32 (N, z)[, condition])` → `probabilities`, float32 (N, L, V)
    * `sample(seeds int64 (N,)[, condition])` → `text`, string (N,), the likeliest symbols up to the first end

    Latents that are not finite, labels that are not classes, attributes that are not numbers from 0 to 1, and N outside
    1 … 1024 are an `InvalidArgumentError` in whatever process runs the graph. Where there are classes, `labels.txt` has
    their names, one a line.

    Args:
        generator: functional Keras model in float32, inputs `latents` (N, z) [, `labels` (N,) or `attributes` (N, A)].
        folder: existing empty folder.
        distribution: distribution of the latents of a sample seed, see `gan_keras.runtime.randomness.sample_latents`.
        condition: the generator's condition, or None.
        kind: `SampleKind` of its samples.

    Raises:
        OSError: the folder cannot be written.
    """
    latent_dim = inputs.latent_dim(generator)

    def serving_default(latents, values=None):
        latents, conditions = _checked(latents, values, condition)
        latents = tf.debugging.assert_all_finite(latents, "latents must be finite numbers")
        return {kind.output: inputs.generate(generator, latents, conditions, training=False)}

    def sample(seeds, values=None):
        seeds, conditions = _checked(seeds, values, condition)
        latents = randomness.sample_latents(seeds, latent_dim, distribution)
        drawn = sampling.draw(generator, latents, conditions, kind)
        return {"text": kind.vocabulary.decode_all(drawn)} if kind.vocabulary else {"images": drawn}

    def sample_png(seeds, values=None):
        pixels = sample(seeds, values)["images"]
        return {"image_bytes": tf.map_fn(tf.io.encode_png, pixels, fn_output_signature=tf.string)}

    latents = tf.TensorSpec([None, latent_dim], tf.float32, name="latents")
    seeds = tf.TensorSpec([None], tf.int64, name="seeds")
    conditions = condition_specs(generator)
    endpoints: dict[str, reproducible.Endpoint] = {
        "serving_default": (serving_default, [latents, *conditions]),
        "sample": (sample, [seeds, *conditions]),
    }
    if kind is IMAGES:
        endpoints["sample_png"] = (sample_png, [seeds, *conditions])
    reproducible.save(folder, endpoints, [variable.value for variable in generator.variables])
    if condition is not None and condition.class_names:
        (pathlib.Path(folder) / LABELS).write_text(labels(condition.class_names), "utf-8")


def labels(class_names: Sequence[str]) -> str:
    """Returns what `labels.txt` holds: the names of the classes, one a line."""
    return "".join(f"{name}\n" for name in class_names)


def check(folder: pathlib.Path | str, probe: Probe, kind: SampleKind = IMAGES) -> Parity:
    """Returns the parity of a SavedModel, read back, with the samples of a probe.

    Raises:
        RuntimeError: it does not draw what the generator draws, or its samples are not those of the probe's seeds.
    """
    model = tf.saved_model.load(str(folder))
    draw, sample = model.signatures["serving_default"], model.signatures["sample"]

    def draw_rows(**rows: np.ndarray) -> np.ndarray:
        return draw(**{name: tf.constant(values) for name, values in rows.items()})[kind.output].numpy()

    parity = probe.parity(draw_rows, batch_size=len(probe.seeds))
    if not parity.max_error < MAX_ERROR:
        raise RuntimeError(f"the SavedModel does not draw what Keras draws: {parity}")
    conditions = {name: tf.constant(values) for name, values in probe.inputs.items() if name != inputs.LATENTS}
    (drawn,) = (each.numpy() for each in sample(seeds=tf.constant(probe.seeds), **conditions).values())
    expected = kind.to_stored(probe.samples)
    # Another batch size, another last bit: half a pixel may round the other way, and one of two symbols be likelier.
    if kind.vocabulary:
        different = sum(text.decode() != other for text, other in zip(drawn, kind.as_users_see(expected), strict=True))
        if different > 1:
            raise RuntimeError(f"{different} of the SavedModel's {len(drawn)} samples differ from Keras' texts")
        return parity
    levels = np.abs(drawn.astype(int) - expected).max()
    if levels > 1:
        raise RuntimeError(f"the SavedModel's samples differ from Keras' images by up to {levels} of 255 levels")
    return parity


def _checked(rows, values, condition):
    """Returns latents or seeds, and the conditions by name, which exist in the graph only once all were found valid.

    Both: an embedding of unchecked labels may be the first operation to fail, with a message of its own.
    """
    count = tf.shape(rows)[0]
    limit = f"a call takes 1 to {MAX_BATCH} rows"
    checks = [
        tf.debugging.assert_positive(count, limit),
        tf.debugging.assert_less_equal(count, MAX_BATCH, limit),
    ]
    if condition is not None:
        most = len(condition.class_names) - 1 if condition.encoding == "joint" else 1
        valid = f"{condition.name} are {'' if condition.encoding == 'joint' else 'numbers from '}0 to {most}"
        least, most = (tf.constant(bound, condition.dtype) for bound in (0, most))
        checks += [
            tf.debugging.assert_equal(
                tf.shape(values), [count, *condition.shape], f"as many {condition.name} as rows are expected"
            ),
            tf.debugging.assert_greater_equal(values, least, valid),  # No comparison holds for NaN.
            tf.debugging.assert_less_equal(values, most, valid),
        ]
    with tf.control_dependencies(checks):
        conditions = {} if condition is None else {condition.name: tf.identity(values)}
        return tf.identity(rows), conditions
