"""Networks of texts: shapes, numbers of weights, distributions, and gradients through drawn symbols."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.networks import characters

SMALL = {"length": 8, "vocabulary_size": 5, "width": 6}


def weights(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


def test_the_published_sizes():
    generator = characters.generator(length=32, vocabulary_size=96, preset="paper")
    block = 2 * (5 * 512 * 512 + 512)
    normalizations = 11 * 2 * 512
    assert weights(generator) == (128 + 1) * 32 * 512 + 5 * block + normalizations + (512 + 1) * 96
    discriminator = characters.discriminator(length=32, vocabulary_size=96, preset="paper")
    assert weights(discriminator) == (96 + 1) * 512 + 5 * block + 32 * 512 + 1
    assert [entry.name for entry in discriminator.inputs] == ["texts"]


def test_g_makes_distributions():
    generator = characters.generator(latent_dim=4, **SMALL)
    probabilities = generator(np.random.default_rng(0).normal(size=(3, 4)))
    assert probabilities.shape == (3, 8, 5) and probabilities.dtype == tf.float32
    np.testing.assert_allclose(tf.reduce_sum(probabilities, -1), 1, rtol=1e-6)
    assert characters.discriminator(**SMALL)(probabilities).shape == (3, 1)


def test_drawn_symbols_are_one_hot_follow_the_distribution_and_pass_gradients():
    generator = characters.generator(latent_dim=4, relaxation="gumbel", **SMALL)
    assert generator.input_shape == (None, 4 + 8 * 5)
    text = np.full((4000, 4), 0.5, np.float32)
    noise = np.random.default_rng(0).uniform(-1, 1, (4000, 40)).astype(np.float32)
    latents = tf.constant(np.concatenate([text, noise], axis=1))
    with tf.GradientTape() as tape:
        drawn = generator(latents)
        loss = tf.reduce_sum(drawn * tf.constant(np.arange(5, dtype=np.float32)))
    assert set(np.unique(drawn)) == {0.0, 1.0} and np.all(tf.reduce_sum(drawn, -1) == 1)
    logits = keras.Model(generator.inputs, generator.get_layer("logits").output)(latents[:1])
    np.testing.assert_allclose(tf.reduce_mean(drawn, 0), tf.nn.softmax(logits[0]), atol=0.03)
    gradients = tape.gradient(loss, generator.trainable_variables)
    assert all(np.abs(gradient).max() > 0 for gradient in gradients)


def test_the_noise_of_symbols_is_not_rounded_to_16_bits():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        generator = characters.generator(latent_dim=4, relaxation="gumbel", **SMALL)
    finally:
        keras.config.set_dtype_policy("float32")
    latents = np.random.default_rng(0).uniform(-1, 1, (100, 44)).astype(np.float32)
    noise = keras.Model(generator.inputs, generator.get_layer("noise_of_symbols").output)(tf.constant(latents))
    np.testing.assert_array_equal(tf.reshape(noise, (100, 40)), latents[:, 4:])


def test_the_same_latents_are_the_same_text():
    generator = characters.generator(latent_dim=4, relaxation="gumbel", **SMALL)
    latents = np.random.default_rng(0).uniform(-1, 1, (2, 44)).astype(np.float32)
    np.testing.assert_array_equal(generator(latents), generator(latents))


@pytest.mark.parametrize("conditioning", ["concat", "projection", "classifier"])
def test_classes(conditioning):
    generator = characters.generator(latent_dim=4, num_classes=3, **SMALL)
    discriminator = characters.discriminator(num_classes=3, conditioning=conditioning, **SMALL)
    latents, labels = tf.ones((2, 4)), tf.constant([0, 2])
    drawn = generator({"latents": latents, "labels": labels})
    assert np.abs(drawn[0] - drawn[1]).max() > 1e-3
    outputs = discriminator(drawn if conditioning == "classifier" else {"texts": drawn, "labels": labels})
    logits = outputs["logits"] if conditioning == "classifier" else outputs
    assert logits.shape == (2, 1)


def test_unknown_names_are_refused():
    for arguments in ({"preset": "large"}, {"relaxation": "hard"}):
        with pytest.raises(errors.UserError, match="unknown"):
            characters.generator(**SMALL, **arguments)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving
def test_they_are_saved_and_read_back(tmp_path):
    generator = characters.generator(latent_dim=4, relaxation="gumbel", **SMALL)
    generator.save(tmp_path / "g.keras")
    latents = tf.constant(np.random.default_rng(0).uniform(-1, 1, (2, 44)), tf.float32)
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "g.keras")(latents), generator(latents))
