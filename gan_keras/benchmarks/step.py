"""Images/s of the training step of recipes, beside what was measured before."""

import datetime
import json
import pathlib
import statistics

import keras

from gan_keras import errors
from gan_keras.benchmarks.noise import NoiseGame
from gan_keras.benchmarks.recipes import ON_A_CPU
from gan_keras.config import recipes
from gan_keras.runs import environment

SECONDS = 1.5  # Of a round: longer ones do not make the medians any better.
SETTINGS = ("recipe", "precision", "batch_size", "resolution", "width", "hardware")


def measure(names=None, precision="float32", batch_size=64, resolution=32, rounds=7, history=None):
    """Prints the median images/s of each recipe's step, which reads, measures and saves nothing.

    Args:
        names: names of the recipes (default: all), with widths that suit a CPU.
        precision: of the networks.
        batch_size: real images of an update.
        resolution: side of the images, which are noise.
        rounds: number of rounds of about 1.5 s, after two iterations that trace the graph and choose their length.
        history: JSON Lines file or None. A rate is printed with its ratio to the last one in the file of the same
            recipe, settings and hardware, and added to the file.

    Raises:
        UserError: an unknown recipe, or a file that holds something else.
    """
    before, made = _read(history), environment.environment()
    names = names or list(recipes.RECIPES)
    for name in names:
        recipes.recipe(name)  # An unknown name is refused before the others are measured.
    for name in names:
        settings = {"precision": precision, "batch_size": batch_size, "resolution": resolution}
        game = NoiseGame(name, **ON_A_CPU.get(name, {}) | settings)
        iterations = game.iterations_of(SECONDS)
        rates = [game.images_per_second(iterations) for _ in range(rounds)]
        record = {
            "recipe": name,
            "precision": precision,
            "batch_size": batch_size,
            "resolution": resolution,
            "width": game.config.game.width,
            "hardware": made["hardware"],
            "images_per_second": round(statistics.median(rates), 1),
            "measured": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "versions": made["versions"],
            "git_revision": made["git_revision"],
        }
        alike = [other for other in before if all(other[key] == record[key] for key in SETTINGS)]
        print(f"{name:12} {_compared(record, alike)}   rounds: {' '.join(f'{rate:.1f}' for rate in rates)}", flush=True)
        if history:
            with open(history, "a") as file:
                file.write(json.dumps(record) + "\n")
        keras.utils.clear_session()


def _read(history):
    """Returns the records of a history; none of a file that does not exist yet."""
    path = pathlib.Path(history) if history else None
    if path is None or not path.exists():
        return []
    try:
        records = [json.loads(line) for line in path.read_text().splitlines()]
        if not all({*SETTINGS, "images_per_second", "measured"} <= record.keys() for record in records):
            raise ValueError("its lines are not rates of steps")
    except (OSError, ValueError, AttributeError) as error:
        raise errors.UserError(f"--history={history} cannot be read: {error}") from error
    return records


def _compared(record, alike):
    rate = record["images_per_second"]
    if not alike:
        return f"{rate:8.1f} images/s"
    last = alike[-1]
    return f"{rate:8.1f} images/s, {rate / last['images_per_second']:.2f} times that of {last['measured']}"
