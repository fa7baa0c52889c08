"""What Keras' `fit` calls: the next batches, one after the other, and the means of the epoch."""

import warnings

import tensorflow as tf

from gan_keras import errors
from gan_keras.game import batches


class FitLoop:
    """The train function of a `GAN` under `fit`.

    A smaller last batch of an epoch that cannot be split evenly is dropped, with a warning; any other such batch is
    refused.

    Args:
        model: compiled `GAN`.
        loop: its `CompiledLoop`.
    """

    def __init__(self, model, loop):
        self._model, self._loop = model, loop
        self.start_epoch()

    def start_epoch(self):
        """Starts the means of an epoch anew."""
        self._iterations, self._sums, self._batch_size = 0, {}, None

    def __call__(self, iterator):
        """Runs `steps_per_execution` iterations or fewer at the end of the data.

        Returns:
            dict of floats, means over the iterations of the epoch so far.

        Raises:
            StopIteration: there are no more batches.
            UserError: a batch cannot be split evenly.
        """
        ran = 0
        for _ in range(self._model.steps_per_execution):
            try:
                data = self._next(iterator)
            except (StopIteration, tf.errors.OutOfRangeError):
                if ran:
                    break
                raise
            if data is None:
                break
            for name, value in self._loop.run_one(data).items():
                self._sums[name] = self._sums.get(name, 0.0) + float(value)
            ran += 1
            self._iterations += 1
        return {name: total / self._iterations for name, total in self._sums.items()}

    def _next(self, iterator):
        """Returns the next batch; None for a last one that is dropped."""
        data = next(iterator)
        model = self._model
        samples = batches.as_batch(data)[batches.SAMPLES]
        of_replicas = model.distribute_strategy.experimental_local_results(samples)  # of this worker
        size = sum(len(part) for part in of_replicas)
        largest = self._batch_size = max(size, self._batch_size or 0)
        if size % (len(of_replicas) * model.discriminator_steps * model.accumulation) == 0:
            return data
        with model.distribute_strategy.scope():
            told = batches.uneven(f"a batch of {size} samples", model.discriminator_steps, model.accumulation)
        if size < largest and self._is_at_end(iterator):
            warnings.warn(f"the last {size} samples of the epoch are not used: {told}", stacklevel=2)
            return None
        raise errors.UserError(f"{told}; set drop_remainder=True where the data set is batched")

    def _is_at_end(self, iterator):
        try:
            next(iterator)
        except (StopIteration, tf.errors.OutOfRangeError):
            return True
        return False
