"""What is told and written while a run trains: one small class for each thing. Only the chief of a cluster has them."""

import json
import pathlib
import sys
import time

import numpy as np
import tensorflow as tf
import tqdm

from gan_keras import images as pictures

COLUMNS = 8  # of a grid: sample seeds 0 … 63, or 0 … 7 of each class, the same latents in every tick
MOST_ROWS = 16


class Callback:
    """Hooks of the training loop; each gets what it needs in `__init__`."""

    def on_start(self, images_shown):
        """Before the first iteration of this process."""

    def on_call(self, images_shown, means):
        """After every call of the train function; `means` are those of the open tick."""

    def on_tick(self, record):
        """After a tick; `record` is its line of statistics."""

    def on_finish(self, images_shown):
        """After the last iteration of the run's length."""

    def on_end(self):
        """When this process stops training, for whatever reason."""


class ProgressBar(Callback):
    """Images shown, images/s, time left, losses, verdicts and memory."""

    SHORT = {
        "d_loss_real": "Lr", "d_loss_fake": "Lf", "d_loss_pairs": "Ld", "g_loss": "Lg", "D(x)": "D(x)", "D(G(z))": "D(G(z))",
    }

    def __init__(self, images, precision):
        self.images, self.precision = images, precision

    def on_start(self, images_shown):
        self.bar = tqdm.tqdm(
            total=self.images, initial=min(images_shown, self.images), unit="img", unit_scale=True, smoothing=0.1,
            dynamic_ncols=True, mininterval=1.0 if sys.stderr.isatty() else 30.0,
            bar_format="{percentage:3.0f}%|{bar:20}| {n_fmt}/{total_fmt} {rate_fmt} eta {remaining} {postfix}",
        )
        self.begun, self.first, self.estimated = time.monotonic(), None, False

    def on_call(self, images_shown, means):
        told = {short: f"{means[name]:.2f}" for name, short in self.SHORT.items() if name in means}
        self.bar.set_postfix({**told, "mem": f"{memory_mb()}MB"}, refresh=False)
        self.bar.update(min(images_shown, self.images) - self.bar.n)
        self._estimate(images_shown)

    def _estimate(self, images_shown):
        now = time.monotonic()
        if self.first is None:  # The first call holds the tracing of the graph and says nothing about the rest.
            self.first = (now, images_shown)
        elif not self.estimated and now - self.first[0] > 5.0:
            rate = (images_shown - self.first[1]) / (now - self.first[0])
            left = duration((self.images - images_shown) / rate)
            tqdm.tqdm.write(f"about {left} to go at {rate:.1f} images/s", file=sys.stderr)
            self.estimated = True

    def on_end(self):
        self.bar.refresh()
        self.bar.close()


class Samples(Callback):
    """A grid of pictures from fixed latents each tick, and one of real images at the start; one row a class if any.

    Args:
        folder: path they are written to.
        gan: the `GAN`.
        images: uint8 (N, H, W, C), real ones.
        classes: `data.classes.Classes` of them, or None.
    """

    def __init__(self, folder, gan, images, classes):
        self.folder, self.gan, self.images, self.classes = folder, gan, images, classes
        rows = range(min(len(classes.names), MOST_ROWS)) if classes else []
        self.labels = np.repeat(rows, COLUMNS) if classes else None
        self.seeds = np.tile(np.arange(COLUMNS), len(rows)) if classes else np.arange(COLUMNS**2)

    def on_start(self, images_shown):
        self.folder.mkdir(exist_ok=True)
        if not images_shown:
            pictures.write_png(self.folder / "reals.png", pictures.grid(self._reals(), COLUMNS))
            self._draw(0)

    def on_tick(self, record):
        self._draw(record["images"])

    def on_finish(self, images_shown):
        self._draw(images_shown)  # The end need not be that of a tick.

    def _draw(self, images_shown):
        grid = pictures.grid(self.gan.generate(self.seeds, self.labels), COLUMNS)
        pictures.write_png(self.folder / f"{images_shown:09d}.png", grid)

    def _reals(self):
        if self.classes is None:
            return self.images[: COLUMNS**2]
        rows = [np.flatnonzero(self.classes.of_images == label) for label in self.labels[::COLUMNS]]
        return self.images[np.concatenate([np.resize(row, COLUMNS) for row in rows])]


class Statistics(Callback):
    """`stats.jsonl`: a line a tick."""

    def __init__(self, path):
        self.path = path

    def on_tick(self, record):
        with open(self.path, "a") as file:
            file.write(json.dumps(record) + "\n")


class TensorBoard(Callback):
    """Scalars, grids and the config, for `tensorboard --logdir runs`."""

    def __init__(self, folder, samples, config):
        self.folder, self.samples, self.config = folder, samples, config

    def on_start(self, images_shown):
        self.writer = tf.summary.create_file_writer(str(self.folder))
        if not images_shown:
            with self.writer.as_default(step=0):
                tf.summary.text("config", "```\n" + json.dumps(self.config, indent=1) + "\n```")
                self._picture("reals", "reals.png")

    def on_tick(self, record):
        with self.writer.as_default(step=record["images"]):
            for name, value in record.items():
                if isinstance(value, float):
                    # TensorBoard takes parentheses in a name for nothing it knows.
                    tf.summary.scalar(name.replace("(", "_").replace(")", ""), value)
            self._picture("samples", f"{record['images']:09d}.png")
        self.writer.flush()

    def _picture(self, name, file):
        png = tf.io.read_file(str(self.samples / file))
        tf.summary.image(name, tf.io.decode_png(png)[None])

    def on_end(self):
        self.writer.close()


def duration(seconds):
    """Returns a length of time in words: `40 s`, `12 min`, `3 h 31 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def memory_mb():
    """Returns the resident memory of this process in MB, or the peak memory of the first GPU if there is one."""
    import psutil

    if tf.config.list_logical_devices("GPU"):
        return tf.config.experimental.get_memory_info("GPU:0")["peak"] // 2**20
    return psutil.Process().memory_info().rss // 2**20


def read_statistics(path):
    """Returns the lines of a `stats.jsonl` as dicts."""
    path = pathlib.Path(path)
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
