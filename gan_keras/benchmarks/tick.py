"""What a fast device waits for: the share of a training's time that goes to the ends of ticks.

The loop, its callbacks, checkpoints and networks are those of a training. Only the iterations are replaced, by a wait
that is as long as a fast device would need for them: such a device leaves the processor to everything else. Grids are
drawn for real, here by the processor; a GPU draws them faster.
"""

import contextlib
import pathlib
import statistics
import tempfile
import time

import numpy as np

from gan_keras import config as configs
from gan_keras.config import recipes
from gan_keras.game import build
from gan_keras.runs import checkpoint
from gan_keras.runs import run as runs
from gan_keras.runtime import memory
from gan_keras.runtime import replicas
from gan_keras.training import chief as chiefs
from gan_keras.training import experiment
from gan_keras.training import loop as loops
from gan_keras.training.signals import StopSignals
from gan_keras.training.tick import Tick

EVERY_TICK = {"checkpoint_seconds": 0.0, "grid_seconds": 0.0}
DATA = 256  # Images.


def measure(recipe="dcgan", rate=20_000, seconds=75.0, seconds_every_tick=15.0, **settings):
    """Prints what a device of some speed waits for, by the default cadence and with a grid and a checkpoint each tick.

    Args:
        recipe: whose networks are saved and draw the grids.
        rate: images/s of the device.
        seconds: of training by the default cadence that are played.
        seconds_every_tick: of training with a grid and a checkpoint each tick.
        **settings: further settings of both.

    Returns:
        float, the share of the time that goes to the ends of ticks by the default cadence.
    """
    memory.keep_freed()  # As a training does.
    share = _play(recipe, rate, seconds, settings)
    _play(recipe, rate, seconds_every_tick, settings | EVERY_TICK)
    return share


def _play(recipe, rate, seconds, settings):
    with tempfile.TemporaryDirectory() as folder:
        config = _config(recipe, pathlib.Path(folder), settings)
        config = configs.override(config, images=max(int(rate * seconds), 1))
        strategy = replicas.make_strategy("one_device")
        resolved = experiment.resolve(config, 1)
        with strategy.scope():
            gan = build.build_gan(resolved.config, resolved.sizes, resolved.condition)
        run = runs.create_run(
            pathlib.Path(folder) / "run", resolved.config, resolved.identity, resolved.channels, resolved.condition
        )
        chiefs.cut_to(run, {})  # Makes the file of statistics.
        device = _Device(gan, iter(resolved.batches(strategy)), config.game.iteration_images, rate)
        loop = _TimedLoop(
            gan,
            None,
            strategy,
            iteration_images=config.game.iteration_images,
            images=config.training.images,
            tick_images=config.training.tick_images,
            chief=chiefs.RunChief(run, gan, resolved, {}),
            tick=Tick(),
            signals=StopSignals(),
        )
        with _timed(gan, "generate") as grids, _timed(checkpoint, "take") as copies:
            gan.train_iterations = device.train_iterations
            loop.run()
    return _say(config.training, rate, loop, device, grids, copies)


def _config(recipe, folder, settings):
    """Returns the config of a training on random images in a folder, which nothing measures."""
    settings = {"resolution": 64, "export_dir": "", "metric": "none", "holdout": 0.0} | settings
    side = settings["resolution"]
    images = np.random.default_rng(0).integers(0, 256, (DATA, side, side, 3), np.uint8)
    np.savez(folder / "images.npz", images=images)
    return recipes.recipe(recipe, dataset=f"npz:{folder / 'images.npz'}", cache_dir=str(folder / "cache"), **settings)


class _Device:
    """Stands for the device: counts iterations, and waits as long as they would take.

    What it reports is what one real iteration has reported.
    """

    def __init__(self, gan, iterator, iteration_images, rate):
        self.gan, self.iteration_images, self.rate = gan, iteration_images, rate
        self.seconds, self.begun = 0.0, None
        self.rows = gan.train_iterations(iterator, 1)
        for counter in (gan.iteration, gan.images_shown):
            counter.assign(0)

    def train_iterations(self, iterator, iterations):
        begun = time.perf_counter()
        self.begun = self.begun or begun
        seconds = iterations * self.iteration_images / self.rate
        self.seconds += seconds
        self.gan.iteration.assign_add(iterations)
        self.gan.images_shown.assign_add(iterations * self.iteration_images)
        time.sleep(max(begun + seconds - time.perf_counter(), 0.0))
        return {name: np.repeat(values, iterations) for name, values in self.rows.items()}


class _TimedLoop(loops.Loop):
    """Notes how long the end of each tick takes, and when the last one was."""

    def _close_tick(self):
        begun = time.perf_counter()
        verdict = super()._close_tick()
        self.ended = time.perf_counter()
        self.ticks = [*getattr(self, "ticks", ()), self.ended - begun]
        return verdict


@contextlib.contextmanager
def _timed(owner, name):
    """Context in which the calls of a function are timed; yields the list of their seconds."""
    function, seconds = getattr(owner, name), []

    def timed(*args, **kwargs):
        begun = time.perf_counter()
        result = function(*args, **kwargs)
        seconds.append(time.perf_counter() - begun)
        return result

    setattr(owner, name, timed)
    try:
        yield seconds
    finally:
        setattr(owner, name, function)


def _say(training, rate, loop, device, grids, copies):
    wall = loop.ended - device.begun
    share, beside = sum(loop.ticks) / wall, 1 - device.seconds / wall
    cadence = f"--checkpoint_seconds={training.checkpoint_seconds:g} --grid_seconds={training.grid_seconds:g}"
    print(
        f"{cadence}: {share:.1%} of the time in ticks at {rate} images/s, {beside:.1%} without the device at work\n"
        f"  {len(loop.ticks)} ticks in {wall:.1f} s, of {_ms(loop.ticks)}\n"
        f"  {len(grids)} grids drawn, in {_ms(grids)}; {len(copies)} checkpoints copied, in {_ms(copies)}",
        flush=True,
    )
    return share


def _ms(seconds):
    return f"{statistics.median(seconds) * 1000:.1f} ms (median; longest {max(seconds) * 1000:.0f} ms)"
