"""Layers of models inside models."""

import keras
import pytest

from gan_keras.layers.batch_normalization import BatchNormalization
from gan_keras.layers.conditional_batch_normalization import ConditionalBatchNormalization
from gan_keras.layers.nested import all_layers
from gan_keras.layers.nested import batch_normalizations
from gan_keras.networks import dcgan


def nested(*layers):
    """Returns a model that holds a model that holds a model with the layers, a dense layer behind each."""
    inner = keras.Sequential([keras.Input((4,), name="inner_input"), *layers], name="inner")
    middle = keras.Sequential([keras.Input((4,)), inner, keras.layers.Dense(4, name="middle_dense")], name="middle")
    inputs = keras.Input((4,), name="samples")
    return keras.Model(inputs, keras.layers.Dense(1, name="outer_dense")(middle(inputs)), name="outer")


def test_all_layers_in_order_and_no_models():
    model = nested(keras.layers.Dense(4, name="first"), keras.layers.ReLU(name="second"))
    layers = list(all_layers(model))
    assert [layer.name for layer in layers] == ["samples", "first", "second", "middle_dense", "outer_dense"]
    assert not any(isinstance(layer, keras.Model) for layer in layers)


@pytest.mark.parametrize("kind", [keras.layers.BatchNormalization, BatchNormalization])
def test_batch_normalization_is_found_in_a_model_inside_a_model(kind):
    assert batch_normalizations(nested(kind(name="norm"))) == ["norm"]
    assert batch_normalizations(nested(keras.layers.Dense(4), keras.layers.LayerNormalization())) == []


def test_conditional_batch_normalization_is_found():
    inputs, labels = keras.Input((4,)), keras.Input((), dtype="int32")
    model = keras.Model([inputs, labels], ConditionalBatchNormalization(3, name="norm")(inputs, labels))
    assert batch_normalizations(model) == ["norm"]


@pytest.mark.parametrize(
    "normalization, names",
    [
        ("batch", ["bn_4"]),
        ("layer", []),
        ("none", []),
        ("spectral", []),
    ],
)
def test_batch_normalizations_of_a_discriminator(normalization, names):
    assert batch_normalizations(dcgan.discriminator(16, width=4, normalization=normalization)) == names
