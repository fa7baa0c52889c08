"""The resolved config, the networks, the speed and the duration of a training, without a run folder."""

import json
import math
import time

from gan_keras import config as configs
from gan_keras.config import schema
from gan_keras.game import build
from gan_keras.game.gan import GAN
from gan_keras.runtime import memory
from gan_keras.runtime import replicas
from gan_keras.training import callbacks
from gan_keras.training import experiment

SECONDS = 5.0
MOST_ITERATIONS = 50


def dry_run(config: configs.Config) -> None:
    """Prints the resolved config as JSON, the weights of G and D, and images/s and duration, measured on the real data.

    Args:
        config: `Config`, as for `train`. Its images are prepared if they were not before; nothing else is written.

    Raises:
        UserError: as `train`.
    """
    resolved, gan = prepare(config)
    print(json.dumps(schema.to_dict(resolved.config), indent=1))
    if resolved.condition:
        print(f"labels: {resolved.condition.describe()}")
    for network in (gan.generator, gan.discriminator):
        trainable = sum(math.prod(variable.shape) for variable in network.trainable_variables)
        print(f"{network.name}: {trainable:,} trainable weights")
    batches = iter(resolved.batches(gan.distribute_strategy))
    rate = images_per_second(gan, batches, resolved.config.game.iteration_images)
    images, name = config.training.images, resolved.store.kind.name
    print(f"{rate:.1f} {name}/s: {images:,} {name} take about {callbacks.duration(images / rate)}")


def prepare(config: configs.Config) -> tuple[experiment.Experiment, GAN]:
    """Returns the `Experiment` of a config and its compiled `GAN`, in the state in which a training would start."""
    memory.keep_freed()  # As in the training whose speed is measured.
    strategy = replicas.make_strategy(config.training.strategy, config.training.logical_cpus)
    resolved = experiment.resolve(config, strategy.num_replicas_in_sync)
    resolved = resolved.with_schedule_images(config.training.images)
    with strategy.scope():
        return resolved, build.build_gan(resolved.config, resolved.sizes, resolved.condition)


def images_per_second(gan, iterator, iteration_images):
    """Returns the speed of training, measured over some seconds after the graph was traced."""
    gan.train_iterations(iterator, 1)  # Traces the graph.
    begun, iterations = time.monotonic(), 0
    while iterations < MOST_ITERATIONS and time.monotonic() - begun < SECONDS:
        gan.train_iterations(iterator, 1)
        iterations += 1
    return iterations * iteration_images / (time.monotonic() - begun)
