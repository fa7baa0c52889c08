"""The open tick: averages of what the step reports, accumulated so that they do not depend on where a run was cut."""

import math

from gan_keras import errors


class Tick:
    """Sums over the iterations since the last line of statistics.

    Numbers are added one iteration after the other in double precision: a run that was stopped and resumed in the
    middle of a tick, or that ran its iterations in other portions, has the same sums to the last bit.
    """

    def __init__(self, iterations=0, sums=None):
        self.iterations = iterations
        self.sums = dict(sums or {})

    def add(self, rows):
        """Adds the results of `GAN.train_iterations`: dict from names to float32 (iterations,)."""
        for name, values in rows.items():
            total = self.sums.get(name, 0.0)
            for value in values.tolist():
                total += value
            self.sums[name] = total
        self.iterations += len(next(iter(rows.values())))

    def means(self):
        """Returns the mean of everything that was added, by name."""
        return {name: total / max(self.iterations, 1) for name, total in sorted(self.sums.items())}

    def state(self):
        """Returns a JSON-able dict from which `Tick(**state)` goes on."""
        return {"iterations": self.iterations, "sums": self.sums}


class Diverged(errors.UserError):
    """A game that is lost: a loss or a gradient is no longer a finite number, or the samples have collapsed.

    Args:
        message: what happened.
        iteration: in which iteration a number was no longer finite; None if something else happened.
    """

    def __init__(self, message, iteration=None):
        super().__init__(message)
        self.iteration = iteration


def refuse_non_finite(rows, first_iteration):
    """Raises Diverged, naming the first iteration at which something that the step reports was NaN or infinite."""
    for name, values in rows.items():
        bad = [index for index, value in enumerate(values.tolist()) if not math.isfinite(value)]
        if bad:
            iteration = first_iteration + bad[0]
            raise Diverged(f"{name} became {values[bad[0]]} at iteration {iteration}", iteration)
