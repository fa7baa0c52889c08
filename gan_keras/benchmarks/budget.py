"""How many images a training gets in so many minutes: as many as its own speed allows, which is measured before.

A result then does not depend on what else the machine did in those minutes, and a training that is interrupted goes on
where it was.
"""

import json
import pathlib
import statistics

import keras

from gan_keras.runtime import files
from gan_keras.training.dry_run import images_per_second
from gan_keras.training.dry_run import prepare

NAME = "images_per_second.json"
SHARE = 0.97  # Of the measured speed: ticks, grids and checkpoints take the rest.
ROUND = 1000  # Images are a multiple of so many, rounded up to whole iterations.
MEASUREMENTS = 3


class Budget:
    """Images/s of trainings by name, kept in a file.

    Args:
        folder: of the file.
    """

    def __init__(self, folder):
        self._path = pathlib.Path(folder) / NAME
        self._rates = json.loads(self._path.read_text()) if self._path.exists() else {}

    def rate(self, name, config):
        """Returns the images/s of a config; measured before under that name, or now, while nothing else should run."""
        if name not in self._rates:
            self._rates[name] = round(_rate(config), 1)
            print(f"{name}: {self._rates[name]} images/s", flush=True)
            files.write_text(self._path, json.dumps(self._rates, indent=1, ensure_ascii=False) + "\n")
        return self._rates[name]

    def images(self, name, config, minutes):
        """Returns the images of a training of so many minutes, a multiple of an iteration's."""
        iteration = config.game.iteration_images
        images = int(SHARE * self.rate(name, config) * 60 * minutes) // ROUND * ROUND
        return max(1, -(-images // iteration)) * iteration


def _rate(config):
    resolved, gan = prepare(config)
    batches, iteration = iter(resolved.batches(gan.distribute_strategy)), config.game.iteration_images
    rate = statistics.median(images_per_second(gan, batches, iteration) for _ in range(MEASUREMENTS))
    keras.utils.clear_session()
    return rate
