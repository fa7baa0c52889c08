"""R3GAN: sizes as in the paper, initial weights, and branches that start at zero."""

import keras
import numpy as np
import pytest

from gan_keras.networks import r3gan
from tests.networks.sizes import described
from tests.networks.sizes import parameters


def test_presets_of_the_paper():
    assert r3gan.paper_stages(32) == [(768, 2, 96)] * 4
    assert r3gan.paper_stages(64) == [(768, 2, 96)] * 4 + [(384, 2, 48)]
    assert r3gan.paper_stages(256) == [(768, 2, 96)] * 4 + [(384, 2, 48), (192, 2, 24), (96, 2, 12)]
    assert r3gan.small_stages(32) == [(64, 1, 8), (64, 1, 8), (32, 1, 4), (16, 1, 2)]


def test_parameters_for_32():
    # 1 × 1 twice, 3 × 3 in groups of 16, two biases.
    block = 2 * 768 * 1536 + 9 * 16 * 1536 + 2 * 1536
    assert (
        parameters(described(r3gan.generator, preset="paper"))
        == 8 * block + 16 * 768 + 64 * 768 + 3 * 768
        == 20_732_160
    )
    assert (
        parameters(described(r3gan.discriminator, preset="paper")) == 8 * block + 16 * 768 + 768 + 3 * 768 == 20_683_776
    )


def test_networks_of_the_small_preset_and_their_labels():
    def generator(**labels):
        return parameters(described(r3gan.generator, width=128, preset="small", **labels))

    def discriminator(**labels):
        return parameters(described(r3gan.discriminator, width=128, preset="small", **labels))

    assert (generator(), discriminator()) == (274_912, 266_848)
    # D's last layer gives 128 numbers instead of one; each class, or attribute, has 128 numbers to compare them with.
    assert discriminator(num_classes=10) == 266_848 - 128 + 128 * 128 + 10 * 128
    assert discriminator(num_attributes=6) == 266_848 - 128 + 128 * 128 + 6 * 128
    # 64 numbers for each class, or the attributes, follow the latents.
    assert generator(num_classes=10) == 274_912 + 64 * 128 + 10 * 64
    assert generator(num_attributes=6) == 274_912 + 6 * 128


def test_residual_blocks_start_as_the_identity():
    discriminator = r3gan.discriminator(16, width=32, preset="small")
    images = np.random.default_rng(0).uniform(-1, 1, (2, 16, 16, 3)).astype("float32")
    before, after = (discriminator.get_layer(name).output for name in ("conv_image", "add_16_0"))
    block = keras.Model(discriminator.input, [before, after])
    first, second = block(images)
    np.testing.assert_array_equal(first, second)
    discriminator.get_layer("reduce_16_0").kernel.assign(0.1 * np.ones((1, 1, 32, 16)))
    assert np.abs(np.subtract(*block(images))).max() > 1e-3


def test_initial_variances():
    generator = r3gan.generator(32, stages=[(64, 2, 4)] * 4)
    gain = (2 / 1.04) ** 0.5 * 8**-0.25  # 8 branches
    grouped, expand = generator.get_layer("grouped_8_0").kernel, generator.get_layer("expand_8_0").kernel
    assert grouped.shape == (3, 3, 32, 128) and expand.shape == (1, 1, 64, 128)
    assert grouped.numpy().std() == pytest.approx(gain / (9 * 32) ** 0.5, rel=0.02)
    assert expand.numpy().std() == pytest.approx(gain / 64**0.5, rel=0.02)
    assert generator.get_layer("basis").basis.numpy().std() == pytest.approx(1.0, rel=0.1)
    assert not generator.get_layer("reduce_8_0").kernel.numpy().any()
    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in generator.layers)


def test_images_are_clipped_except_in_training():
    generator = r3gan.generator(16, width=32, preset="small", latent_dim=4)
    latents = 100.0 * np.ones((2, 4), "float32")
    training, inference = (np.asarray(generator(latents, training=training)) for training in (True, False))
    assert np.abs(training).max() > 1.0
    np.testing.assert_array_equal(inference, np.clip(training, -1, 1))
