"""Which layers let one image of a batch depend on the others."""

import keras

from gan_keras.layers.conditional_batch_normalization import ConditionalBatchNormalization


def mixing_layers(network):
    """Returns the names of the batch normalization layers of a Keras model, those of models inside it included."""
    names = []
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            names += mixing_layers(layer)
        elif isinstance(layer, (keras.layers.BatchNormalization, ConditionalBatchNormalization)):
            names.append(layer.name)
    return names
