"""Projected GAN: a backbone that stays as it is, and four small discriminators on random mixtures of its maps."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.networks import projected

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving
CHANNELS = {4: 2, 8: 3, 16: 4, 32: 5}


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    """A network of four convolutions, one with batch normalization, in place of one that knows images."""
    x = images = keras.Input((None, None, 3))
    maps = {}
    for stride, channels in CHANNELS.items():
        x = keras.layers.Conv2D(channels, 3, strides=4 if stride == 4 else 2, padding="same", activation="relu")(x)
        x = keras.layers.BatchNormalization()(x) if stride == 8 else x
        maps[f"stride_{stride}"] = x
    path = tmp_path_factory.mktemp("backbone") / "tiny.keras"
    keras.Model(images, maps | {"pooled": keras.layers.GlobalAveragePooling2D()(x)}).save(path)
    return str(path)


def test_four_logits_of_which_the_finest_map_has_the_deepest_discriminator(backbone):
    network = projected.discriminator(32, mixture_width=4, backbone=backbone)
    assert network.output_shape == (None, 4)
    mixtures = [network.get_layer(f"mixture_{index}").output.shape[1:] for index in range(3)]
    assert mixtures == [(32, 32, 4), (16, 16, 8), (8, 8, 16)]
    assert network.get_layer("mix_channels_3").output.shape[1:] == (4, 4, 32)
    convolutions = [name for name in (layer.name for layer in network.layers) if name.startswith("conv_")]
    assert sorted(convolutions) == sorted(
        ["conv_4_16", "conv_4_8", "conv_4_4", "conv_8_8", "conv_8_4", "conv_16_4"]
        + [f"conv_logit_{stride}" for stride in CHANNELS]
    )


def test_backbone_and_mixtures_are_not_trained(backbone):
    network = projected.discriminator(32, mixture_width=4, backbone=backbone)
    fixed = {variable.path.split("/")[0] for variable in network.non_trainable_variables}
    trained = {variable.path.split("/")[0] for variable in network.trainable_variables}
    assert {"mix_channels_0", "mix_scales_2"} <= fixed
    assert all(name.startswith(("conv_", "bn_")) for name in trained)
    before = [variable.numpy() for variable in network.get_layer("backbone").variables]
    network(np.random.default_rng(0).uniform(-1, 1, (4, 32, 32, 3)).astype("float32"), training=True)
    for variable, value in zip(network.get_layer("backbone").variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)  # Moving statistics, too.


def test_a_gradient_reaches_the_images_and_grey_ones_are_shown_in_three_channels(backbone):
    network = projected.discriminator(32, channels=1, mixture_width=4, backbone=backbone)
    images = tf.random.stateless_uniform([4, 32, 32, 1], [0, 0], -1, 1)
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = network(images, training=True)
    assert logits.dtype == tf.float32 and np.abs(tape.gradient(logits, images)).max() > 0


def test_a_file_that_is_no_backbone_is_refused(tmp_path, backbone):
    with pytest.raises(errors.UserError, match="backbone=None: expected the path of a .keras model"):
        projected.discriminator(32)
    (tmp_path / "a.keras").write_text("no model")
    with pytest.raises(errors.UserError, match="not a Keras model with such feature maps"):
        projected.discriminator(32, backbone=str(tmp_path / "a.keras"))
    images = keras.Input((32, 32, 3))
    keras.Model(images, {"stride_4": images}).save(tmp_path / "b.keras")
    with pytest.raises(errors.UserError, match="stride_8"):
        projected.discriminator(32, backbone=str(tmp_path / "b.keras"))
