"""The game beside its training step: the moving average, samples, precision, any functional networks."""

import keras
import numpy as np
import psutil
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.augment import Augmentation
from gan_keras.config import recipe
from gan_keras.game import gan
from gan_keras.networks import dcgan
from gan_keras.networks import resnet
from gan_keras.objectives import Objective
from gan_keras.runtime import randomness
from tests import tiny


def batch(count=8):
    """Returns images as networks take them, float32 (count, 16, 16, 3)."""
    return tf.constant(tiny.images(count) / 127.5 - 1.0, tf.float32)


def test_the_moving_average_follows_all_of_g():
    model = tiny.game(ema_half_life_images=8)
    start = [weight.copy() for weight in model.ema_generator.get_weights()]
    model.train_step(batch())
    half_life = 0.05 * 8  # the ramp: 5 % of the images shown
    decay = 0.5 ** (8 / half_life)
    now = model.generator.get_weights()
    for average, old, new in zip(model.ema_generator.get_weights(), start, now, strict=True):
        np.testing.assert_allclose(average, decay * old + (1 - decay) * new, rtol=1e-5, atol=1e-7)
    names = [variable.path for variable in model.ema_generator.variables]
    assert any("moving_variance" in name for name in names)


class Counter(keras.layers.Layer):
    """Counts its calls in training, in an integer."""

    def build(self, input_shape):
        self.calls = self.add_weight(name="calls", shape=(), dtype="int32", initializer="zeros", trainable=False)

    def call(self, inputs, training=False):
        if training:
            self.calls.assign_add(1)
        return inputs


@pytest.mark.parametrize("replicas", [1, 2])
def test_a_generator_with_noise_and_integer_state(replicas):
    """The average copies what is no floating-point number, such as the state of Dropout."""
    with (tiny.two_replicas() if replicas == 2 else tf.distribute.OneDeviceStrategy("CPU:0")).scope():
        latents = keras.Input((4,), name="latents")
        x = keras.layers.GaussianNoise(0.1)(keras.layers.Dropout(0.5)(Counter()(keras.layers.Dense(12)(latents))))
        generator = keras.Model(latents, keras.layers.Reshape((2, 2, 3))(x))
        model = gan.GAN(generator, pixel_discriminator())
        model.compile()
    model.fit(np.zeros((8, 2, 2, 3), "float32"), batch_size=4, verbose=0)
    states = [variable for variable in model.generator.variables if not variable.dtype.startswith("float")]
    averaged = [variable for variable in model.ema_generator.variables if not variable.dtype.startswith("float")]
    assert len(states) == 3
    for state, average in zip(states, averaged, strict=True):
        np.testing.assert_array_equal(average, state)
    assert model.generate([1]).shape == (1, 2, 2, 3)


def pixel_discriminator(**outputs):
    """Returns a linear D for images of 2 × 2 × 3; with further outputs, a dict."""
    images = keras.Input((2, 2, 3), name="images")
    features = keras.layers.Flatten()(images)
    logits = keras.layers.Dense(1)(features)
    if not outputs:
        return keras.Model(images, logits)
    return keras.Model(images, {"logits": logits} | {name: make(features) for name, make in outputs.items()})


def pixel_generator(name="latents"):
    """Returns a linear G of images of 2 × 2 × 3."""
    latents = keras.Input((4,), name=name)
    return keras.Model(latents, keras.layers.Reshape((2, 2, 3))(keras.layers.Dense(12)(latents)))


def test_call_and_generate_are_the_moving_average():
    model = tiny.game()
    model.train_step(batch())
    latents = np.ones((2, 8), "float32")
    np.testing.assert_array_equal(model(latents), model.ema_generator(latents, training=False))
    assert not np.array_equal(model(latents), model.generator(latents, training=False))
    images = model.generate(range(5))
    assert images.shape == (5, 16, 16, 3) and images.dtype == np.uint8
    np.testing.assert_array_equal(images[3:4], model.generate([3]))
    assert not np.array_equal(images[0], images[1])
    with pytest.raises(ValueError, match="no seeds"):
        model.generate([])
    with pytest.raises(
        errors.UserError, match="labels were given, and this generator has no such input: expected none"
    ):
        model.generate([0], labels=[1])


