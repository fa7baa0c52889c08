"""What the chief of a run does at the end of a tick: it judges, measures, saves, and goes back to an earlier state."""

import sys

from gan_keras import errors
from gan_keras.runs import checkpoint
from gan_keras.runtime import files
from gan_keras.training import callbacks
from gan_keras.training import loop
from gan_keras.training import report
from gan_keras.training.health import Health
from gan_keras.training.measurements import Measurements

STATISTICS = "stats.jsonl"
REAL_IMAGES = 256  # Whose diversity that of the samples is compared with.


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
        self._measurements = Measurements(run, gan, resolved, state)
        self._health = Health(gan.objective, resolved.store.images[:REAL_IMAGES], state.get("health"))
        self.callbacks = callbacks.of_run(run, gan, resolved, self._health)
        (self._watch,) = [each for each in self.callbacks if isinstance(each, callbacks.Watch)]
        self._report_is_due = False
        self._promote(state)

    def collapse(self):
        return None if self._policy == "ignore" else self._watch.collapse

    def is_enough(self):
        return self._measurements.is_enough()

    def measure(self, images_shown, is_last):
        if is_last or self._measurements.is_due(images_shown):
            self._measurements.measure(images_shown, is_last)
            self._report_is_due = True

    def save(self, loop):
        files.sync(self._statistics)  # A checkpoint on disk relies on the lines before it.
        state = {
            "iteration": loop.iteration,
            "images_shown": loop.images_shown,
            "tick": loop.tick.state(),
            "stats_bytes": self._statistics.stat().st_size,
            "health": self._health.state(),
            **self._measurements.state(),
        }
        name = f"{loop.images_shown:09d}"
        protected = self._health.protected if self._policy == "rollback" else ()
        keep = self._run.config.training.keep_checkpoints
        checkpoint.save(self._run.checkpoints, name, loop.gan, state, keep, protected)
        self._promote(state)
        if self._report_is_due:  # It tells which checkpoint is the best.
            write_report(self._run.path)
            self._report_is_due = False

    def start(self, loop):
        """Saves the state before the first iteration, for a game that collapses before it was ever healthy."""
        if self._policy == "rollback" and not loop.images_shown and self._health.kept is None:
            self._health.keep(f"{0:09d}")
            self.save(loop)

    def roll_back(self, collapse, images_shown):
        """Restores the last healthy checkpoint, changes what may keep it from collapsing again, and saves that.

        Args:
            collapse: what happened, a sentence.
            images_shown: when.

        Returns:
            the state of the checkpoint.
        """
        kept = self._run.checkpoints / self._health.kept
        # It is gone where the run had to resume from an older checkpoint than the newest, which was damaged.
        path = self._run.checkpoint(self._health.kept if kept.is_dir() else "last")
        state = checkpoint.restore(path, self._gan)
        self._gan.training_state.try_again()
        self._watch.write(
            images_shown,
            collapse,
            action=f"rolled back to {state['images_shown']} images, with other noise and half the learning rates",
        )
        health = state["health"] | {"kept": path.name, "pending": []}
        state = state | {"health": health, "best": self._measurements.state()["best"]}
        checkpoint.roll_back(self._run.checkpoints, self._gan, state)
        cut_statistics(self._run, state)
        return state

    def give_up(self, collapse, images_shown, reason):
        """Notes that the run ends with a collapse."""
        self._watch.write(images_shown, collapse, action=f"stopped: {reason}")
        write_report(self._run.path)

    def _promote(self, state):
        """Makes the checkpoint of a state the best one, if it was measured to be."""
        best = state.get("best")
        if best and best["images"] == state["images_shown"]:
            name = f"{state['images_shown']:09d}"
            if not _is_best(self._run, best) and (self._run.checkpoints / name).is_dir():
                checkpoint.promote(self._run.checkpoints, name)


def _is_best(run, best):
    path = run.checkpoints / checkpoint.BEST
    return path.is_dir() and checkpoint.read_state(path).get("best") == best


def write_report(path):
    """Renews the report of a run; one that cannot be written is said, and costs nothing else."""
    try:
        report.write(path)
    except (OSError, errors.UserError) as error:
        print(f"warning: the report of {path} could not be written: {error}", file=sys.stderr)


def cut_statistics(run, state):
    """Cuts `stats.jsonl` to the length that a checkpoint records."""
    with open(run.path / STATISTICS, "ab") as stats:
        stats.truncate(min(state["stats_bytes"], stats.tell()))
