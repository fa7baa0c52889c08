"""The residual networks of SNGAN and SAGAN, against the papers' tables."""

import keras
import numpy as np
import pytest

from gan_keras.layers.attention import SelfAttention
from gan_keras.networks import resnet


def weights(network):
    return sum(int(np.prod(variable.shape)) for variable in network.trainable_variables)


def after_each_block(network):
    return [layer.output.shape[1:] for layer in network.layers if isinstance(layer, keras.layers.Add)]


def test_the_table_for_32():
    generator, discriminator = resnet.generator(), resnet.discriminator()
    assert after_each_block(generator) == [(8, 8, 256), (16, 16, 256), (32, 32, 256)]
    assert after_each_block(discriminator) == [(16, 16, 128), (8, 8, 128), (8, 8, 128), (8, 8, 128)]
    assert weights(generator) == 4_276_739
    assert weights(discriminator) == 1_053_825
    assert generator.input_shape == (None, 128)


@pytest.mark.parametrize(
    "resolution, of_generator, of_discriminator",
    [
        (64, [(8, 8), (16, 4), (32, 2), (64, 1)], [(32, 1), (16, 2), (8, 4), (4, 8), (2, 16)]),
        (128, [(8, 16), (16, 8), (32, 4), (64, 2), (128, 1)], [(64, 1), (32, 2), (16, 4), (8, 8), (4, 16), (4, 16)]),
    ],
)
def test_larger_tables(resolution, of_generator, of_discriminator):
    generator = resnet.generator(resolution, width=2)
    discriminator = resnet.discriminator(resolution, width=2)
    assert generator.get_layer("reshape").output.shape[1:] == (4, 4, 2 * 16)
    assert after_each_block(generator) == [(side, side, 2 * times) for side, times in of_generator]
    assert after_each_block(discriminator) == [(side, side, 2 * times) for side, times in of_discriminator]


def test_attention_and_spectral_normalization_of_sagan():
    arguments = {"attention_at": 16, "width": 8, "num_classes": 10}
    generator = resnet.generator(spectral_normalization=True, **arguments)
    discriminator = resnet.discriminator(**arguments)
    for network, blocks_before in ((generator, 2), (discriminator, 1)):
        names = [type(layer) for layer in network.layers if isinstance(layer, (keras.layers.Add, SelfAttention))]
        assert names.index(SelfAttention) == blocks_before
        attention = network.get_layer("attention")
        assert attention.output.shape[1:3] == (16, 16) and attention.spectral_normalization
    assert sum(hasattr(layer, "begin_step") for layer in generator.layers) == 1 + 3 * 3 + 1 + 1  # dense, blocks, image
    plain = resnet.generator(attention_at=16, width=8)
    assert sum(hasattr(layer, "begin_step") for layer in plain.layers) == 1  # attention, which has nothing to do
    assert weights(resnet.generator(width=8, num_classes=10)) == weights(resnet.generator(width=8)) + 6 * 9 * 2 * 32


def test_features_are_summed_over_places():
    discriminator = resnet.discriminator(width=2, normalization="none")
    last, summed = (discriminator.get_layer(name).output for name in ("activation_last", "sum_of_places"))
    maps, sums = keras.Model(discriminator.input, [last, summed])(np.ones((1, 32, 32, 3), "float32"))
    np.testing.assert_allclose(sums, np.sum(maps, axis=(1, 2)), rtol=1e-5)
