"""Whole iterations, computed by hand in NumPy: which update sees which samples, latents, terms and weights.

The networks are G(z) = a·z and D(x) = w·x or D(x) = w·x² on images of one pixel, trained by gradient descent.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from gan_keras.game import gan
from gan_keras.objectives import Objective
from gan_keras.runtime import randomness

RATE = 0.5
BATCH = 3
SEED = 4


def networks(square=False, classes=0):
    """Returns G(z) = a·z and D(x) = w·x, or w·x²; with classes, D also returns class logits v·x."""
    latents = keras.Input((1,), name="latents")
    images = keras.layers.Reshape((1, 1, 1))(keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")(latents))
    pictures = keras.Input((1, 1, 1), name="images")
    x = keras.layers.Flatten()(pictures)
    logits = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")(ops.square(x) if square else x)
    if classes:
        rising = keras.initializers.Constant(np.arange(1.0, classes + 1)[None])
        named = keras.layers.Dense(classes, use_bias=False, kernel_initializer=rising)(x)
        outputs = {"logits": logits, "class_logits": named}
    return keras.Model(latents, images), keras.Model(pictures, outputs if classes else logits)


def game(objective, k=1, rate=RATE, **options):
    model = gan.GAN(*networks(**options), objective=objective, discriminator_steps=k, latents="uniform", seed=SEED)
    model.compile(keras.optimizers.SGD(rate), keras.optimizers.SGD(rate))
    return model


def real_images(k=1):
    return np.linspace(-1, 1.2, k * BATCH).astype("float32")


def step(model, real, **conditions):
    """Runs an iteration; returns its results."""
    batch = {"samples": tf.constant(real.reshape(-1, 1, 1, 1))}
    batch |= {name: tf.constant(values) for name, values in conditions.items()}
    return {name: float(value) for name, value in model.train_step(batch).items()}


def latents(sub_step, iteration=0):
    key = randomness.key(SEED, "latents", iteration, sub_step)
    return randomness.latents([BATCH, 1], "uniform", key).numpy()[:, 0]


def weights(model):
    """Returns a and the weights of D."""
    return [weight.ravel().tolist() for weight in (*model.generator.get_weights(), *model.discriminator.get_weights())]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("loss", ["non_saturating", "minimax"])
@pytest.mark.parametrize("k", [1, 2])
def test_the_first_gan(loss, k):
    model, real = game(Objective(loss, l2=0.1), k), real_images(k)
    logs = step(model, real)

    a, w, of_steps, norms = 1.0, 1.0, [], []
    for sub_step in range(k):
        x, fake = real[sub_step * BATCH : (sub_step + 1) * BATCH], a * latents(sub_step)
        gradient = np.mean(-(1 - sigmoid(w * x)) * x) + np.mean(sigmoid(w * fake) * fake) + 0.1 * w
        on_real, on_fake = sigmoid(w * x), sigmoid(w * fake)
        of_steps.append(
            [
                np.mean(-np.log(on_real)),
                np.mean(-np.log(1 - on_fake)),
                np.mean(on_real),
                np.mean(on_fake),
                np.mean(np.concatenate([on_real > 0.5, on_fake < 0.5])),
                np.mean(w * x) - np.mean(w * fake),
            ]
        )
        norms.append(abs(gradient))
        w -= RATE * gradient
    z = latents(k)  # new latents for G
    assert not np.allclose(z, latents(k - 1))
    d = sigmoid(w * a * z)
    g_loss, slope = (-np.log(d), -(1 - d)) if loss == "non_saturating" else (np.log(1 - d), -d)
    g_gradient = np.mean(slope * w * z) + 0.1 * a
    a -= RATE * g_gradient

    names = ("d_loss_real", "d_loss_fake", "D(x)", "D(G(z))", "d_accuracy", "logit_gap")
    assert logs.keys() == {*names, "d_gradient_norm", "g_loss", "g_gradient_norm"}
    assert [logs[name] for name in names] == pytest.approx(np.mean(of_steps, axis=0), rel=1e-5)  # means over D's steps
    assert logs["d_gradient_norm"] == pytest.approx(np.mean(norms), rel=1e-4, abs=1e-6)
    assert logs["g_loss"] == pytest.approx(np.mean(g_loss), rel=1e-5)
    assert logs["g_gradient_norm"] == pytest.approx(abs(g_gradient), rel=1e-4, abs=1e-6)
    assert weights(model) == [[pytest.approx(a, rel=1e-5)], [pytest.approx(w, rel=1e-5)]]
    assert (int(model.iteration.numpy()), int(model.images_shown.numpy())) == (1, k * BATCH)


def test_wgan_clips_the_critic_after_each_of_its_updates_and_never_the_generator():
    k, limit = 2, 0.1
    model, real = game(Objective("wasserstein", clip=limit), k, rate=2.0), real_images(k)
    logs = step(model, real)

    w, losses = 1.0, []
    unclipped = []
    for sub_step in range(k):
        x, fake = real[sub_step * BATCH : (sub_step + 1) * BATCH], latents(sub_step)
        losses.append([np.mean(-w * x), np.mean(w * fake)])
        w -= 2.0 * (np.mean(-x) + np.mean(fake))
        unclipped.append(w)
        w = float(np.clip(w, -limit, limit))
    a = 1.0 - 2.0 * np.mean(-w * latents(k))
    assert max(np.abs(unclipped)) > limit and abs(a) > limit
    assert [logs["d_loss_real"], logs["d_loss_fake"]] == pytest.approx(np.mean(losses, axis=0), rel=1e-5)
    assert logs["g_loss"] == pytest.approx(np.mean(-w * latents(k)), rel=1e-5)
    assert weights(model) == [[pytest.approx(a, rel=1e-5)], [pytest.approx(w, rel=1e-5)]]


def test_wgan_gp():
    model, real = game(Objective("wasserstein", gradient_penalty=10), rate=0.01, square=True), real_images()
    logs = step(model, real)

    fake, w = latents(0), 1.0
    alpha = randomness.uniform([BATCH, 1, 1, 1], randomness.key(SEED, "alpha", 0, 0)).numpy().ravel()
    between = alpha * real + (1 - alpha) * fake
    norm = np.abs(2 * w * between)  # of the gradient of w·x²
    penalty = 10 * np.mean((norm - 1) ** 2)
    slope = np.mean(-(real**2)) + np.mean(fake**2) + 10 * np.mean(2 * (norm - 1) * np.abs(2 * between))
    w -= 0.01 * slope
    z = latents(1)
    a = 1.0 - 0.01 * np.mean(-w * 2 * z**2)  # a = 1
    assert logs["gradient_penalty"] == pytest.approx(penalty, rel=1e-4)
    assert [logs["d_loss_real"], logs["d_loss_fake"]] == pytest.approx(
        [np.mean(-(real**2)), np.mean(fake**2)], rel=1e-5
    )
    assert [logs["real_logits"], logs["fake_logits"]] == pytest.approx([np.mean(real**2), np.mean(fake**2)], rel=1e-5)
    assert logs["g_loss"] == pytest.approx(np.mean(-w * z**2), rel=1e-5)
    assert weights(model) == [[pytest.approx(a, rel=1e-5)], [pytest.approx(w, rel=1e-5)]]


@pytest.mark.parametrize("interval", [1, 2])
def test_r3gan_pairs_real_and_generated_and_penalizes_both(interval):
    objective = Objective("relativistic_pairing", r1="linear:0.2:0.4:6", r2=0.3, penalty_interval=interval)
    model, w, a = game(objective, rate=0.1, square=True), 1.0, 1.0
    for iteration in range(2):
        real = real_images() + 0.1 * iteration
        logs = step(model, real)
        fake, due = a * latents(0, iteration), interval if iteration % interval == 0 else 0
        r1 = (0.2 + 0.2 * iteration * BATCH / 6) * due  # the weight now; 3 of 6 images are shown in an iteration
        r2 = 0.3 * due
        pairs = np.log1p(np.exp(w * fake**2 - w * real**2))
        slope = np.mean(sigmoid(w * fake**2 - w * real**2) * (fake**2 - real**2))
        assert logs["d_loss_pairs"] == pytest.approx(np.mean(pairs), rel=1e-5)
        assert logs["r1"] == pytest.approx(r1 * np.mean((2 * w * real) ** 2 / 2), rel=1e-4)
        assert logs["r2"] == pytest.approx(r2 * np.mean((2 * w * fake) ** 2 / 2), rel=1e-4)
        w -= 0.1 * (slope + r1 * np.mean(4 * w * real**2) + r2 * np.mean(4 * w * fake**2))
        z = latents(1, iteration)
        fake = a * z
        g_loss = np.log1p(np.exp(w * real**2 - w * fake**2))  # against the real images of D's update
        a -= 0.1 * np.mean(-sigmoid(w * real**2 - w * fake**2) * w * 2 * a * z**2)
        assert logs["g_loss"] == pytest.approx(np.mean(g_loss), rel=1e-5)
        assert weights(model) == [[pytest.approx(a, rel=1e-5)], [pytest.approx(w, rel=1e-5)]]


def test_a_lazy_penalty_counts_the_updates_of_d():
    """Of four updates in two iterations with k = 2, the first and the fourth are due at every third."""
    model = game(Objective("hinge", r1=1.0, penalty_interval=3), k=2, rate=0.0, square=True)
    real = real_images(2)
    penalties = [np.mean((2 * real[rows]) ** 2 / 2) for rows in (slice(BATCH), slice(BATCH, None))]
    assert step(model, real)["r1"] == pytest.approx(3 * penalties[0] / 2, rel=1e-5)  # the mean over both updates
    assert step(model, real)["r1"] == pytest.approx(3 * penalties[1] / 2, rel=1e-5)


def test_acgan_names_the_class_of_real_images_in_d_and_of_generated_ones_in_g():
    weight, labels = 0.7, np.array([0, 1, 1], "int32")
    model, real = game(Objective(classification=weight), classes=2), real_images()
    logs = step(model, real, labels=labels)

    def classify(x, v):
        """Returns the mean cross entropy and the probabilities minus the one-hot labels."""
        exponentials = np.exp(np.outer(x, v))
        probabilities = exponentials / exponentials.sum(1, keepdims=True)
        return np.mean(-np.log(probabilities[np.arange(BATCH), labels])), probabilities - np.eye(2)[labels]

    w, v, fake = 1.0, np.array([1.0, 2.0]), latents(0)
    entropy, error = classify(real, v)
    assert logs["d_class_loss"] == pytest.approx(weight * entropy, rel=1e-5)
    w -= RATE * (np.mean(-(1 - sigmoid(w * real)) * real) + np.mean(sigmoid(w * fake) * fake))
    v = v - RATE * weight * np.mean(error * real[:, None], axis=0)
    z = latents(1)
    entropy, error = classify(z, v)
    assert logs["g_class_loss"] == pytest.approx(weight * entropy, rel=1e-5)
    a = 1.0 - RATE * (np.mean(-(1 - sigmoid(w * z)) * w * z) + weight * np.mean((error @ v) * z))
    assert weights(model) == [
        [pytest.approx(a, rel=1e-5)],
        [pytest.approx(value, rel=1e-5) for value in v],
        [pytest.approx(w, rel=1e-5)],
    ]


def test_micro_batches_share_the_update_of_the_whole_batch():
    whole, parts = (
        gan.GAN(
            *networks(square=True), objective=Objective("hinge", r1=0.1, l2=0.2), accumulation=accumulation, seed=SEED
        )
        for accumulation in (1, 3)
    )
    logs = []
    for model in (whole, parts):
        model.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE))
        logs.append(step(model, real_images(2)))
    assert logs[0] == pytest.approx(logs[1], rel=1e-5)
    assert np.ravel(weights(parts)) == pytest.approx(np.ravel(weights(whole)), rel=1e-5)


def test_weight_regularizers_and_activity_losses_belong_to_their_network():
    def regularized(network, activity):
        """Returns the network with an L2 regularizer on its dense layer, and an activity loss of its output."""

        def clone(layer):
            config = layer.get_config()
            if isinstance(layer, keras.layers.Dense):
                config |= {"kernel_regularizer": keras.regularizers.L2(0.5), "activity_regularizer": activity}
            return type(layer).from_config(config)

        twin = keras.models.clone_model(network, clone_function=clone)
        twin.set_weights(network.get_weights())
        twin.name = network.name
        return twin

    generator, discriminator = networks()
    activity = keras.regularizers.L2(0.25)
    model = gan.GAN(regularized(generator, None), regularized(discriminator, activity), latents="uniform", seed=SEED)
    model.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE))
    real = real_images()
    logs = step(model, real)
    w, fake = 1.0, latents(0)
    # 0.5·w² of the kernel once, and 0.25 · mean (w·x)² of each pass.
    expected = 0.5 + 0.25 * np.mean(real**2) + 0.25 * np.mean(fake**2)
    assert logs[f"{model.discriminator.name}_regularization"] == pytest.approx(expected, rel=1e-5)
    slope = np.mean(-(1 - sigmoid(real)) * real) + np.mean(sigmoid(fake) * fake)
    w -= RATE * (slope + 1.0 + 0.5 * np.mean(real**2) + 0.5 * np.mean(fake**2))
    z = latents(1)
    a = 1.0 - RATE * (np.mean(-(1 - sigmoid(w * z)) * w * z) + 1.0)
    assert logs[f"{model.generator.name}_regularization"] == pytest.approx(0.5, rel=1e-5)
    assert weights(model) == [[pytest.approx(a, rel=1e-5)], [pytest.approx(w, rel=1e-5)]]
