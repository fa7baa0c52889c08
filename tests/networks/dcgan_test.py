"""The networks of the course material and of the paper, layer by layer."""

import keras
import numpy as np
import pytest

from gan_keras.networks import dcgan
from gan_keras.networks import dcgan_paper
from tests.networks.sizes import described
from tests.networks.sizes import parameters


def shapes(network, kinds):
    return [layer.output.shape[1:] for layer in network.layers if isinstance(layer, kinds)]


CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.Conv2DTranspose)


def test_the_course_tables():
    generator, discriminator = described(dcgan.generator), described(dcgan.discriminator)
    assert shapes(generator, CONVOLUTIONS) == [(4, 4, 512), (8, 8, 256), (16, 16, 128), (32, 32, 64), (64, 64, 3)]
    assert shapes(discriminator, CONVOLUTIONS) == [(32, 32, 64), (16, 16, 128), (8, 8, 256), (4, 4, 512), (1, 1, 1)]
    assert generator.input_shape == (None, 100)
    assert generator.output_shape == (None, 64, 64, 3)
    assert discriminator.output_shape == (None, 1)
    assert parameters(generator) == 3_576_704
    assert parameters(discriminator) == 2_765_568


def test_the_paper_as_its_authors_wrote_it():
    generator, discriminator = described(dcgan_paper.generator), described(dcgan_paper.discriminator)
    assert generator.get_layer("dense").kernel.shape == (100, 16_384)
    assert generator.get_layer("bn_4").gamma.shape == (16_384,)  # Of each unit, before the reshape.
    assert shapes(generator, CONVOLUTIONS) == [(8, 8, 512), (16, 16, 256), (32, 32, 128), (64, 64, 3)]
    assert shapes(discriminator, CONVOLUTIONS) == [(32, 32, 128), (16, 16, 256), (8, 8, 512), (4, 4, 1024)]
    convolutions = [layer for layer in generator.layers + discriminator.layers if isinstance(layer, CONVOLUTIONS)]
    assert {layer.kernel_size for layer in convolutions} == {(5, 5)}
    assert parameters(generator) == 18_885_760
    assert parameters(discriminator) == 17_232_768


@pytest.mark.parametrize("architecture", [dcgan, dcgan_paper])
def test_constants_of_every_layer(architecture):
    generator, discriminator = described(architecture.generator), described(architecture.discriminator)
    for network in (generator, discriminator):
        normalized = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
        for layer in normalized:
            assert (layer.momentum, layer.epsilon, layer.synchronized) == (0.9, 1e-5, True)
            assert layer.gamma_initializer.mean == 1.0 and layer.gamma_initializer.stddev == 0.02
        for layer in network.layers:
            assert not getattr(layer, "use_bias", False)
            assert not isinstance(layer, (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D))
            if isinstance(layer, (*CONVOLUTIONS, keras.layers.Dense)):
                assert (layer.kernel_initializer.mean, layer.kernel_initializer.stddev) == (0.0, 0.02)
            if isinstance(layer, keras.layers.LeakyReLU):
                assert layer.negative_slope == pytest.approx(0.2)
    assert "bn_32" not in [layer.name for layer in discriminator.layers]  # None next to the image.
    assert generator.layers[-1].activation is keras.activations.tanh
    assert [type(layer) for layer in generator.layers if "activation" in layer.name] == [keras.layers.ReLU] * 4


def test_kernels_are_drawn_from_the_stated_distribution():
    kernel = dcgan.generator(16).get_layer("conv_8").kernel.numpy()
    standard_error = 0.02 / kernel.size**0.5
    assert abs(kernel.mean()) < 5 * standard_error
    assert kernel.std() == pytest.approx(0.02, rel=0.01)


def test_layers_of_one_shape_have_different_weights():
    wide = dcgan.discriminator(resolution=256, width=2)
    kernels = [wide.get_layer(name).kernel for name in ("conv_8", "conv_4")]
    assert kernels[0].shape == kernels[1].shape and not np.array_equal(*kernels)


