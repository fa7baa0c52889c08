"""What the chief of a run does at the end of a tick: it judges, measures, saves, and goes back to an earlier state.

Checkpoints and pictures are made in their time, not at each tick, and written while the training goes on: a fast device
closes several ticks a second, and shall not wait for a disk. Of a checkpoint, the training waits for the copy alone.
"""

import contextlib
import sys

from gan_keras import errors
from gan_keras.game.training_state import as_int
from gan_keras.metrics import diversity
from gan_keras.runs import checkpoint
from gan_keras.runtime import files
from gan_keras.runtime.background import Background
from gan_keras.training import callbacks
from gan_keras.training import loop
from gan_keras.training import pictures
from gan_keras.training import report
from gan_keras.training.health import Health
from gan_keras.training.measurements import Measurements
from gan_keras.training.pace import Pace

STATISTICS = "stats.jsonl"
MOST_PICTURES = 8  # Grids and lines for TensorBoard that wait to be written.
REAL_IMAGES = 256  # Of each condition, whose diversity that of the samples is compared with.


class RunChief(loop.Chief):
    """The `Chief` of a run with a folder.

    Args:
        run: `Run`.
        gan: its `GAN`.
        resolved: its `Experiment`.
        state: that of the checkpoint which the GAN was restored from; empty for a new run.

    Attributes:
        callbacks: list of `callbacks.Callback` for the loop.
    """

    def __init__(self, run, gan, resolved, state):
        self._run, self._gan, self._policy = run, gan, run.config.training.on_collapse
        self._statistics = run.path / STATISTICS
        self._measurements = Measurements(run, gan, resolved)
        self._writer = Background("checkpoint")
        self._painter = Background("pictures", MOST_PICTURES)
        self._pace = Pace(run.config.training.checkpoint_seconds)
        samples = callbacks.Samples(run.path / "samples", gan, resolved, self._painter)
        self._health = Health(gan.objective, real_groups(resolved, samples), resolved.store.kind, state.get("health"))
        self._watch = callbacks.Watch(run.path / "health.jsonl", self._health, samples)
        self.callbacks = callbacks.of_run(run, samples, self._watch, self._painter)

    def __enter__(self):
        self._beside = contextlib.ExitStack()
        self._beside.enter_context(self._painter)
        self._beside.enter_context(self._writer)  # The last to enter is the first to end.
        return self

    def __exit__(self, *error):
        self._beside.__exit__(*error)

    def collapse(self):
        return None if self._policy == "ignore" else self._watch.collapse

    def is_enough(self):
        return self._measurements.is_enough()

    def start(self, tick):
        """Makes up for what a kill may have prevented.

        A new game is saved before its first iteration: it may collapse before it was ever healthy.
        """
        images_shown = as_int(self._gan.images_shown)
        if self._policy == "rollback" and not images_shown and self._health.kept is None:
            self._health.keep(f"{0:09d}")
            self.save(tick)
        self._promote()
        self.measure(is_last=False)

    def save(self, tick):
        self._begin_to_save(tick)
        self._writer.wait()
        self._promote()

    def save_in_time(self, tick):
        self._writer.check()
        images_shown = as_int(self._gan.images_shown)
        if self._measurements.is_due(images_shown) or self._measurements.is_best(images_shown):
            self.save(tick)  # What is measured shall be there to be kept.
        elif self._pace.is_due():
            self._begin_to_save(tick)

    def _begin_to_save(self, tick):
        """Copies the game and its state; the copy is written while the training goes on."""
        self._writer.wait()
        self._pace.note()
        images_shown = as_int(self._gan.images_shown)
        name = f"{images_shown:09d}"
        if not tick.iterations:
            self._health.saved(name)
        state = {
            "iteration": as_int(self._gan.iteration),
            "images_shown": images_shown,
            "rollbacks": as_int(self._gan.training_state.rollbacks),
            "tick": tick.state(),
            "stats_bytes": self._statistics.stat().st_size,
            "health": self._health.state(),
        }
        protected = self._health.protected if self._policy == "rollback" else frozenset()
        self._writer.submit(self._write, name, checkpoint.take(self._gan, state), protected)

    def _write(self, name, snapshot, protected):
        files.sync(self._statistics)  # A checkpoint on disk relies on the lines before it.
        keep = self._run.config.training.keep_checkpoints
        checkpoint.write(self._run.checkpoints, name, snapshot, keep, protected)

    def measure(self, is_last):
        images_shown = as_int(self._gan.images_shown)
        if is_last or self._measurements.is_due(images_shown):
            self._measurements.measure(images_shown, is_last)
            self._promote()
            self._painter.wait()
            write_report(self._run.path)

    def roll_back(self, collapse, images_shown):
        """Restores the last healthy checkpoint, changes what may keep it from collapsing again, and saves that.

        Args:
            collapse: what happened, a sentence.
            images_shown: when.

        Returns:
            the state of the checkpoint.
        """
        path = self._healthy()
        state = checkpoint.restore(path, self._gan)
        self._gan.training_state.try_again()
        healthy = f"{state['images_shown']} {self._run.kind.name}"
        self._watch.write(
            images_shown,
            collapse,
            action=f"rolled back to {healthy}, with other noise and half the learning rates",
        )
        state["health"] |= {"kept": path.name, "pending": []}
        state["rollbacks"] = as_int(self._gan.training_state.rollbacks)
        checkpoint.roll_back(self._run.checkpoints, self._gan, state)
        cut_to(self._run, state)
        return state

    def _healthy(self):
        """Returns the path of the checkpoint to go back to, or the newest if that one is damaged or gone."""
        try:
            return self._run.checkpoint(self._health.kept)
        except errors.UserError as error:
            print(f"warning: {error}", file=sys.stderr)
            return self._run.checkpoint("last")

    def end(self, images_shown, event, reason):
        """Notes that the run ends before its length: what happened, and why it does not go on."""
        self._watch.write(images_shown, event, action=f"ended: {reason}")
        pictures.write_history(self._run.path)
        write_report(self._run.path)

    def _promote(self):
        """Makes the checkpoint of the game as it is now the best one, if it was measured to be."""
        images_shown = as_int(self._gan.images_shown)
        path = self._run.checkpoints / f"{images_shown:09d}"
        if not self._measurements.is_best(images_shown) or not path.is_dir():
            return
        best = self._run.checkpoints / checkpoint.BEST
        if not best.is_dir() or not _same_game(checkpoint.read_state(best), checkpoint.read_state(path)):
            try:
                checkpoint.promote(self._run.checkpoints, path.name)
            except OSError as error:
                print(f"warning: the best checkpoint could not be kept: {error}", file=sys.stderr)


