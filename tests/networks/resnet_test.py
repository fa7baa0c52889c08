"""The residual networks of SNGAN and SAGAN, against the papers' tables."""

import keras
import numpy as np
import pytest

from gan_keras.layers.attention import SelfAttention
from gan_keras.networks import resnet
from tests.networks.sizes import described
from tests.networks.sizes import parameters


def after_each_block(network):
    return [layer.output.shape[1:] for layer in network.layers if isinstance(layer, keras.layers.Add)]


def test_the_table_for_32():
    generator, discriminator = described(resnet.generator), described(resnet.discriminator)
    assert after_each_block(generator) == [(8, 8, 256), (16, 16, 256), (32, 32, 256)]
    assert after_each_block(discriminator) == [(16, 16, 128), (8, 8, 128), (8, 8, 128), (8, 8, 128)]
    assert parameters(generator) == 4_276_739
    assert parameters(discriminator) == 1_053_825
    assert generator.input_shape == (None, 128)


@pytest.mark.parametrize(
    "resolution, of_generator, of_discriminator",
    [
        (64, [(8, 8), (16, 4), (32, 2), (64, 1)], [(32, 1), (16, 2), (8, 4), (4, 8), (2, 16)]),
        (128, [(8, 16), (16, 8), (32, 4), (64, 2), (128, 1)], [(64, 1), (32, 2), (16, 4), (8, 8), (4, 16), (4, 16)]),
    ],
)
def test_larger_tables(resolution, of_generator, of_discriminator):
    generator = described(resnet.generator, resolution, width=2)
    discriminator = described(resnet.discriminator, resolution, width=2)
    assert generator.get_layer("reshape").output.shape[1:] == (4, 4, 2 * 16)
    assert after_each_block(generator) == [(side, side, 2 * times) for side, times in of_generator]
    assert after_each_block(discriminator) == [(side, side, 2 * times) for side, times in of_discriminator]


@pytest.mark.parametrize(
    "resolution, side, blocks_in_generator, blocks_in_discriminator",
    [
        (16, 8, 1, 1),
        (32, 8, 1, 2),
        (64, 16, 2, 2),
    ],
)
def test_attention_is_where_the_side_is_a_quarter(resolution, side, blocks_in_generator, blocks_in_discriminator):
    generator = described(resnet.generator, resolution, width=2, attention=True)
    discriminator = described(resnet.discriminator, resolution, width=2, attention=True)
    for network, blocks_before in ((generator, blocks_in_generator), (discriminator, blocks_in_discriminator)):
        names = [type(layer) for layer in network.layers if isinstance(layer, (keras.layers.Add, SelfAttention))]
        assert names.index(SelfAttention) == blocks_before and names.count(SelfAttention) == 1
        assert network.get_layer("attention").output.shape[1:3] == (side, side)


def test_spectral_normalization_of_sagan():
    arguments = {"attention": True, "width": 8, "num_classes": 10}
    generator = described(resnet.generator, spectral_normalization=True, **arguments)
    discriminator = described(resnet.discriminator, **arguments)
    for network in (generator, discriminator):
        assert network.get_layer("attention").spectral_normalization
    # The dense layer, three convolutions in each block, attention, the image.
    assert sum(hasattr(layer, "power_iteration") for layer in generator.layers) == 1 + 3 * 3 + 1 + 1
    plain = described(resnet.generator, attention=True, width=8)
    assert [layer.name for layer in plain.layers if hasattr(layer, "power_iteration")] == ["attention"]
    assert not plain.get_layer("attention").spectral_normalization


def test_branches_of_sngan_and_of_sagan():
    """SNGAN's D changes the channels at the second convolution of a branch, SAGAN's at the first; the gains differ."""

    def branch(attention):
        discriminator = resnet.discriminator(64, width=8, normalization="none", attention=attention)
        kernels = [discriminator.get_layer(f"conv_1_{number}").kernel.numpy() for number in (1, 2)]
        # A uniform distribution of variance 2 g² / (fan in + fan out).
        gains = [kernel.std() * ((kernel.shape[2] + kernel.shape[3]) * 9 / 2) ** 0.5 for kernel in kernels]
        return [kernel.shape[2:] for kernel in kernels], gains

    shapes, gains = branch(attention=False)
    assert shapes == [(8, 8), (8, 16)] and gains == pytest.approx([2**0.5] * 2, rel=0.05)
    shapes, gains = branch(attention=True)
    assert shapes == [(8, 16), (16, 16)] and gains == pytest.approx([1.0] * 2, rel=0.05)
    generators = [resnet.generator(width=8, attention=attention) for attention in (False, True)]
    stddevs = [generator.get_layer("conv_8_1").kernel.numpy().std() for generator in generators]
    assert stddevs[0] == pytest.approx(2**0.5 * stddevs[1], rel=1e-3)


def test_parameters_that_conditioning_adds():
    def generator(**labels):
        return parameters(described(resnet.generator, width=8, **labels))

    def discriminator(**labels):
        return parameters(described(resnet.discriminator, width=8, **labels))

    # Gains and offsets of 10 classes in place of one, in six batch normalizations of 32 channels.
    assert generator(num_classes=10) == generator() + 6 * 9 * 2 * 32
    # The attributes follow the latents: as many more rows of the dense kernel.
    assert generator(num_attributes=5, conditioning="concat") == generator() + 5 * 4 * 4 * 32
    # A vector as long as the features, for each class or attribute.
    assert discriminator(num_classes=10) == discriminator() + 10 * 16
    assert discriminator(num_attributes=5) == discriminator() + 5 * 16


def test_features_are_summed_over_places():
    discriminator = resnet.discriminator(width=2, normalization="none")
    last, summed = (discriminator.get_layer(name).output for name in ("activation_last", "sum_of_places"))
    maps, sums = keras.Model(discriminator.input, [last, summed])(np.ones((1, 32, 32, 3), "float32"))
    np.testing.assert_allclose(sums, np.sum(maps, axis=(1, 2)), rtol=1e-5)
