"""A GAN under plain Keras: compile, fit, history, callbacks, eager execution, saving and going on."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.config import recipe
from gan_keras.game import gan
from gan_keras.game import optimizers
from tests import tiny

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving


def images(count=32):
    """Returns images as networks take them, float32 (count, 2, 2, 3)."""
    return tiny.images(count)[:, :2, :2].astype("float32") / 127.5 - 1.0


def game(policy="float32", learning_rate=0.05, **arguments):
    """Returns a GAN of two small networks that is traced in no time."""
    keras.config.set_dtype_policy(policy)
    try:
        latents, pictures = keras.Input((4,), name="latents"), keras.Input((2, 2, 3), name="images")
        x = keras.layers.Dense(12, activation="tanh", kernel_initializer=keras.initializers.GlorotUniform(1))(latents)
        generator = keras.Model(latents, keras.layers.Reshape((2, 2, 3), dtype="float32")(x), name="generator")
        x = keras.layers.Flatten()(pictures)
        x = keras.layers.Dense(8, activation="tanh", kernel_initializer=keras.initializers.GlorotUniform(2))(x)
        logits = keras.layers.Dense(1, dtype="float32", kernel_initializer=keras.initializers.GlorotUniform(3))(x)
        model = gan.GAN(generator, keras.Model(pictures, logits, name="discriminator"), **arguments)
    finally:
        keras.config.set_dtype_policy("float32")
    model.compile(keras.optimizers.SGD(learning_rate), keras.optimizers.SGD(learning_rate))
    return model


def dataset(count=32, size=8):
    return tf.data.Dataset.from_tensor_slices(images(count)).batch(size)


def mirrored():
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"], cross_device_ops=tf.distribute.ReductionToOneDevice())


class Batches(keras.callbacks.Callback):
    """Keeps the logs of every call of the train function."""

    def __init__(self):
        super().__init__()
        self.logs = []

    def on_train_batch_end(self, batch, logs=None):
        self.logs.append(dict(logs))


def test_fit_on_one_device_and_under_a_strategy():
    model = game()
    history = model.fit(dataset(), epochs=2, verbose=0, shuffle=False).history
    assert int(model.iteration.numpy()) == 8 and len(history["g_loss"]) == 2
    with mirrored().scope():
        pair = game()
    pair_history = pair.fit(dataset(), epochs=2, verbose=0, shuffle=False).history
    for ours, theirs in zip(tiny.weights(pair), tiny.weights(model), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert pair_history["g_loss"] == pytest.approx(history["g_loss"], rel=1e-3)


def test_a_second_fit_uses_the_graph_of_the_first():
    model = game()
    model.fit(images(8), batch_size=8, verbose=0)
    loop = model._loop
    model.fit(images(8), batch_size=8, verbose=0)
    assert model._loop is loop
    model.compile()
    model.fit(images(8), batch_size=8, verbose=0)
    assert model._loop is not loop


@pytest.mark.parametrize("data", [images(16), {"samples": images(16)}])
def test_fit_takes_arrays_and_dicts(data):
    model = game()
    model.fit(data, batch_size=8, verbose=0)
    assert int(model.images_shown.numpy()) == 16


def test_a_pair_is_samples_and_labels():
    latents, labels = keras.Input((4,), name="latents"), keras.Input((), dtype="int32", name="labels")
    embedded = keras.layers.Embedding(3, 4)(labels)
    pixels = keras.layers.Dense(12, activation="tanh")(keras.layers.Concatenate()([latents, embedded]))
    generator = keras.Model([latents, labels], keras.layers.Reshape((2, 2, 3))(pixels))
    pictures, classes = keras.Input((2, 2, 3), name="images"), keras.Input((), dtype="int32", name="labels")
    features = keras.layers.Concatenate()([keras.layers.Flatten()(pictures), keras.layers.Embedding(3, 4)(classes)])
    model = gan.GAN(generator, keras.Model([pictures, classes], keras.layers.Dense(1)(features)), latents="normal")
    model.compile()
    batches = tf.data.Dataset.from_tensor_slices((np.zeros((8, 2, 2, 3), "float32"), np.arange(8, dtype="int32") % 3))
    history = model.fit(batches.batch(4), verbose=0, shuffle=False).history
    assert np.isfinite(history["g_loss"]).all()
    same_seed = model.generate([1, 1], labels=[0, 2])
    assert same_seed.shape == (2, 2, 2, 3) and not np.array_equal(same_seed[0], same_seed[1])
    with pytest.raises(errors.UserError, match="the batch holds only"):
        model.train_step(tf.zeros([4, 2, 2, 3]))
    with pytest.raises(errors.UserError, match="1 labels were given for 2 seeds: expected one for each"):
        model.generate([1, 1], labels=[0])


@pytest.mark.parametrize("steps_per_execution", [1, 3])
def test_history_is_the_mean_of_the_epoch(steps_per_execution):
    model, batches = game(), Batches()
    model.compile(*(keras.optimizers.SGD(0.05) for _ in range(2)), steps_per_execution=steps_per_execution)
    history = model.fit(dataset(40), epochs=2, verbose=0, shuffle=False, callbacks=[batches]).history
    twin = game()
    rows = [twin.train_iterations(iter(dataset(40)), 5)["g_loss"] for _ in range(2)]
    assert history["g_loss"] == pytest.approx([float(row.mean()) for row in rows], rel=1e-5)
    assert np.ptp(rows[0]) > 1e-3  # The last iteration is not the mean.
    running = [logs["g_loss"] for logs in batches.logs[: len(batches.logs) // 2]]
    ends = [1, 2, 3, 4, 5] if steps_per_execution == 1 else [3, 5]
    assert running == pytest.approx([float(rows[0][:end].mean()) for end in ends], rel=1e-5)


@pytest.mark.parametrize("replicas", [1, 2])
def test_a_smaller_last_batch_is_used_or_dropped_with_a_warning(replicas):
    def shown(count, k):
        with (mirrored() if replicas == 2 else tf.distribute.OneDeviceStrategy("CPU:0")).scope():
            model = game(discriminator_steps=k)
        model.fit(dataset(count, size=8), verbose=0, shuffle=False)
        return int(model.images_shown.numpy())

    assert shown(20, k=2) == 20  # 8 + 8 + 4
    with pytest.warns(UserWarning, match="the last 6 samples of the epoch are not used: a batch of 6 .* a multiple of"):
        assert shown(22, k=4) == 16


@pytest.mark.parametrize(
    ("k", "accumulation", "message"),
    [
        (3, 1, r"a batch of 8 samples cannot be split: an iteration takes k·b samples, here k = 3 .* a multiple of 3"),
        (1, 3, "a batch of 8 samples cannot be split: .* in 3 micro-batch.*: expected a multiple of 3"),
    ],
)
@pytest.mark.filterwarnings("ignore:accumulation=3:UserWarning")
def test_a_batch_that_cannot_be_split_evenly_is_refused(k, accumulation, message):
    model = game(discriminator_steps=k, accumulation=accumulation)
    with pytest.raises(errors.UserError, match=message):
        model.train_step(tf.constant(images(8)))
    with pytest.raises(errors.UserError, match=message):
        model.fit(dataset(32), verbose=0, shuffle=False)
    with pytest.raises(errors.UserError, match="a batch of 4 samples"):  # It is smaller, but not the last.
        model.fit(((images(size),) for size in (6, 4, 6)), steps_per_epoch=3, shuffle=False, verbose=0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected a multiple of 3"):  # The graph knows no size.
        model.train_iterations(iter(dataset(32)), 1)


def test_every_sample_of_an_iteration_is_used():
    seen = []

    class Recorder(keras.layers.Layer):
        def call(self, inputs):
            seen.append(inputs.numpy()[:, 0] if hasattr(inputs, "numpy") else None)
            return inputs

    samples, latents = keras.Input((1,), name="samples"), keras.Input((1,), name="latents")
    generator = keras.Model(latents, keras.layers.Dense(1, kernel_initializer="zeros")(latents))
    model = gan.GAN(
        generator,
        keras.Model(samples, keras.layers.Dense(1)(Recorder()(samples))),
        discriminator_steps=2,
        accumulation=2,
    )
    model.compile(run_eagerly=True)
    seen.clear()
    model.fit(np.arange(1.0, 9.0, dtype="float32")[:, None], batch_size=8, shuffle=False, verbose=0)
    assert sorted(np.concatenate(seen)[np.concatenate(seen) >= 1]) == list(range(1, 9))
    assert int(model.images_shown.numpy()) == 8


def test_run_eagerly_runs_eagerly():
    modes = []

    class Mode(keras.layers.Layer):
        def call(self, inputs):
            modes.append(tf.executing_eagerly())
            return inputs

    samples, latents = keras.Input((2,), name="samples"), keras.Input((2,), name="latents")
    model = gan.GAN(
        keras.Model(latents, keras.layers.Dense(2)(latents)),
        keras.Model(samples, keras.layers.Dense(1)(Mode()(samples))),
    )
    for run_eagerly in (True, False):
        model.compile(run_eagerly=run_eagerly)
        modes.clear()
        model.fit(np.zeros((4, 2), "float32"), batch_size=2, verbose=0)
        assert modes and set(modes) == {run_eagerly}
    model.compile(run_eagerly=True)
    eager = model.train_iterations(iter(tf.data.Dataset.from_tensors(np.zeros((4, 2), "float32")).repeat()), 2)
    assert eager["g_loss"].shape == (2,)


@pytest.mark.parametrize("argument", ["loss", "metrics", "optimizer", "loss_weights", "weighted_metrics"])
def test_arguments_of_keras_that_mean_nothing_here_are_refused(argument):
    with pytest.raises(errors.UserError, match=f"GAN.compile does not take {argument}: the losses are those of the"):
        game().compile(**{argument: "mse"})


@pytest.mark.parametrize("kind", ["constants", "float16", "schedules"])
def test_a_reloaded_game_goes_on(kind, tmp_path):
    model = game(policy="mixed_float16" if kind == "float16" else "float32", schedule_images=64)
    scheduled = {"generator_learning_rate": "linear:1e-3:1e-4", "beta_2": "linear:0.9:0.99"}
    config = recipe("dcgan", **(scheduled if kind == "schedules" else {})).game
    rates = (config.generator_learning_rate, config.discriminator_learning_rate)
    model.compile(*(optimizers.build(config, rate, 64) for rate in rates), steps_per_execution=2)

    def batches(first):
        return iter(dataset(64).skip(first))

    model.train_iterations(batches(0), 2)
    model.save(tmp_path / "game.keras")
    loaded = keras.models.load_model(tmp_path / "game.keras")
    assert int(loaded.iteration.numpy()) == 2 and loaded.steps_per_execution == 2
    for one in (model, loaded):
        one.train_iterations(batches(2), 2)
    for ours, theirs in zip(tiny.weights(loaded), tiny.weights(model), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert float(loaded.generator_optimizer.learning_rate) == float(model.generator_optimizer.learning_rate)
    assert len(loaded.generator_optimizer.variables) == len(model.generator_optimizer.variables)


def test_config_and_keras_file_of_a_game_that_was_not_compiled(tmp_path):
    model = gan.GAN(
        *tiny.networks(),
        objective="hinge",
        discriminator_steps=2,
        latents="normal",
        ema_half_life_images="linear:100:500",
        seed=9,
    )
    model.save(tmp_path / "game.keras")
    loaded = keras.models.load_model(tmp_path / "game.keras")
    latents = np.ones((2, 8), "float32")
    np.testing.assert_array_equal(loaded(latents), model(latents))
    for name, value in model.get_config().items():
        assert name in ("generator", "discriminator") or loaded.get_config()[name] == value, name
    assert (loaded.discriminator_steps, loaded.latents, loaded.seed, loaded.compiled) == (2, "normal", 9, False)


@pytest.mark.parametrize("option", [{"clipnorm": 0.01}, {"global_clipnorm": 0.01}, {"clipvalue": 0.001}])
def test_a_users_gradient_clipping_means_the_same_on_two_replicas(option):
    def trained(strategy):
        with strategy.scope():
            model = game()
            model.compile(keras.optimizers.SGD(1.0, **option), keras.optimizers.SGD(1.0, **option))
        batches = tiny.pipeline.distribute(strategy, samples=tiny.images()[:, :2, :2], seed=1, batch_size=8)
        before = [array.copy() for array in tiny.weights(model)]
        model.train_iterations(iter(batches), 1)
        return before, tiny.weights(model)

    before, alone = trained(tf.distribute.OneDeviceStrategy("CPU:0"))
    _, pair = trained(tiny.two_replicas())
    moved = tiny.distance(before, alone)
    assert 0 < moved and tiny.distance(pair, alone) < 0.01 * min(moved, 1e-3)
