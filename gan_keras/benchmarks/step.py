"""Images/s of our training step beside a plain Keras loop: same networks, batch and passes, interleaved in one process."""

import statistics
import time

import keras
import numpy as np
import tensorflow as tf

from gan_keras import build
from gan_keras import errors
from gan_keras import recipes

PLAIN = ("gan", "dcgan", "dcgan_paper")


def measure(recipe="dcgan", batch_size=64, rounds=5, iterations=4, precision="float32", resolution=64):
    """Times both in turn; prints images/s of each round, the medians and the ratio of the medians.

    Args:
        recipe: recipe whose networks both train, one of `PLAIN`.
        batch_size: real images of an iteration.
        rounds: interleaved rounds, after one of warm-up.
        iterations: iterations a round.
        precision: of our step; the plain loop is float32, as Keras' own examples are.
        resolution: side of the images.

    Returns:
        the ratio, ours / plain.

    Raises:
        UserError: a recipe that the plain loop does not play.
    """
    if recipe not in PLAIN:
        raise errors.UserError(f"recipe={recipe}: the plain loop plays the first game only, so choose {' or '.join(PLAIN)}")
    config = recipes.recipe(recipe, batch_size=batch_size, precision=precision, resolution=resolution)
    plain_config = recipes.recipe(recipe, batch_size=batch_size, resolution=resolution)
    images = np.random.default_rng(0).uniform(-1, 1, (batch_size, resolution, resolution, 3)).astype("float32")
    batches = iter(tf.data.Dataset.from_tensors(images).repeat())
    gan = build.build_gan(config, 3)
    contestants = {
        f"gan_keras, {precision}": lambda: gan.play(batches, iterations),
        "plain Keras loop, float32": _plain_loop(plain_config, images, iterations),
    }
    rates = {name: [] for name in contestants}
    for round_number in range(rounds + 1):
        for name, play in contestants.items():
            begun = time.perf_counter()
            play()
            rate = batch_size * iterations / (time.perf_counter() - begun)
            if round_number:  # The first is tracing and warm-up.
                rates[name].append(rate)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    for name, values in rates.items():
        print(f"{name:28} {medians[name]:7.1f} images/s   rounds: {' '.join(f'{value:.1f}' for value in values)}")
    ours, plain = medians.values()
    print(f"ratio of the medians: {ours / plain:.2f}")
    return ours / plain


def _plain_loop(config, images, iterations):
    """Returns the loop that a Keras user would write: stock layers, Adam, one `tf.function` a step."""
    generator = stock(build.build_generator(config, 3))
    discriminator = stock(build.build_discriminator(config, 3))
    optimizers = [keras.optimizers.Adam(2e-4, beta_1=0.5, epsilon=1e-8) for _ in range(2)]
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    images = tf.constant(images)
    batch, latent_dim = len(images), config.game.latent_dim

    @tf.function
    def step():
        fakes = generator(tf.random.uniform([batch, latent_dim], -1.0, 1.0), training=True)
        with tf.GradientTape() as tape:
            real_logits = discriminator(images, training=True)
            fake_logits = discriminator(fakes, training=True)
            loss = cross_entropy(tf.ones_like(real_logits), real_logits)
            loss += cross_entropy(tf.zeros_like(fake_logits), fake_logits)
        variables = discriminator.trainable_variables
        optimizers[0].apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        with tf.GradientTape() as tape:
            fakes = generator(tf.random.uniform([batch, latent_dim], -1.0, 1.0), training=True)
            fake_logits = discriminator(fakes, training=True)
            loss = cross_entropy(tf.ones_like(fake_logits), fake_logits)
        variables = generator.trainable_variables
        optimizers[1].apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    def play():
        for _ in range(iterations):
            step().numpy()

    return play


def stock(network):
    """Returns the same functional network with Keras' own batch normalization in place of ours."""
    def replace(layer):
        config = layer.get_config()
        if isinstance(layer, keras.layers.BatchNormalization):
            return keras.layers.BatchNormalization.from_config(config)
        return layer.__class__.from_config(config)

    return keras.models.clone_model(network, clone_function=replace)
