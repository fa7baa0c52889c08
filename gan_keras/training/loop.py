"""The training loop: iterations in portions, ticks, and an end that all workers reach together."""

import time

from gan_keras.runtime import replicas
from gan_keras.training import callbacks as callback_module
from gan_keras.training.tick import Tick
from gan_keras.training.tick import refuse_non_finite

SECONDS_A_CALL = 1.0  # A signal waits for the call in hand; a container gets some seconds to leave.
MOST_ITERATIONS_A_CALL = 200


class Loop:
    """Runs iterations of a GAN until enough images were shown.

    Args:
        gan: compiled `GAN`, fresh or restored.
        iterator: over the batches from the GAN's iteration on.
        strategy: the strategy that both belong to.
        iteration_images: k·b, real images of one iteration.
        images: length of the run.
        tick_images: length of a tick.
        callbacks: list of `callbacks.Callback`.
        save: function of this loop, writes a checkpoint.
        tick: the open `Tick`.
        signals: `StopSignals`.
    """

    def __init__(
        self, gan, iterator, strategy, *, iteration_images, images, tick_images, callbacks, save, tick, signals
    ):
        self.gan, self.iterator, self.strategy = gan, iterator, strategy
        self.iteration_images, self.images, self.tick_images = iteration_images, images, tick_images
        self.callbacks, self.save, self.tick, self.signals = callbacks, save, tick, signals
        self.iteration = int(gan.iteration.numpy())
        self.images_shown = int(gan.images_shown.numpy())
        self.portion = 1

    def run(self):
        """Trains to the end, or to a signal; returns the number of that signal, or None.

        Raises:
            Diverged: something the step reports is NaN or infinite; nothing was saved since the last tick.
        """
        self._start_clock()
        self._call("on_start", self.images_shown)
        try:
            while self.images_shown < self.images:
                iterations, signal = self._agree()
                if signal:
                    self.save(self)
                    return signal
                self._train(iterations)
                if self.images_shown >= self._next_tick(self.images_shown - self.iteration_images):
                    self._close_tick()
            self.save(self)
            self._call("on_finish", self.images_shown)
            return None
        finally:
            self._call("on_end")

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
        self._start_clock()
        self._call("on_tick", record)
        if self.images_shown < self.images:
            self.save(self)

    def _start_clock(self):
        # Not the tick's own beginning: that may lie in a process that was stopped long ago.
        self.clock_begun, self.clock_images = time.monotonic(), self.images_shown

    def _call(self, event, *args):
        for callback in self.callbacks:
            getattr(callback, event)(*args)
