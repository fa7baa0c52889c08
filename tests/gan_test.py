"""The game: what an iteration does, number by number, and how it runs under plain Keras."""

import keras
import numpy as np
import psutil
import pytest
import tensorflow as tf

from gan_keras import gan
from gan_keras import random
from gan_keras.objectives import Objective
from tests import tiny


def linear_players():
    """Returns G(z) = a·z and D(x) = w·x on pictures of one pixel: a game that can be played by hand."""
    latents = keras.Input((1,), name="latents")
    images = keras.layers.Reshape((1, 1, 1))(keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")(latents))
    pictures = keras.Input((1, 1, 1), name="images")
    logits = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")(keras.layers.Flatten()(pictures))
    return keras.Model(latents, images), keras.Model(pictures, logits)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("loss", ["non_saturating", "minimax"])
@pytest.mark.parametrize("k", [1, 2])
def test_an_iteration_by_hand(loss, k):
    rate, batch = 0.5, 3
    model = gan.GAN(*linear_players(), objective=Objective(loss, l2=0.1), discriminator_steps=k, seed=4)
    model.compile(keras.optimizers.SGD(rate), keras.optimizers.SGD(rate))
    reals = np.linspace(-1, 1, k * batch).astype("float32").reshape(-1, 1, 1, 1)
    logs = {name: float(value) for name, value in model.train_step(tf.constant(reals)).items()}

    def latents(sub_step):
        return random.latents([batch, 1], "uniform", random.key(4, "latents", 0, sub_step)).numpy()[:, 0]

    a, w, of_steps, norms = 1.0, 1.0, [], []
    for step in range(k):
        x, fake = reals[step * batch : (step + 1) * batch, 0, 0, 0], a * latents(step)
        gradient = np.mean(-(1 - sigmoid(w * x)) * x) + np.mean(sigmoid(w * fake) * fake) + 0.1 * w
        on_real, on_fake = sigmoid(w * x), sigmoid(w * fake)
        losses = np.mean(-np.log(on_real)), np.mean(-np.log(1 - on_fake))
        of_steps.append([*losses, np.mean(on_real), np.mean(on_fake)])
        norms.append(abs(gradient))
        w -= rate * gradient
    z = latents(k)  # new noise for G
    assert not np.allclose(z, latents(k - 1))
    d = sigmoid(w * a * z)
    g_loss, slope = (-np.log(d), -(1 - d)) if loss == "non_saturating" else (np.log(1 - d), -d)
    g_gradient = np.mean(slope * w * z) + 0.1 * a
    a -= rate * g_gradient

    names = ("d_loss_real", "d_loss_fake", "D(x)", "D(G(z))")
    assert [logs[name] for name in names] == pytest.approx(np.mean(of_steps, axis=0), rel=1e-5)  # means over D's steps
    assert logs["d_gradient_norm"] == pytest.approx(np.mean(norms), rel=1e-4, abs=1e-6)
    assert logs["g_loss"] == pytest.approx(np.mean(g_loss), rel=1e-5)
    assert logs["g_gradient_norm"] == pytest.approx(abs(g_gradient), rel=1e-4, abs=1e-6)
    assert model.discriminator.get_weights()[0].item() == pytest.approx(w, rel=1e-5)
    assert model.generator.get_weights()[0].item() == pytest.approx(a, rel=1e-5)
    assert (int(model.iteration.numpy()), int(model.images_shown.numpy())) == (1, k * batch)


def test_the_moving_average_follows_all_of_g():
    model = tiny.game(ema_half_life_images=8)
    start = [weight.copy() for weight in model.ema_generator.get_weights()]
    model.train_step(tf.constant(tiny.images(8) / 127.5 - 1.0, tf.float32))
    half_life = 0.05 * 8  # the ramp: 5 % of the images shown
    decay = 0.5 ** (8 / half_life)
    now = model.generator.get_weights()
    for average, old, new in zip(model.ema_generator.get_weights(), start, now, strict=True):
        np.testing.assert_allclose(average, decay * old + (1 - decay) * new, rtol=1e-5, atol=1e-7)
    names = [variable.path for variable in model.ema_generator.variables]
    assert any("moving_variance" in name for name in names)


def test_call_and_generate_are_the_moving_average():
    model = tiny.game()
    model.train_step(tf.constant(tiny.images(8) / 127.5 - 1.0, tf.float32))
    latents = np.ones((2, 8), "float32")
    np.testing.assert_array_equal(model(latents), model.ema_generator(latents, training=False))
    assert not np.array_equal(model(latents), model.generator(latents, training=False))
    pictures = model.generate(range(5))
    assert pictures.shape == (5, 16, 16, 3) and pictures.dtype == np.uint8
    np.testing.assert_array_equal(pictures[3:4], model.generate([3]))
    assert not np.array_equal(pictures[0], pictures[1])
    with pytest.raises(ValueError, match="no seeds"):
        model.generate([])


def test_plain_fit_on_one_device_and_under_a_strategy():
    batches = tf.data.Dataset.from_tensor_slices(tiny.images(32).astype("float32") / 127.5 - 1.0).batch(8)
    model = tiny.game()
    history = model.fit(batches, epochs=2, verbose=0, shuffle=False).history
    assert int(model.iteration.numpy()) == 8 and len(history["g_loss"]) == 2
    strategy = tf.distribute.MirroredStrategy(
        ["CPU:0", "CPU:1"], cross_device_ops=tf.distribute.ReductionToOneDevice()
    )
    with strategy.scope():
        mirrored = tiny.game()
    mirrored.fit(batches, epochs=2, verbose=0, shuffle=False)
    for ours, theirs in zip(tiny.weights(mirrored), tiny.weights(model), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_portions_of_iterations_do_not_matter():
    one = tf.distribute.OneDeviceStrategy("CPU:0")
    whole, logs = tiny.play(one, 4)
    with one.scope():
        parted = tiny.game()
    batches = iter(tiny.pipeline.distribute(one, images=tiny.images(), seed=1, batch_size=8, flip=True))
    rows = [parted.play(batches, 1), parted.play(batches, 3)]
    for name, values in logs.items():
        assert np.concatenate([row[name] for row in rows]).tolist() == values.tolist()
    for ours, theirs in zip(tiny.weights(parted), tiny.weights(whole), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_conditional_pair_of_a_user():
    latents, labels = keras.Input((4,), name="latents"), keras.Input((), dtype="int32", name="labels")
    embedded = keras.layers.Embedding(3, 4)(labels)
    pixels = keras.layers.Dense(12, activation="tanh")(keras.layers.Concatenate()([latents, embedded]))
    generator = keras.Model([latents, labels], keras.layers.Reshape((2, 2, 3))(pixels))
    images, classes = keras.Input((2, 2, 3), name="images"), keras.Input((), dtype="int32", name="labels")
    features = keras.layers.Concatenate()([keras.layers.Flatten()(images), keras.layers.Embedding(3, 4)(classes)])
    discriminator = keras.Model([images, classes], keras.layers.Dense(1)(features))
    model = gan.GAN(generator, discriminator, latents="normal")
    model.compile()
    pictures = np.zeros((8, 2, 2, 3), "float32")
    batches = tf.data.Dataset.from_tensor_slices((pictures, np.arange(8, dtype="int32") % 3)).batch(4)
    history = model.fit(batches, epochs=1, verbose=0, shuffle=False).history
    assert np.isfinite(history["g_loss"]).all()
    same_seed = model.generate([1, 1], labels=[0, 2])
    assert same_seed.shape == (2, 2, 2, 3) and not np.array_equal(same_seed[0], same_seed[1])


@pytest.mark.filterwarnings("ignore:`compile\\(\\)` was not called:UserWarning")
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving
def test_config_and_keras_file(tmp_path):
    model = tiny.game(discriminator_steps=2, latents="normal", ema_half_life_images=500, seed=9)
    model.train_step(tf.constant(tiny.images(8) / 127.5 - 1.0, tf.float32))
    model.save(tmp_path / "game.keras")
    loaded = keras.models.load_model(tmp_path / "game.keras")
    latents = np.ones((2, 8), "float32")
    np.testing.assert_array_equal(loaded(latents), model(latents))
    assert (loaded.discriminator_steps, loaded.latents, loaded.seed) == (2, "normal", 9)
    assert loaded.objective == model.objective and int(loaded.images_shown.numpy()) == 8


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(policy):
    model = tiny.game(policy=policy, learning_rate=1e-3)
    batch = tf.constant(tiny.images(8) / 127.5 - 1.0, tf.float32)
    logs = model.train_step(batch)
    exact = tiny.game(learning_rate=1e-3).train_step(batch)
    for name, value in exact.items():
        assert float(logs[name]) == pytest.approx(float(value), rel=0.1), name
    scaled = isinstance(model.generator_optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (policy == "mixed_float16")


@pytest.mark.slow
def test_memory_does_not_grow_over_2000_steps():
    model = tiny.game(learning_rate=1e-4)
    batches = iter(tiny.pipeline.batches(tiny.images(), seed=0, batch_size=8))
    process = psutil.Process()
    for _ in range(10):
        model.play(batches, 50)
    before = process.memory_info().rss
    for _ in range(40):
        model.play(batches, 50)
    growth = (process.memory_info().rss - before) / 2**20
    print(f"resident memory grew by {growth:.1f} MB over 2 000 steps")
    assert growth < 16
