"""Sizes of networks, without the time that drawing their weights takes."""

from unittest import mock

import keras
import numpy as np


def described(build, *arguments, **settings):
    """Returns the network of a builder with zeros in place of random weights."""

    def zeros(self, shape, dtype=None):
        return keras.ops.zeros(shape, dtype)

    kinds = (keras.initializers.RandomNormal, keras.initializers.VarianceScaling)
    with mock.patch.object(kinds[0], "__call__", zeros), mock.patch.object(kinds[1], "__call__", zeros):
        return build(*arguments, **settings)


def parameters(network):
    """Returns the number of trained weights of a network."""
    return sum(int(np.prod(variable.shape)) for variable in network.trainable_variables)
