"""Games on samples that are no images, with networks of a user: sequences of symbols, and from one image to another."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from gan_keras.game import gan

LENGTH, SYMBOLS = 4, 3
SIDE = 4


def test_a_game_on_sequences():
    """Real sequences (N, 4, 3) are one-hot and repeat one symbol; G learns to repeat one, too."""
    latents = keras.Input((8,), name="latents")
    x = keras.layers.Dense(32, activation="relu")(latents)
    x = keras.layers.Reshape((LENGTH, SYMBOLS))(keras.layers.Dense(LENGTH * SYMBOLS)(x))
    generator = keras.Model(latents, keras.layers.Softmax(name="text")(3.0 * x))
    text = keras.Input((LENGTH, SYMBOLS), name="text")
    x = keras.layers.Dense(32, activation="leaky_relu")(keras.layers.Flatten()(text))
    discriminator = keras.Model(text, keras.layers.Dense(1)(x))

    rng = np.random.default_rng(0)
    symbols = rng.integers(0, SYMBOLS, 2048)
    real = np.repeat(np.eye(SYMBOLS, dtype="float32")[symbols][:, None], LENGTH, axis=1)
    model = gan.GAN(generator, discriminator, latents="normal", ema_half_life_images=500, seed=1)
    model.compile(*(keras.optimizers.Adam(2e-3, beta_1=0.5) for _ in range(2)))

    def share_of_repetitions():
        drawn = np.asarray(model(rng.standard_normal((500, 8)).astype("float32"))).argmax(-1)
        return (drawn == drawn[:, :1]).all(axis=1).mean(), len(set(drawn[:, 0]))

    before, _ = share_of_repetitions()
    model.fit(real, batch_size=64, epochs=12, verbose=0)
    after, kinds = share_of_repetitions()
    print(f"sequences that repeat one symbol: {before:.0%} before, {after:.0%} after training; {kinds} symbols")
    assert before < 0.4 and after > 0.8 and kinds > 1


def test_a_game_from_image_to_image():
    """G takes no latents but the condition `source`; the real target of a source is its negative."""
    source = keras.Input((SIDE, SIDE, 1), name="source")
    generator = keras.Model(source, keras.layers.Conv2D(1, 1, name="target")(source))
    target, shown = keras.Input((SIDE, SIDE, 1), name="target"), keras.Input((SIDE, SIDE, 1), name="source")
    x = keras.layers.Concatenate()([target, shown])
    x = keras.layers.Conv2D(16, 1, activation="leaky_relu")(x)
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(x))
    discriminator = keras.Model([target, shown], logits)

    sources = np.random.default_rng(0).uniform(-1, 1, (512, SIDE, SIDE, 1)).astype("float32")
    model = gan.GAN(generator, discriminator, ema_half_life_images=500)
    model.compile(*(keras.optimizers.Adam(5e-3, beta_1=0.5) for _ in range(2)))
    data = tf.data.Dataset.from_tensor_slices({"samples": -sources, "source": sources}).batch(32)
    probe = sources[:64]

    def error():
        return float(ops.mean(ops.abs(model(probe) + probe)))

    before = error()
    model.fit(data, epochs=15, verbose=0, shuffle=False)
    print(f"mean error of the negative: {before:.2f} before, {error():.2f} after training")
    assert error() < 0.3 * before
