"""Images/s of the training step and of a plain Keras loop with the same networks, batch and passes, in one process."""

import statistics
import time

import keras
import tensorflow as tf

from gan_keras import errors
from gan_keras.benchmarks.noise import CHANNELS
from gan_keras.benchmarks.noise import NoiseGame
from gan_keras.config import recipes
from gan_keras.game import build
from gan_keras.layers import convolution
from gan_keras.layers.batch_normalization import BatchNormalization

PLAIN = ("gan", "dcgan", "dcgan_paper")
STOCK = {
    BatchNormalization: keras.layers.BatchNormalization,
    convolution.Conv2D: keras.layers.Conv2D,
    convolution.Conv2DTranspose: keras.layers.Conv2DTranspose,
}


def measure(recipe="dcgan", batch_size=64, rounds=7, iterations=4, precision="float32", resolution=64):
    """Times both in turn; prints images/s of each round, the medians and the ratio of the medians.

    Args:
        recipe: recipe whose networks both train, one of `PLAIN`.
        batch_size: real images of an iteration.
        rounds: number of rounds, after one of warm-up.
        iterations: iterations of a round.
        precision: of gan_keras; the plain loop is float32, as Keras' own examples are.
        resolution: side of the images.

    Returns:
        float, the median of gan_keras over that of the plain loop.

    Raises:
        UserError: a recipe whose loss or constraint the plain loop lacks.
    """
    if recipe not in PLAIN:
        raise errors.UserError(
            f"recipe={recipe}: the plain loop has only the loss of the first GAN: choose {', '.join(PLAIN)}"
        )
    game = NoiseGame(recipe, batch_size=batch_size, precision=precision, resolution=resolution)
    plain_config = recipes.recipe(recipe, batch_size=batch_size, resolution=resolution)
    loops = {
        f"gan_keras, {precision}": lambda: game.images_per_second(iterations),
        "plain Keras loop, float32": _plain_loop(plain_config, game.batch["samples"], iterations),
    }
    rates = {name: [] for name in loops}
    for round_number in range(rounds + 1):
        for name, train in loops.items():
            begun = time.perf_counter()
            train()
            rate = batch_size * iterations / (time.perf_counter() - begun)
            if round_number:  # The first round includes the tracing of the graphs.
                rates[name].append(rate)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    for name, values in rates.items():
        print(f"{name:28} {medians[name]:7.1f} images/s   rounds: {' '.join(f'{value:.1f}' for value in values)}")
    median, plain_median = medians.values()
    print(f"ratio of the medians: {median / plain_median:.2f}")
    return median / plain_median


def _plain_loop(config, images, iterations):
    """Returns a function that trains as a Keras user would: stock layers, Adam, one `tf.function` for a step."""
    generator = stock(build.build_generator(config, {"channels": CHANNELS}))
    discriminator = stock(build.build_discriminator(config, {"channels": CHANNELS}))
    optimizers = [keras.optimizers.Adam(2e-4, beta_1=0.5, epsilon=1e-8) for _ in range(2)]
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    batch, latent_dim = len(images), config.game.latent_dim

    @tf.function
    def step():
        fake = generator(tf.random.uniform([batch, latent_dim], -1.0, 1.0), training=True)
        with tf.GradientTape() as tape:
            real_logits = discriminator(images, training=True)
            fake_logits = discriminator(fake, training=True)
            loss = cross_entropy(tf.ones_like(real_logits), real_logits)
            loss += cross_entropy(tf.zeros_like(fake_logits), fake_logits)
        variables = discriminator.trainable_variables
        optimizers[0].apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        with tf.GradientTape() as tape:
            fake = generator(tf.random.uniform([batch, latent_dim], -1.0, 1.0), training=True)
            fake_logits = discriminator(fake, training=True)
            loss = cross_entropy(tf.ones_like(fake_logits), fake_logits)
        variables = generator.trainable_variables
        optimizers[1].apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    def train():
        for _ in range(iterations):
            step().numpy()

    return train


def stock(network):
    """Returns a functional network with Keras' own layers in place of ours that only compute in another way."""

    def replace(layer):
        return STOCK.get(type(layer), type(layer)).from_config(layer.get_config())

    return keras.models.clone_model(network, clone_function=replace)
