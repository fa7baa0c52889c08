"""The case that every recipe has to pass: a tiny game of it is updated, saved, resumed, split and exported."""

import warnings

import keras
import numpy as np
import tensorflow as tf

from gan_keras import objectives
from gan_keras.config import override
from gan_keras.config import recipe
from gan_keras.config.names import TEXT_ARCHITECTURES
from gan_keras.data import conditions
from gan_keras.data import kinds
from gan_keras.data import pipeline
from gan_keras.data import vocabulary as vocabularies
from gan_keras.exporting import parity
from gan_keras.exporting import saved_model
from gan_keras.game import build
from gan_keras.game import gan
from gan_keras.layers.nested import batch_normalizations
from gan_keras.runs import checkpoint
from tests import tiny

BATCH = 8
CLASSES = 3
WIDTHS = {"mlp": 8, "dcgan": 4, "dcgan_paper": 4, "resnet": 2, "r3gan": 16, "characters": 4}
TEXTS = kinds.texts(vocabularies.of_symbols("abcd", "characters"))
LENGTH = 8
ONLY_SHIFTS = {("discriminator", "conv_4b/bias"), ("discriminator", "logits/bias")}
"""Biases that add a constant to all logits: a Wasserstein loss feels none, a hinge loss only outside its margins."""
TOLERANCE = 1e-5  # of weights after two iterations of gradient descent: float32 sums in other orders


class Case:
    """The tiny game of a recipe, of images 16 × 16 × 3 or texts of 8 characters; three classes where it takes any."""

    def __init__(self, name, **settings):
        game = recipe(name).game
        of_texts = game.architecture in TEXT_ARCHITECTURES
        self.kind = TEXTS if of_texts else kinds.IMAGES
        self.samples = texts() if of_texts else tiny.images()
        self.config = recipe(
            name,
            **({"length": LENGTH} if of_texts else {"resolution": tiny.RESOLUTION}),
            batch_size=BATCH,
            width=WIDTHS[game.architecture],
            latent_dim=8,
            discriminator_steps=min(2, game.discriminator_steps),
            images=1000,
            **settings,
        )
        self.condition = conditions.of_classes("abc") if self.config.data.labels else None

    def game(self, sgd=False, **settings):
        """Returns the compiled GAN, with the recipe's optimizers or with plain gradient descent."""
        model = build.build_gan(override(self.config, **settings), self.kind.sizes(3), self.condition)
        if sgd:
            rate = 1e-4 if model.objective.gradient_penalty else 0.02  # An untrained critic's penalty has huge slopes.
            model.compile(keras.optimizers.SGD(rate), keras.optimizers.SGD(rate))
        return model

    def batches(self, first_iteration=0, strategy=None):
        """Returns an iterator over the batches of a game."""
        labels = np.arange(64, dtype=np.int32) % CLASSES
        return iter(
            pipeline.distribute(
                strategy or tf.distribute.OneDeviceStrategy("CPU:0"),
                samples=self.samples,
                conditions={"labels": labels} if self.condition else None,
                seed=1,
                batch_size=BATCH,
                flip=self.kind is kinds.IMAGES,
                kind=self.kind,
                discriminator_steps=self.config.game.discriminator_steps,
                first_iteration=first_iteration,
            )
        )

    def generator_inputs(self):
        """Returns inputs of G."""
        latents = np.random.default_rng(0).standard_normal((4, 8)).astype("float32")
        return [latents, np.array([0, 1, 2, 0], np.int32)] if self.condition else latents


def texts(count=64):
    """Returns random stored texts (count, 8)."""
    return np.random.default_rng(0).integers(0, 5, (count, LENGTH)).astype(np.uint8)


def check_update(case, model):
    """One update of both networks reports finite numbers."""
    logs = model.train_iterations(case.batches(), 1)
    assert all(np.isfinite(values).all() for values in logs.values()), logs
    assert {"g_loss", "d_gradient_norm", "g_gradient_norm"} <= logs.keys()
    assert logs["d_gradient_norm"][0] > 0 and logs["g_gradient_norm"][0] > 0


