"""A generator as a TensorFlow SavedModel: one graph that draws, under the signatures that every client can count on."""

import keras
import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras import images
from gan_keras import random
from gan_keras import sampling

MAX_BATCH = 1024
MAX_ERROR = 1e-5


def in_float32(generator):
    """Returns a copy of a functional generator, detached from its training: same weights, every layer in float32.

    Phones, browsers and REST know no bfloat16, and the copy belongs to no `tf.distribute` strategy.
    """
    def copy(layer):
        return layer.__class__.from_config(layer.get_config() | {"dtype": "float32"})

    clone = keras.models.clone_model(generator, clone_function=copy, recursive=True)
    clone.set_weights(generator.get_weights())
    return clone


def precision(generator):
    """Returns the name of the policy that a generator computes in: that of its first layer in 16 bits, or `float32`."""
    names = (layer.dtype_policy.name for layer in generator.layers if layer.compute_dtype in ("bfloat16", "float16"))
    return next(names, "float32")


def write(generator, folder, law, classes):
    """Writes a SavedModel whose graph refuses what it cannot draw.

    Its signatures, where `labels` int32 (N,) is there for a conditional generator only:

    * `serving_default(latents float32 (N, z)[, labels])` → `images`, float32 (N, H, W, C) in [-1, 1]
    * `sample(seeds int64 (N,)[, labels])` → `images`, uint8 (N, H, W, C)
    * `sample_png(seeds[, labels])` → `image_bytes`, string (N,)

    Non-finite latents, labels outside 0 … classes − 1, and N outside 1 … 1024 are an `InvalidArgumentError` in whatever
    process runs the graph.

    Args:
        generator: functional Keras model in float32, inputs `latents` (N, z) [, `labels` int32 (N,)].
        folder: existing empty folder.
        law: law of the latents of a sample seed, see `gan_keras.random.sample_latents`.
        classes: int, number of classes, 0 for an unconditional generator.
    """
    latent_dim = sampling.latent_dim(generator)

    def serving_default(latents, labels=None):
        latents, labels = _checked(latents, labels, classes)
        latents = tf.debugging.assert_all_finite(latents, "latents must be finite numbers")
        return {"images": sampling.apply(generator, latents, labels, training=False)}

    def sample(seeds, labels=None):
        seeds, labels = _checked(seeds, labels, classes)
        latents = random.sample_latents(seeds, latent_dim, law)
        return {"images": sampling.draw_one_by_one(generator, latents, labels)}

    def sample_png(seeds, labels=None):
        pixels = sample(seeds, labels)["images"]
        return {"image_bytes": tf.map_fn(tf.io.encode_png, pixels, fn_output_signature=tf.string)}

    latents = tf.TensorSpec([None, latent_dim], tf.float32, name="latents")
    seeds = tf.TensorSpec([None], tf.int64, name="seeds")
    labels = [tf.TensorSpec([None], tf.int32, name="labels")] if classes else []
    # An archive that tracks the model besides its endpoints stores every weight twice.
    archive = keras.export.ExportArchive()
    archive.add_endpoint("serving_default", serving_default, [latents, *labels])
    archive.add_endpoint("sample", sample, [seeds, *labels])
    archive.add_endpoint("sample_png", sample_png, [seeds, *labels])
    try:
        archive.write_out(str(folder), verbose=False)
    except tf.errors.OpError as error:
        raise errors.UserError(
            f"cannot write the SavedModel to '{folder}' ({error.message}): free space or choose another --export_dir"
        ) from error


def check(folder, probe):
    """Returns the parity of a SavedModel, read back, with the images of a probe.

    Raises:
        RuntimeError: its images are not the generator's, or its samples are not those of the probe's seeds.
    """
    model = tf.saved_model.load(str(folder))
    draw, sample = model.signatures["serving_default"], model.signatures["sample"]

    def draw_images(**inputs):
        return draw(**{name: tf.constant(rows) for name, rows in inputs.items()})["images"].numpy()

    parity = probe.parity(draw_images, batch_size=len(probe.seeds))
    if not parity.max_error < MAX_ERROR:
        raise RuntimeError(f"the SavedModel does not draw what Keras draws: {parity}")
    labels = {name: tf.constant(rows) for name, rows in probe.inputs.items() if name == "labels"}
    pixels = sample(seeds=tf.constant(probe.seeds), **labels)["images"].numpy()
    levels = np.abs(pixels.astype(int) - images.to_uint8(probe.images)).max()
    if levels > 1:  # Another batch size, another last bit: half a pixel may round the other way.
        raise RuntimeError(f"the SavedModel's samples are up to {levels} of 255 levels off what Keras draws")
    return parity


def _checked(rows, labels, classes):
    """Returns the latents or seeds and the labels, which exist in the graph only once all are found to be in order.

    Both: an embedding of unchecked labels may be the first op to fail, with words of its own.
    """
    count = tf.shape(rows)[0]
    limit = f"a call takes 1 to {MAX_BATCH} rows"
    checks = [
        tf.debugging.assert_positive(count, limit),
        tf.debugging.assert_less_equal(count, MAX_BATCH, limit),
    ]
    if labels is not None:
        checks += [
            tf.debugging.assert_equal(tf.shape(labels)[0], count, "as many labels as rows are expected"),
            tf.debugging.assert_non_negative(labels, f"labels are 0 to {classes - 1}"),
            tf.debugging.assert_less(labels, classes, f"labels are 0 to {classes - 1}"),
        ]
    with tf.control_dependencies(checks):
        return tf.identity(rows), None if labels is None else tf.identity(labels)
