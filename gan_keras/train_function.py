"""Several iterations in one call of one graph, under any strategy; the loop of `fit` itself breaks under `tf.distribute`."""

import tensorflow as tf


def make(model):
    """Returns a function that plays iterations of a `GAN`: (iterator, iterations) → dict.

    The iterator gives batches as `train_step` takes them, of the strategy's distributed data set. The dict maps the names
    of `train_step`'s results to numpy float32 (iterations,), means over the global batch.

    Args:
        model: compiled `GAN`; with `jit_compile` its step is compiled by XLA.
    """
    strategy = model.distribute_strategy
    names = []

    def step(data):
        logs = model.train_step(data)
        names[:] = sorted(logs)
        return tf.stack([tf.cast(logs[name], tf.float32) for name in names])

    if model.jit_compile:
        step = tf.function(step, jit_compile=True, autograph=False)
    step = tf.autograph.experimental.do_not_convert(step)

    @tf.function(reduce_retracing=True)
    def loop(iterator, iterations):
        rows = tf.TensorArray(tf.float32, size=iterations)
        for index in tf.range(iterations):
            row = strategy.run(step, args=(next(iterator),))
            rows = rows.write(index, strategy.reduce(tf.distribute.ReduceOp.MEAN, row, axis=None))
        return rows.stack()

    def play(iterator, iterations):
        rows = loop(iterator, tf.constant(iterations, tf.int32)).numpy()
        return dict(zip(names, rows.T, strict=True))

    return play