@pytest.mark.parametrize("resolution", [16, 32, 64, 128, 256])
def test_the_same_rule_at_other_sizes(resolution):
    assert dcgan.sides(resolution) == [side for side in (4, 8, 16, 32, 64, 128) if side < resolution]
    assert dcgan.channels_at(resolution // 2, resolution, 4) == 4
    assert dcgan.channels_at(4, resolution, 4) == 4 * min(8, resolution // 8)
    for architecture in (dcgan, dcgan_paper):
        for channels in (1, 3):
            settings = {"resolution": resolution, "channels": channels, "width": 4}
            generator = described(architecture.generator, **settings)
            discriminator = described(architecture.discriminator, **settings)
            assert generator.output_shape == (None, resolution, resolution, channels)
            assert discriminator.input_shape == (None, resolution, resolution, channels)
            assert discriminator.output_shape == (None, 1)


def test_variants_of_the_course_material():
    leaky = dcgan.generator(resolution=16, width=4, activation="leaky_relu")
    assert any(isinstance(layer, keras.layers.LeakyReLU) for layer in leaky.layers)
    printed = dcgan.generator(resolution=16, width=4, relu_latents=True)
    plain = dcgan.generator(resolution=16, width=4)
    latents = np.random.default_rng(0).uniform(-1, 1, (3, 100)).astype("float32")
    # With that ReLU a latent vector and its positive part give the same image; without it they do not.
    assert np.array_equal(printed(latents), printed(np.maximum(latents, 0)))
    assert not np.allclose(plain(latents), plain(np.maximum(latents, 0)))


def test_mixed_precision_ends_in_float32():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        generator, discriminator = dcgan.generator(16, width=4), dcgan.discriminator(16, width=4)
    finally:
        keras.config.set_dtype_policy("float32")
    images = generator(np.ones((2, 100), "float32"))
    assert generator.get_layer("conv_8").compute_dtype == "bfloat16"
    assert images.dtype == "float32" and discriminator(images).dtype == "float32"


def test_parameters_that_conditioning_adds():
    def generator(**settings):
        return parameters(described(dcgan.generator, **settings))

    def discriminator(**settings):
        return parameters(described(dcgan.discriminator, **settings))

    # An embedding of 100 for each class, and 100 more rows of the first kernel, 4 · 4 · 512 each.
    assert generator(num_classes=10) == generator() + 10 * 100 + 100 * 4 * 4 * 512
    # The attributes themselves: 6 more rows of the first kernel.
    assert generator(num_attributes=6) == generator() + 6 * 4 * 4 * 512
    # Gains and offsets of 10 classes in place of one, at 512 + 256 + 128 + 64 channels.
    assert generator(num_classes=10, conditioning="batch_norm") == generator() + 9 * 2 * (512 + 256 + 128 + 64)
    # A plane of 64 · 64 for each class or attribute, and the first kernel takes it.
    assert discriminator(num_classes=10) == discriminator() + 10 * 64 * 64 + 4 * 4 * 64
    assert discriminator(num_attributes=6) == discriminator() + 6 * 64 * 64 + 4 * 4 * 64
    # Each class or attribute has its own last kernel; the classifier has ten, with a bias each.
    assert discriminator(num_classes=10, conditioning="projection") == discriminator() + 10 * 4 * 4 * 512
    assert discriminator(num_attributes=6, conditioning="projection") == discriminator() + 6 * 4 * 4 * 512
    assert discriminator(num_classes=10, conditioning="classifier") == discriminator() + 10 * 4 * 4 * 512 + 10


def test_normalizations_of_the_critic():
    names = ("batch", "layer", "none", "spectral")
    kinds = {name: dcgan.discriminator(16, width=4, normalization=name) for name in names}
    biases = 4 + 8  # Without them layer normalization would hide the contrast of an image.
    assert parameters(kinds["layer"]) == parameters(kinds["batch"]) + biases == parameters(kinds["none"]) + 2 * 8
    groups = [layer.groups for layer in kinds["layer"].layers if isinstance(layer, keras.layers.GroupNormalization)]
    assert groups == [1]
    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in kinds["layer"].layers)
    assert [layer.name for layer in kinds["spectral"].layers if hasattr(layer, "power_iteration")] == [
        "conv_8",
        "conv_4",
        "conv_logit",
    ]
    # Apart from that the networks are one: the same names, the same initial kernels.
    for name in ("conv_8", "conv_4", "conv_logit"):
        kernels = [network.get_layer(name).trainable_weights[0].numpy() for network in kinds.values()]
        assert all(np.array_equal(kernels[0], kernel) for kernel in kernels[1:])
