"""Weight clipping: which variables, and on every replica."""

import keras
import numpy as np
import tensorflow as tf

from gan_keras.objectives import constraints
from tests import tiny


def critic():
    return keras.Sequential([
        keras.Input((2,)), keras.layers.Dense(2, kernel_initializer=keras.initializers.Constant(-0.5)),
        keras.layers.BatchNormalization(),
    ])


def values(model):
    return {variable.name: np.unique(variable).tolist() for variable in model.variables}


def test_all_trainable_variables_or_kernels_only():
    limit = np.float32(0.01).item()
    expected = {
        "kernel": [-limit], "bias": [0.0], "gamma": [1.0], "beta": [0.0], "moving_mean": [0.0],
        "moving_variance": [1.0],
    }
    model = critic()
    constraints.clip(model, 0.01, which="kernels")
    assert values(model) == expected
    constraints.clip(model, 0.01)
    assert values(model) == expected | {"gamma": [limit]}


def test_every_replica_clips_its_copy():
    strategy = tiny.two_replicas()
    with strategy.scope():
        model = critic()

    @tf.function
    def clip():
        strategy.run(lambda: constraints.clip(model, 0.01))

    clip()
    copies = strategy.experimental_local_results(model.layers[0].kernel.value)
    assert len(copies) == 2
    for copy in copies:
        np.testing.assert_array_equal(copy, np.full((2, 2), -0.01, np.float32))