def test_portions_of_iterations_do_not_matter():
    one = tf.distribute.OneDeviceStrategy("CPU:0")
    whole, logs = tiny.train(one, 4)
    with one.scope():
        parted = tiny.game()
    batches = iter(tiny.pipeline.distribute(one, samples=tiny.images(), seed=1, batch_size=8, flip=True))
    rows = [parted.train_iterations(batches, 1), parted.train_iterations(batches, 3)]
    for name, values in logs.items():
        assert np.concatenate([row[name] for row in rows]).tolist() == values.tolist()
    for ours, theirs in zip(tiny.weights(parted), tiny.weights(whole), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(policy):
    model = tiny.game(policy=policy, learning_rate=1e-3)
    logs = model.train_step(batch())
    exact = tiny.game(learning_rate=1e-3).train_step(batch())
    for name, value in exact.items():
        assert float(logs[name]) == pytest.approx(float(value), rel=0.1), name
    scaled = isinstance(model.generator_optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (policy == "mixed_float16")


def test_the_loss_scale_covers_every_network_that_a_gradient_passes():
    def scaled(generator_policy, discriminator_policy):
        model = gan.GAN(tiny.networks(policy=generator_policy)[0], tiny.networks(policy=discriminator_policy)[1])
        model.compile()
        optimizers = (model.generator_optimizer, model.discriminator_optimizer)
        return [isinstance(optimizer, keras.optimizers.LossScaleOptimizer) for optimizer in optimizers]

    assert scaled("float32", "mixed_float16") == [True, True]  # G's gradient passes through D.
    assert scaled("mixed_float16", "float32") == [True, False]
    assert scaled("float32", "float32") == [False, False]


def test_every_random_number_has_a_key_of_its_own(monkeypatch):
    keys, key = [], randomness.key

    def recorded(seed, stream, iteration, sub_step=0):
        keys.append((stream, sub_step))
        return key(seed, stream, iteration, sub_step)

    monkeypatch.setattr(randomness, "key", recorded)
    model = tiny.game(augmentation=Augmentation("diffaugment"), discriminator_steps=2)
    model.train_step(batch())
    of_d = [(stream, sub_step) for sub_step in (0, 1) for stream in ("latents", "augment reals", "augment fakes")]
    assert sorted(keys) == sorted([*of_d, ("latents", 2), ("augment fakes", 2)])


def test_each_update_makes_one_power_iteration_in_its_network():
    generator = resnet.generator(16, width=2, latent_dim=8, spectral_normalization=True)
    discriminator = dcgan.discriminator(16, width=4, normalization="spectral")
    model = gan.GAN(generator, discriminator, discriminator_steps=2)
    model.compile(*(keras.optimizers.SGD(0.0) for _ in range(2)))
    layers = {"dense": generator.get_layer("dense"), "conv_4": discriminator.get_layer("conv_4")}
    for layer in layers.values():
        layer.u.assign(np.ones(layer.u.shape))
    model.train_step(batch())
    for name, iterations in {"dense": 1, "conv_4": 2}.items():
        matrix = np.asarray(layers[name].raw_kernel).reshape(-1, layers[name].u.shape[0])
        expected = np.ones(len(matrix[0]))
        for _ in range(iterations):
            expected = matrix.T @ (matrix @ expected)
        np.testing.assert_allclose(layers[name].u, expected / np.linalg.norm(expected), rtol=1e-4, atol=1e-6)


def test_a_name_stands_for_the_objective_the_updates_and_the_optimizers_of_the_recipe():
    generator, discriminator = pixel_generator(), pixel_discriminator()
    model = gan.GAN(generator, discriminator, objective="wgan_gp")
    model.compile()
    game = recipe("wgan_gp").game
    assert (model.objective.loss, str(model.objective.gradient_penalty)) == ("wasserstein", "10")
    assert (model.discriminator_steps, model.latents) == (5, "normal")
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        found = (float(optimizer.learning_rate.numpy()), optimizer.beta_1, optimizer.beta_2, optimizer.epsilon)
        assert found == (pytest.approx(1e-4), game.beta_1, game.beta_2.start, game.epsilon)
    model = gan.GAN(generator, discriminator, objective="wgan", discriminator_steps=2, latents="uniform")
    model.compile()
    assert (model.discriminator_steps, model.latents, model.objective.clip) == (2, "uniform", 0.01)
    assert isinstance(model.generator_optimizer, keras.optimizers.RMSprop)
    model = gan.GAN(generator, discriminator, objective="r3gan")
    assert str(model.objective.r1) == "cosine:2:0.2" and model.schedule_images == 250_000
    with pytest.raises(errors.UserError, match=r"unknown objective 'wgan-gp' \(did you mean 'wgan_gp'\?\)"):
        gan.GAN(generator, discriminator, objective="wgan-gp")


@pytest.mark.parametrize(
    ("discriminator", "objective", "message"),
    [
        (
            lambda: pixel_discriminator(features=keras.layers.Dense(2)),
            "hinge",
            "features.* no term of the loss uses all",
        ),
        (
            lambda: pixel_discriminator(class_logits=keras.layers.Dense(2)),
            "hinge",
            "class_logits.* no term of the loss",
        ),
        (
            pixel_discriminator,
            "acgan",
            "classification=1.0: it needs a D that returns a dict with logits and class_logits",
        ),
        (lambda: tiny.networks()[1], "dragan", r"dragan=10: .* batch normalization in D \(bn_4\) mixes the images"),
    ],
)
def test_discriminators_that_do_not_fit_are_refused(discriminator, objective, message):
    generator = tiny.networks()[0] if objective == "dragan" else pixel_generator()
    with pytest.raises(errors.UserError, match=message) as refused:
        gan.GAN(generator, discriminator(), objective=objective)
    assert "\n" not in str(refused.value)


def test_a_layer_that_no_term_depends_on_is_refused_by_name():
    images = keras.Input((2, 2, 3), name="images")
    unused = keras.layers.Dense(1, name="unused")
    x = keras.layers.Flatten()(images)
    logits = keras.layers.Dense(1)(x) + 0.0 * keras.ops.stop_gradient(unused(x))
    model = gan.GAN(pixel_generator(), keras.Model(images, logits))
    model.compile()
    with pytest.raises(errors.UserError, match="no term of the loss depends on unused/kernel, unused/bias of"):
        model.train_step(tf.zeros([4, 2, 2, 3]))


def test_an_input_that_the_batch_does_not_hold_is_refused_by_name():
    model = gan.GAN(pixel_generator("noise"), pixel_discriminator())
    model.compile()
    with pytest.raises(
        errors.UserError, match="has an input 'noise', and the batch holds only latents: name the input"
    ):
        model.train_step(tf.zeros([4, 2, 2, 3]))
    with pytest.raises(errors.UserError, match="the batch holds images: expected a dict with 'samples'"):
        model.train_step({"images": tf.zeros([4, 2, 2, 3])})


def test_r1_and_r2_beside_batch_normalization_are_played_with_a_warning():
    with pytest.warns(UserWarning, match=r"R1 and R2 beside batch normalization in D \(bn_4\)"):
        tiny.game(objective=Objective(r1=1))


def test_augmentation_without_effect_is_refused():
    with pytest.raises(errors.UserError, match="augment_probability=0.5: would have no effect"):
        Augmentation("none", 0.5)
    with pytest.raises(errors.UserError, match="augment_probability=adaptive: adaptive augmentation reads the sign"):
        gan.GAN(*tiny.networks(), objective="wasserstein", augmentation=Augmentation("ada"))


@pytest.mark.slow
def test_memory_does_not_grow_over_2000_steps():
    model = tiny.game(learning_rate=1e-4)
    batches = iter(tiny.pipeline.batches(tiny.images(), seed=0, batch_size=8))
    process = psutil.Process()
    for _ in range(10):
        model.train_iterations(batches, 50)
    before = process.memory_info().rss
    for _ in range(40):
        model.train_iterations(batches, 50)
    growth = (process.memory_info().rss - before) / 2**20
    print(f"resident memory grew by {growth:.1f} MB over 2 000 steps")
    assert growth < 16