def _same_game(state, other):
    return (state["images_shown"], state.get("rollbacks")) == (other["images_shown"], other.get("rollbacks"))


def real_groups(resolved, samples):
    """Returns stored real samples: for each row of the grid some of its condition; without conditions some."""
    stored, seed = resolved.store.samples, resolved.config.game.seed
    groups = [rows[diversity.subset(len(rows), REAL_IMAGES, seed)] for rows in samples.rows_of_reals()]
    return [stored[rows] for rows in groups]


def write_report(path):
    """Renews the report of a run; one that cannot be written is said, and costs nothing else."""
    try:
        report.write(path)
    except (OSError, errors.UserError) as error:
        print(f"warning: the report of {path} could not be written: {error}", file=sys.stderr)


def cut_to(run, state):
    """Takes out of a run what came after a checkpoint: lines of `stats.jsonl` beyond the length it records, and grids.

    Args:
        run: `Run`.
        state: that of the checkpoint; empty for the beginning.
    """
    with open(run.path / STATISTICS, "ab") as stats:
        stats.truncate(min(state.get("stats_bytes", 0), stats.tell()))
    for grid in (run.path / "samples").glob(f"*{run.kind.suffix}"):
        if grid.stem.isdigit() and int(grid.stem) > state.get("images_shown", 0):
            grid.unlink()
