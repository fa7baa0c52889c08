"""Progress bar, sample grids, statistics and TensorBoard, as callbacks of the training loop of a cluster's chief."""

import json
import pathlib
import sys
import time

import numpy as np
import tensorflow as tf
import tqdm

from gan_keras import errors
from gan_keras.config import schema
from gan_keras.runtime import files
from gan_keras.training.pace import Pace

COLUMNS = 8  # of a grid of samples


class Callback:
    """Hooks of the training loop; each gets what it needs in `__init__`."""

    def on_start(self, images_shown):
        """Before the first iteration of this process."""

    def on_call(self, images_shown, means):
        """After every call of the train function; `means` are those of the open tick."""

    def on_tick(self, record):
        """After a tick; `record` is its line of statistics, to which a callback may add for those after it."""

    def on_finish(self, images_shown):
        """After the last iteration of the run's length."""

    def on_end(self):
        """When this process stops training, for whatever reason; what is given to a `Background` now is still done."""


class ProgressBar(Callback):
    """Images shown, images/s, time left, losses, D's verdicts and memory; where G makes texts, one of the newest.

    Args:
        images: length of the training.
        samples: the `Samples` before it.
    """

    SHORT = {
        "d_loss_real": "Lr",
        "d_loss_fake": "Lf",
        "d_loss_pairs": "Ld",
        "g_loss": "Lg",
        "D(x)": "D(x)",
        "D(G(z))": "D(G(z))",
    }

    def __init__(self, images, samples):
        self.images, self.samples, self.text = images, samples, None

    def on_start(self, images_shown):
        self.bar = tqdm.tqdm(
            total=self.images,
            initial=min(images_shown, self.images),
            unit=f" {self.samples.kind.name}",
            unit_scale=True,
            smoothing=0.1,
            dynamic_ncols=True,
            mininterval=1.0 if sys.stderr.isatty() else 30.0,
            bar_format="{percentage:3.0f}%|{bar:20}| {n_fmt}/{total_fmt} {rate_fmt} eta {remaining} {postfix}",
        )
        self.begun, self.first, self.estimated = time.monotonic(), None, False

    def on_call(self, images_shown, means):
        shown = {short: f"{means[name]:.2f}" for name, short in self.SHORT.items() if name in means}
        shown |= {"mem": f"{memory_mb()}MB"} | ({"text": repr(self.text)} if self.text else {})
        self.bar.set_postfix(shown, refresh=False)
        self.bar.update(min(images_shown, self.images) - self.bar.n)
        self._estimate(images_shown)

    def on_tick(self, record):
        if self.samples.kind.vocabulary and self.samples.drawn is not None:
            self.text = self.samples.kind.as_users_see(self.samples.drawn[:1])[0]

    def _estimate(self, images_shown):
        now = time.monotonic()
        if self.first is None:  # The first call holds the tracing of the graph and says nothing about the rest.
            self.first = (now, images_shown)
        elif not self.estimated and now - self.first[0] > 5.0:
            rate = (images_shown - self.first[1]) / (now - self.first[0])
            left = duration((self.images - images_shown) / rate)
            tqdm.tqdm.write(f"about {left} to go at {rate:.1f} {self.samples.kind.name}/s", file=sys.stderr)
            self.estimated = True

    def on_end(self):
        self.bar.refresh()
        self.bar.close()


class Samples(Callback):
    """Grids of samples from fixed latents, at the ticks where it is time for one, and one of real samples at the start.

    An unconditional model has sample seeds 0 … 63; a conditional one a row for each of `Condition.rows`, with seeds 0 …
    7.

    Args:
        folder: path they are written to.
        gan: the `GAN`.
        resolved: `Experiment`.
        painter: `Background` that writes them.

    Attributes:
        drawn: stored samples of the grid of the newest tick, such as uint8 (N, H, W, C); None if that tick had none.
    """

    def __init__(self, folder, gan, resolved, painter):
        self.folder, self.gan, self.resolved, self.painter, self.drawn = folder, gan, resolved, painter, None
        training = resolved.config.training
        self.images, self.pace, self.drawn_at = training.images, Pace(training.grid_seconds), None
        self.kind, condition = resolved.store.kind, resolved.condition
        self.conditions, self.seeds = {}, np.arange(COLUMNS**2)
        if condition:
            self.conditions = {condition.name: np.repeat(np.asarray(condition.rows, condition.dtype), COLUMNS, axis=0)}
            self.seeds = np.tile(np.arange(COLUMNS), len(condition.rows))

    def on_start(self, images_shown):
        self.folder.mkdir(exist_ok=True)
        if not images_shown:
            self._write("reals", self._real())
            self._draw(0)

    def on_tick(self, record):
        self.drawn = None
        if self.pace.is_due() or record["images"] >= self.images:
            self.drawn = self._draw(record["images"])

    def on_finish(self, images_shown):
        if self.drawn_at != images_shown:  # The end need not be that of a tick.
            self._draw(images_shown)

    def _draw(self, images_shown):
        self.pace.note()
        self.drawn_at = images_shown
        samples = self.gan.generate(self.seeds, kind=self.kind, **self.conditions)
        self._write(f"{images_shown:09d}", samples)
        return samples

    def _write(self, name, samples):
        self.painter.submit(self.kind.write_sheet, self.folder / f"{name}{self.kind.suffix}", samples, COLUMNS)

    def _real(self):
        stored, groups = self.resolved.store.samples, self.rows_of_reals()
        if self.resolved.conditions is None:
            return stored[: COLUMNS**2]
        return stored[np.concatenate([np.resize(group, COLUMNS) for group in groups])]

    def rows_of_reals(self):
        """Returns the indices of the training samples of each row's condition; of all without conditions."""
        stored, conditions = self.resolved.store.samples, self.resolved.conditions
        if conditions is None:
            return [np.arange(len(stored))]
        return [
            np.flatnonzero((conditions.values.reshape(len(stored), -1) == np.atleast_1d(row)).all(axis=1))
            for row in conditions.condition.rows
        ]