def check_fit(case):
    """Plain Keras fits it to arrays of what its networks see, and keeps the losses in its history."""
    model, batch = case.game(), BATCH * case.config.game.discriminator_steps
    data = {"samples": np.asarray(case.kind.to_float(case.samples[: 2 * batch]))}
    if case.condition:
        data["labels"] = np.arange(2 * batch, dtype=np.int32) % CLASSES
    history = model.fit(data, batch_size=batch, epochs=2, verbose=0, shuffle=False).history
    assert int(model.iteration.numpy()) == 4 and np.isfinite(history["g_loss"]).all() and len(history["g_loss"]) == 2


def check_resume(case, model, folder):
    """A checkpoint, read into a game whose every number was spoilt, continues to the same weights to the last bit."""
    before = trained(model)
    path = checkpoint.save(folder, "000000001", model, {})
    model.train_iterations(case.batches(first_iteration=1), 2)
    expected = everything(model)
    for name, weights in trained(model).items():
        assert np.abs(weights - before[name]).max() > 0 or name in ONLY_SHIFTS, name
    for part in checkpoint.PARTS:
        for variable in getattr(model, part).variables:
            variable.assign(np.full(variable.shape, 7, np.asarray(variable).dtype))
    checkpoint.restore(path, model)
    model.train_iterations(case.batches(first_iteration=1), 2)
    for name, array in everything(model).items():
        np.testing.assert_array_equal(array, expected[name], err_msg=str(name))


def trained(model):
    return {
        (network.name, variable.path): np.asarray(variable).copy()
        for network in (model.generator, model.discriminator)
        for variable in network.trainable_variables
    }


def everything(model):
    return {
        (part, index): np.asarray(variable).copy()
        for part in checkpoint.PARTS
        for index, variable in enumerate(getattr(model, part).variables)
    }


def check_keras_file(case, model, folder):
    """The config makes the same game, and a .keras file the same images, optimizers and state."""
    assert gan.GAN.from_config(model.get_config()).get_config() == model.get_config()
    model.save(folder / "game.keras")
    loaded = keras.models.load_model(folder / "game.keras")
    assert loaded.objective == model.objective and loaded.augmentation == model.augmentation
    inputs = case.generator_inputs()
    np.testing.assert_array_equal(loaded(inputs), model(inputs))
    for name, array in everything(loaded).items():
        np.testing.assert_array_equal(array, everything(model)[name], err_msg=str(name))


def check_saved_model(case, model, folder):
    """The graph that is served draws what Keras draws, within 1e-5."""
    distribution = case.config.game.latents
    folder.mkdir()
    generator = saved_model.in_float32(model.ema_generator)
    saved_model.write(generator, folder, distribution, case.condition, case.kind)
    found = saved_model.check(folder, parity.Probe.of(generator, distribution, case.condition), case.kind)
    assert found.max_error < 1e-5


def check_replicas_and_accumulation(case):
    """Two replicas make the update of one, and so do two micro-batches where no layer or term mixes a batch."""
    alone = case.game(sgd=True)
    before = [array.copy() for array in tiny.weights(alone)]
    reports = alone.train_iterations(case.batches(), 2)
    with tiny.two_replicas().scope():
        pair = case.game(sgd=True)
    of_pair = pair.train_iterations(case.batches(strategy=tiny.two_replicas()), 2)
    for name, values in reports.items():  # Such as R1 and R2.
        np.testing.assert_allclose(of_pair[name][0], values[0], rtol=1e-4, atol=1e-5, err_msg=name)
    moved = tiny.distance(before, tiny.weights(alone))
    assert tiny.distance(tiny.weights(pair), tiny.weights(alone)) < min(TOLERANCE, 0.01 * moved)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        parts = case.game(sgd=True, accumulation=2)
    parts.train_iterations(case.batches(), 2)
    mixing = batch_normalizations(alone.generator) + batch_normalizations(alone.discriminator)
    if mixing or objectives.terms_of_the_batch(alone.objective):
        assert any("one micro-batch at a time" in str(warning.message) for warning in warned)
    else:
        assert not warned and tiny.distance(tiny.weights(parts), tiny.weights(alone)) < min(TOLERANCE, 0.01 * moved)


def check_mixed_precision(case):
    """bfloat16 inside, float32 outside."""
    model = case.game(precision="mixed_bfloat16")
    assert any(layer.compute_dtype == "bfloat16" for layer in model.discriminator.layers)
    check_update(case, model)
    assert model(case.generator_inputs()).dtype == "float32"
