"""What a training would be: its config, its networks, its speed and its length, without a run folder."""

import json
import math
import time

from gan_keras import build
from gan_keras import config as configs
from gan_keras import distribution
from gan_keras.training import callbacks
from gan_keras.training import trainer

SECONDS = 5.0
MOST_ITERATIONS = 50


def dry_run(config):
    """Prints the resolved config as JSON, the weights of G and D, and images/s and time, measured on the real data.

    Args:
        config: `Config`, as for `train`. Its images are prepared if they were not before; nothing else is written.

    Raises:
        UserError: as `train`.
    """
    strategy = distribution.make_strategy(config.training.strategy, config.training.logical_cpus)
    store, classes, config = trainer.prepare(config, strategy)
    config = trainer.with_schedule(config, config.training.images)
    with strategy.scope():
        gan = build.build_gan(config, store.images.shape[-1], classes and len(classes.names))
    print(json.dumps(configs.to_dict(config), indent=1))
    for player in (gan.generator, gan.discriminator):
        trainable = sum(math.prod(variable.shape) for variable in player.trainable_variables)
        print(f"{player.name}: {trainable:,} trainable weights")
    rate = _images_per_second(gan, iter(trainer.feed(config, store, classes, strategy)), config)
    images = config.training.images
    print(f"{rate:.1f} images/s: {images:,} images take about {callbacks.duration(images / rate)}")


def _images_per_second(gan, iterator, config):
    gan.play(iterator, 1)  # Traces the graph.
    begun, iterations = time.monotonic(), 0
    while iterations < MOST_ITERATIONS and time.monotonic() - begun < SECONDS:
        gan.play(iterator, 1)
        iterations += 1
    shown = iterations * config.game.batch_size * config.game.discriminator_steps
    return shown / (time.monotonic() - begun)
