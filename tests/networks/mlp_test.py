"""Dense networks for images and for points."""

import numpy as np

from gan_keras.networks import mlp
from tests.networks.sizes import described
from tests.networks.sizes import parameters


def test_parameters():
    generator, discriminator = (described(build, channels=1) for build in (mlp.generator, mlp.discriminator))
    assert parameters(generator) == (100 + 1) * 1200 + (1200 + 1) * 1200 + (1200 + 1) * 1024
    assert parameters(discriminator) == (1024 + 1) * 5 * 240 + (240 + 1) * 5 * 240 + 240 + 1
    cheap = described(mlp.discriminator, channels=1, activation="leaky_relu")
    assert parameters(cheap) == (1024 + 1) * 240 + (240 + 1) * 240 + 240 + 1


def test_points():
    generator = mlp.generator(image_shape=(2,), latent_dim=3, width=8, depth=3)
    discriminator = mlp.discriminator(image_shape=(2,), width=8, depth=3, activation="leaky_relu")
    points = generator(100.0 * np.ones((5, 3), "float32"))
    assert points.shape == (5, 2) and discriminator(points).shape == (5, 1)
    assert float(np.abs(points).max()) > 1.0  # Unbounded.
    assert len([layer for layer in generator.layers if layer.name.startswith("dense")]) == 4
    conditional = described(mlp.discriminator, image_shape=(2,), num_classes=3)
    assert conditional.input_shape == [(None, 2), (None,)]
    assert conditional.get_layer("with_labels").output.shape == (None, 3)  # A point and a number for its class.
    conditional = described(mlp.discriminator, image_shape=(2,), num_attributes=4)
    assert conditional.input_shape == [(None, 2), (None, 4)]
    assert conditional.get_layer("with_labels").output.shape == (None, 3)


def test_a_maxout_unit_is_the_largest_of_five_linear_maps():
    discriminator = mlp.discriminator(image_shape=(2,), width=3, depth=1)
    points = np.random.default_rng(0).normal(size=(4, 2)).astype("float32")
    kernel, _, last, _ = discriminator.get_weights()
    hidden = (points @ kernel).reshape(4, 5, 3).max(1)
    np.testing.assert_allclose(discriminator(points), hidden @ last, rtol=1e-5)
