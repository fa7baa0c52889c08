"""The training loop: iterations in portions, ticks, and an end that all workers reach together.

A tick is the unit of statistics. What its end costs, the device waits for: grids and checkpoints have their own time.
"""

import dataclasses
import time

from gan_keras.game.training_state import as_int
from gan_keras.runtime import replicas
from gan_keras.training import callbacks as callback_module
from gan_keras.training.tick import Diverged
from gan_keras.training.tick import Tick
from gan_keras.training.tick import refuse_non_finite

SECONDS_A_CALL = 1.0  # A signal waits for the call in hand; a container gets some seconds to leave.
MOST_ITERATIONS_A_CALL = 200
_GO_ON, _ENOUGH, _COLLAPSED = range(3)


@dataclasses.dataclass(frozen=True)
class End:
    """Why a loop ended: it was long enough if both are None.

    Attributes:
        signal: number of the signal that asked for the end, after a checkpoint was written.
        collapse: what happened to a game that has collapsed, a sentence; nothing was saved since.
        images_shown: when it collapsed.
    """

    signal: int | None = None
    collapse: str | None = None
    images_shown: int | None = None


class Chief:
    """What only the chief of a cluster does at the end of a tick; this one does nothing, as the other workers.

    As a context manager, it ends when all that it does beside the training is done.

    Attributes:
        callbacks: list of `callbacks.Callback`.
    """

    callbacks = ()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def collapse(self):
        """Returns what the tick has shown of a game that has collapsed, a sentence, or None."""
        return None

    def is_enough(self):
        """Whether the run ends before its length."""
        return False

    def start(self, tick):
        """Before the first iteration of this process, in the open `Tick`."""

    def save(self, tick):
        """Writes a checkpoint in the open `Tick`; it is on disk when this returns."""

    def save_in_time(self, tick):
        """Begins to write a checkpoint in the `Tick` that has just opened, if it is time for one."""

    def measure(self, is_last):
        """Measures the generator that was just saved, if it is time."""

    def roll_back(self, collapse, images_shown):
        """Restores an earlier state of a game that has collapsed."""

    def end(self, images_shown, event, reason):
        """The run ends before its length."""


class Loop:
    """Runs iterations of a GAN until enough images were shown.

    Args:
        gan: compiled `GAN`, fresh or restored.
        iterator: over the batches from the GAN's iteration on.
        strategy: the strategy that both belong to.
        iteration_images: k·b, real images of one iteration.
        images: length of the run.
        tick_images: length of a tick.
        chief: `Chief`.
        tick: the open `Tick`.
        signals: `StopSignals`.
    """

    def __init__(self, gan, iterator, strategy, *, iteration_images, images, tick_images, chief, tick, signals):
        self.gan, self.iterator, self.strategy = gan, iterator, strategy
        self.iteration_images, self.images, self.tick_images = iteration_images, images, tick_images
        self.chief, self.tick, self.signals = chief, tick, signals
        self.iteration = as_int(gan.iteration)
        self.images_shown = as_int(gan.images_shown)
        self.portion = 1

    def run(self):
        """Trains to the end, to a signal, or until the game has collapsed; returns the `End`."""
        self._start_clock()
        with self.chief:
            self._call("on_start", self.images_shown)
            try:
                self.chief.start(self.tick)
                return self._run()
            finally:
                self._call("on_end")

    def _run(self):
        while self.images_shown < self.images:
            iterations, signal = self._agree()
            if signal:
                self.chief.save(self.tick)
                return End(signal=signal)
            try:
                self._train(iterations)
            except Diverged as diverged:  # All workers see the same numbers.
                return End(collapse=str(diverged), images_shown=diverged.iteration * self.iteration_images)
            if self.images_shown >= self._next_tick(self.images_shown - self.iteration_images):
                verdict = self._close_tick()
                if verdict == _COLLAPSED:
                    seen = self.chief.collapse() or "the samples have collapsed"
                    return End(collapse=seen, images_shown=self.images_shown)
                if verdict == _ENOUGH:
                    break
        self._call("on_finish", self.images_shown)
        self.chief.save(self.tick)  # First: measuring takes its time.
        self.chief.measure(is_last=True)
        return End()

    def _train(self, iterations):
        begun = time.monotonic()
        rows = self.gan.train_iterations(self.iterator, iterations)
        refuse_non_finite(rows, self.iteration)
        self.tick.add(rows)
        self.iteration += iterations
        self.images_shown += iterations * self.iteration_images
        self._call("on_call", self.images_shown, self.tick.means())
        pace = (time.monotonic() - begun) / iterations
        self.portion = min(max(int(SECONDS_A_CALL / pace), 1), 2 * self.portion, MOST_ITERATIONS_A_CALL)

    def _agree(self):
        """Returns how many iterations to run next and the signal to leave for, the same on all workers."""
        until = min(self._next_tick(self.images_shown), self.images)
        left = -(-(until - self.images_shown) // self.iteration_images)
        mine = min(self.portion, left) * 256 + (self.signals.received or 0)
        everyones = replicas.agree(self.strategy, mine)
        return everyones[0] // 256, max(number % 256 for number in everyones)

    def _next_tick(self, images_shown):
        return (images_shown // self.tick_images + 1) * self.tick_images

    def _close_tick(self):
        """Ends the open tick; returns how to go on, the same on all workers."""
        seconds = time.monotonic() - self.clock_begun
        record = {
            "tick": self.images_shown // self.tick_images,
            "images": self.images_shown,
            "iteration": self.iteration,
            **self.tick.means(),
            "seconds": round(seconds, 3),
            "images_per_second": round((self.images_shown - self.clock_images) / seconds, 1),
            "memory_mb": callback_module.memory_mb(),
        }
        self.tick = Tick()
        self._call("on_tick", record)
        mine = _COLLAPSED if self.chief.collapse() else _GO_ON
        if mine == _GO_ON and self.images_shown < self.images:
            self.chief.save_in_time(self.tick)
            self.chief.measure(is_last=False)
            mine = _ENOUGH if self.chief.is_enough() else _GO_ON
        self._start_clock()
        return max(replicas.agree(self.strategy, mine))

    def _start_clock(self):
        # Not the tick's own beginning: that may lie in a process that was stopped long ago.
        self.clock_begun, self.clock_images = time.monotonic(), self.images_shown

    def _call(self, event, *args):
        for callback in self.chief.callbacks:
            getattr(callback, event)(*args)
