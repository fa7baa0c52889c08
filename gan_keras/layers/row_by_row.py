"""Layers whose result for a sample depends, to the last bit, neither on its place in a batch nor on the others.

Products of matrices, and convolutions that are computed as such, treat a number of rows at a time and the rest in
another way. With AVX2 but without AVX-512 they take six: the first six of eight equal rows have other last bits than
the other two. The layers here, those of DCGAN's generators, were tested in batches of eight.
"""

import keras

from gan_keras.layers.batch_normalization import BatchNormalization
from gan_keras.layers.conditional_batch_normalization import ConditionalBatchNormalization
from gan_keras.layers.convolution import Conv2DTranspose

ROW_BY_ROW = (
    keras.layers.InputLayer,
    keras.layers.Conv2DTranspose,
    Conv2DTranspose,
    keras.layers.BatchNormalization,
    BatchNormalization,
    ConditionalBatchNormalization,
    keras.layers.Embedding,
    keras.layers.Rescaling,
    keras.layers.Concatenate,
    keras.layers.Reshape,
    keras.layers.Activation,
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
)


def has_only(network):
    """Whether a functional network has no other layers, networks and operations inside it; not in training."""
    return all(type(operation) in ROW_BY_ROW for operation in network.operations)