class Watch(Callback):
    """The health of the game: numbers for the line of statistics, and what they mean in `health.jsonl` and on screen.

    Args:
        path: of `health.jsonl`.
        health: `Health`.
        samples: the `Samples` before it.

    Attributes:
        collapse: what was seen at the last tick if the game is lost, a sentence; else None.
    """

    def __init__(self, path, health, samples):
        self.path, self.health, self.samples, self.collapse = path, health, samples, None

    def on_start(self, images_shown):
        self.collapse = None

    def on_tick(self, record):
        if self.samples.drawn is not None:
            record |= self.health.look(self.samples.drawn)
        for event in self.health.judge(record):
            when = f"after {event.images} {self.samples.kind.name}"
            tqdm.tqdm.write(f"{when} {event.event}. What usually helps: {event.advice}", sys.stderr)
            self.write(event.images, event.event, event.advice)
            self.collapse = event.event if event.is_collapse else self.collapse

    def write(self, images_shown, event, advice=None, action=None):
        """Adds a line to `health.jsonl`, once."""
        line = {"images": images_shown, "event": event, "advice": advice, "action": action}
        line = json.dumps({name: value for name, value in line.items() if value is not None}) + "\n"
        known = self.path.read_text() if self.path.exists() else ""
        if line not in known:
            files.write_text(self.path, known + line)


class Statistics(Callback):
    """`stats.jsonl`: a line a tick."""

    def __init__(self, path):
        self.path = path

    def on_tick(self, record):
        with open(self.path, "a") as file:
            file.write(json.dumps(record) + "\n")


class TensorBoard(Callback):
    """Scalars, grids and the config, for `tensorboard --logdir runs`.

    Args:
        folder: path of the event files.
        samples: the `Samples` before it.
        config: JSON-able dict.
        painter: `Background` that writes the grids, and then them.
    """

    def __init__(self, folder, samples, config, painter):
        self.folder, self.samples, self.config, self.painter = folder, samples, config, painter

    def on_start(self, images_shown):
        self.writer = self._write(tf.summary.create_file_writer, str(self.folder))
        if not images_shown:
            self.painter.submit(self._write, self._write_start)

    def on_tick(self, record):
        self.painter.submit(self._write, self._write_tick, record, self.samples.drawn is not None)

    def _write(self, what, *args):
        try:
            return what(*args)
        except tf.errors.OpError as error:
            raise errors.UserError(
                f"cannot write TensorBoard's events to {self.folder}: {error.message}; free some space, then give the "
                "same command again"
            ) from error

    def _write_start(self):
        with self.writer.as_default(step=0):
            tf.summary.text("config", "```\n" + json.dumps(self.config, indent=1) + "\n```")
            self._sheet("reals", "reals")

    def _write_tick(self, record, has_grid):
        with self.writer.as_default(step=record["images"]):
            for name, value in record.items():
                if isinstance(value, float):
                    # TensorBoard takes parentheses in a name for nothing it knows.
                    tf.summary.scalar(name.replace("(", "_").replace(")", ""), value)
            if has_grid:
                self._sheet("samples", f"{record['images']:09d}")
        self.writer.flush()

    def _sheet(self, name, file):
        kind = self.samples.kind
        path = self.samples.folder / f"{file}{kind.suffix}"
        if kind.vocabulary:
            tf.summary.text(name, "".join(f"    {line}\n" for line in path.read_text().splitlines()))
        else:
            tf.summary.image(name, tf.io.decode_png(tf.io.read_file(str(path)))[None])

    def on_end(self):
        self.painter.submit(self._write, self.writer.close)


def of_run(run, samples, watch, painter):
    """Returns the callbacks of a run's training, in their order: a `Watch` needs the grid, `Statistics` what it sees.

    Args:
        run: `Run`.
        samples: its `Samples`.
        watch: its `Watch`.
        painter: `Background` of its pictures.
    """
    return [
        samples,
        watch,
        Statistics(run.path / "stats.jsonl"),
        ProgressBar(run.config.training.images, samples),
        TensorBoard(run.path / "tensorboard", samples, schema.to_dict(run.config), painter),
    ]


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
