"""The networks of record, layer by layer."""

import keras
import numpy as np
import pytest

from gan_keras.networks import dcgan
from gan_keras.networks import dcgan_paper


def weights(network):
    return sum(int(np.prod(variable.shape)) for variable in network.trainable_variables)


def shapes(network, kinds):
    return [layer.output.shape[1:] for layer in network.layers if isinstance(layer, kinds)]


CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.Conv2DTranspose)


def test_the_course_tables():
    generator, discriminator = dcgan.generator(), dcgan.discriminator()
    assert shapes(generator, CONVOLUTIONS) == [(4, 4, 512), (8, 8, 256), (16, 16, 128), (32, 32, 64), (64, 64, 3)]
    assert shapes(discriminator, CONVOLUTIONS) == [(32, 32, 64), (16, 16, 128), (8, 8, 256), (4, 4, 512), (1, 1, 1)]
    assert generator.input_shape == (None, 100)
    assert generator.output_shape == (None, 64, 64, 3)
    assert discriminator.output_shape == (None, 1)
    assert weights(generator) == 3_576_704
    assert weights(discriminator) == 2_765_568


def test_the_paper_as_its_authors_wrote_it():
    generator, discriminator = dcgan_paper.generator(), dcgan_paper.discriminator()
    assert generator.get_layer("dense").kernel.shape == (100, 16_384)
    assert generator.get_layer("bn_4").gamma.shape == (16_384,)  # per unit, before the reshape
    assert shapes(generator, CONVOLUTIONS) == [(8, 8, 512), (16, 16, 256), (32, 32, 128), (64, 64, 3)]
    assert shapes(discriminator, CONVOLUTIONS) == [(32, 32, 128), (16, 16, 256), (8, 8, 512), (4, 4, 1024)]
    convolutions = [layer for layer in generator.layers + discriminator.layers if isinstance(layer, CONVOLUTIONS)]
    assert {layer.kernel_size for layer in convolutions} == {(5, 5)}
    assert weights(generator) == 18_885_760
    assert weights(discriminator) == 17_232_768


@pytest.mark.parametrize("architecture", [dcgan, dcgan_paper])
def test_constants_of_every_layer(architecture):
    width = {} if architecture is dcgan else {"width": 32}
    for network in (architecture.generator(**width), architecture.discriminator(**width)):
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
    generator, discriminator = architecture.generator(**width), architecture.discriminator(**width)
    assert "bn_32" not in [layer.name for layer in discriminator.layers]  # none next to the image
    assert generator.layers[-1].activation is keras.activations.tanh
    assert [type(layer) for layer in generator.layers if "activation" in layer.name] == [keras.layers.ReLU] * 4


def test_kernels_are_drawn_from_the_stated_law():
    kernel = dcgan.generator().get_layer("conv_8").kernel.numpy()
    standard_error = 0.02 / kernel.size**0.5
    assert abs(kernel.mean()) < 5 * standard_error
    assert kernel.std() == pytest.approx(0.02, rel=0.01)


def test_initial_weights_are_a_function_of_the_seed():
    one, same, other = (dcgan.generator(resolution=16, width=8, seed=seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one.get_weights(), same.get_weights(), strict=True))
    assert not np.array_equal(one.get_weights()[0], other.get_weights()[0])
    # Layers of one shape are not twins either.
    wide = dcgan.discriminator(resolution=256, width=4)
    assert not np.array_equal(wide.get_layer("conv_8").kernel, wide.get_layer("conv_4").kernel)


@pytest.mark.parametrize("resolution", [16, 32, 64, 128, 256])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_same_rule_at_other_sizes(resolution, channels):
    assert dcgan.channels_at(resolution // 2, resolution, 4) == 4
    assert dcgan.channels_at(4, resolution, 4) == 4 * min(8, resolution // 8)
    for architecture in (dcgan, dcgan_paper):
        generator = architecture.generator(resolution=resolution, channels=channels, width=4)
        discriminator = architecture.discriminator(resolution=resolution, channels=channels, width=4)
        assert generator.output_shape == (None, resolution, resolution, channels)
        images = generator(np.ones((2, 100), "float32"))
        assert discriminator(images).shape == (2, 1)
        assert float(abs(np.asarray(images)).max()) <= 1.0


def test_variants_of_the_course_material():
    leaky = dcgan.generator(resolution=16, width=4, activation="leaky_relu")
    assert any(isinstance(layer, keras.layers.LeakyReLU) for layer in leaky.layers)
    printed = dcgan.generator(resolution=16, width=4, relu_latents=True)
    plain = dcgan.generator(resolution=16, width=4)
    latents = np.random.default_rng(0).uniform(-1, 1, (3, 100)).astype("float32")
    # The printed ReLU cannot tell a latent vector from its positive part; the default can.
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
    plain_generator, plain_discriminator = weights(dcgan.generator()), weights(dcgan.discriminator())
    # An embedding of 100 for each class, and 100 more rows of the first kernel, 4 · 4 · 512 each.
    assert weights(dcgan.generator(num_classes=10)) == plain_generator + 10 * 100 + 100 * 4 * 4 * 512
    # Gains and offsets of 10 classes in place of one, at 512 + 256 + 128 + 64 channels.
    by_norm = dcgan.generator(num_classes=10, conditioning="batch_norm")
    assert weights(by_norm) == plain_generator + 9 * 2 * (512 + 256 + 128 + 64)
    # A plane of 64 · 64 for each class, and the first kernel sees it.
    assert weights(dcgan.discriminator(num_classes=10)) == plain_discriminator + 10 * 64 * 64 + 4 * 4 * 64
    # Each class has its own last kernel; the classifier has ten, with a bias each.
    projection = dcgan.discriminator(num_classes=10, conditioning="projection")
    assert weights(projection) == plain_discriminator + 10 * 4 * 4 * 512
    classifier = dcgan.discriminator(num_classes=10, conditioning="classifier")
    assert weights(classifier) == plain_discriminator + 10 * 4 * 4 * 512 + 10


def test_normalizations_of_the_critic():
    names = ("batch", "layer", "none", "spectral")
    kinds = {name: dcgan.discriminator(16, width=4, normalization=name) for name in names}
    biases = 4 + 8  # Without them layer normalization would hide the contrast of an image.
    assert weights(kinds["layer"]) == weights(kinds["batch"]) + biases == weights(kinds["none"]) + 2 * 8
    groups = [layer.groups for layer in kinds["layer"].layers if isinstance(layer, keras.layers.GroupNormalization)]
    assert groups == [1]
    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in kinds["layer"].layers)
    assert [layer.name for layer in kinds["spectral"].layers if hasattr(layer, "begin_step")] == [
        "conv_8", "conv_4", "conv_logit"
    ]
    # Apart from that the networks are one: the same names, the same initial kernels.
    for name in ("conv_8", "conv_4", "conv_logit"):
        kernels = [network.get_layer(name).trainable_weights[0].numpy() for network in kinds.values()]
        assert all(np.array_equal(kernels[0], kernel) for kernel in kernels[1:])
