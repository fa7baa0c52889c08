"""Images/s of samples, which are the same in every batch, beside those of plain batches, which are not."""

import statistics
import time

import tensorflow as tf

from gan_keras.config import recipes
from gan_keras.game import build
from gan_keras.game import inputs
from gan_keras.game import sampling
from gan_keras.runtime import memory
from gan_keras.runtime import randomness

PLAIN = 64


def measure(recipe="dcgan", precision="float32", rounds=7, resolution=64, counts=(1, 64, 2048)):
    """Times samples and a plain batch of 64 in turn; prints images/s of each round and the medians.

    Args:
        recipe: recipe whose generator draws; one with classes draws without them.
        precision: its precision.
        rounds: number of rounds, after one of warm-up.
        resolution: side of the images, which have 3 channels.
        counts: numbers of seeds that are drawn by one call.

    Returns:
        dict from the numbers of seeds to the medians.
    """
    memory.keep_freed()  # As a training does.
    config = recipes.recipe(recipe, precision=precision, resolution=resolution)
    generator = build.build_generator(config, {"channels": 3})
    latents = randomness.sample_latents(tf.range(PLAIN), config.game.latent_dim, config.game.latents)
    plain = tf.function(lambda: inputs.generate(generator, latents, {}, training=False), autograph=False)
    draws = {f"seeds: {count}": (count, _sampler(generator, config.game.latents, count)) for count in counts}
    draws[f"a plain batch of {PLAIN}"] = PLAIN, lambda: plain().numpy()
    rates = {name: [] for name in draws}
    for round_number in range(rounds + 1):
        for name, (count, draw) in draws.items():
            calls = -(-PLAIN // count)  # A single call would be over too soon to be timed well.
            begun = time.perf_counter()
            for _ in range(calls):
                draw()
            if round_number:  # The first round includes the tracing of the graphs.
                rates[name].append(calls * count / (time.perf_counter() - begun))
    for name, values in rates.items():
        median, all_rounds = statistics.median(values), " ".join(f"{value:.0f}" for value in values)
        print(f"{name:22} {median:7.0f} images/s   rounds: {all_rounds}")
    return {count: statistics.median(rates[f"seeds: {count}"]) for count in counts}


def _sampler(generator, distribution, count):
    return lambda: sampling.generate(generator, distribution, range(count))
