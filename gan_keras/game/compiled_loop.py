"""Several iterations in one call of one graph, under any strategy; Keras' own loop breaks under `tf.distribute`."""

import tensorflow as tf


class CompiledLoop:
    """The training step of a `GAN` on every replica, in graphs.

    Args:
        model: compiled `GAN`. With `jit_compile` its step is compiled by XLA; with `run_eagerly` there is no graph.

    Results are dicts from the names of `train_step`'s results to numpy float32, means over the global batch.
    """

    def __init__(self, model):
        self._strategy = model.distribute_strategy
        self._names = []

        def step(data):
            logs = model.train_step(data)
            self._names[:] = sorted(logs)
            return tf.stack([tf.cast(logs[name], tf.float32) for name in self._names])

        if model.run_eagerly:
            self._step, self._one, self._several = step, self._iteration, self._iterations_eagerly
            return
        if model.jit_compile:
            step = tf.function(step, jit_compile=True, autograph=False)
        self._step = tf.autograph.experimental.do_not_convert(step)
        self._one = tf.function(self._iteration, reduce_retracing=True)
        self._several = tf.function(self._iterations, reduce_retracing=True)

    def run(self, iterator, iterations):
        """Runs iterations on the next batches of an iterator of the strategy's data set; arrays are (iterations,)."""
        rows = self._several(iterator, tf.constant(iterations, tf.int32)).numpy()
        return dict(zip(self._names, rows.T, strict=True))

    def run_one(self, data):
        """Runs one iteration on a batch of the strategy's data set; arrays are scalars."""
        return dict(zip(self._names, self._one(data).numpy(), strict=True))

    def _iteration(self, data):
        row = self._strategy.run(self._step, args=(data,))
        return self._strategy.reduce(tf.distribute.ReduceOp.MEAN, row, axis=None)

    def _iterations(self, iterator, iterations):
        rows = tf.TensorArray(tf.float32, size=iterations)
        for index in tf.range(iterations):
            rows = rows.write(index, self._iteration(next(iterator)))
        return rows.stack()

    def _iterations_eagerly(self, iterator, iterations):
        return tf.stack([self._iteration(next(iterator)) for _ in range(int(iterations))])
