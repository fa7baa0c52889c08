"""The layers of a network, including those of networks inside it."""

import keras

from gan_keras.layers.conditional_batch_normalization import ConditionalBatchNormalization


def all_layers(network):
    """Yields the layers of a Keras model in order; in place of a model inside it, the layers of that model."""
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from all_layers(layer)
        else:
            yield layer


def batch_normalizations(network):
    """Returns the names of a model's batch normalizations, which make the samples of a batch depend on each other."""
    kinds = (keras.layers.BatchNormalization, ConditionalBatchNormalization)
    return [layer.name for layer in all_layers(network) if isinstance(layer, kinds)]
