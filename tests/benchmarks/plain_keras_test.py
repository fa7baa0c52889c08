"""The training step beside a plain Keras loop."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.benchmarks import plain_keras
from gan_keras.layers.batch_normalization import BatchNormalization
from tests import tiny


def test_stock_layers_compute_the_same():
    latents = np.random.default_rng(0).uniform(-1, 1, (8, 8)).astype("float32")
    ours, _ = tiny.networks(width=2)
    stock = plain_keras.stock(ours)
    stock.set_weights(ours.get_weights())
    kinds = {type(layer) for layer in stock.layers}
    assert keras.layers.BatchNormalization in kinds and BatchNormalization not in kinds
    np.testing.assert_allclose(stock(latents, training=True), ours(latents, training=True), atol=1e-5)


def test_a_recipe_without_a_plain_loop_is_refused():
    with pytest.raises(errors.UserError, match="recipe=wgan_gp: .*choose gan, dcgan, dcgan_paper"):
        plain_keras.measure("wgan_gp")


@pytest.fixture
def eager():
    """Runs functions without tracing them, which takes longer than so few steps."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def test_the_ratio_of_the_medians(eager, capsys):
    ratio = plain_keras.measure("gan", batch_size=2, rounds=3, iterations=1, resolution=16)
    ours, plain, last = capsys.readouterr().out.splitlines()
    assert ours.startswith("gan_keras, float32 ") and plain.startswith("plain Keras loop, float32 ")
    rates = [[float(rate) for rate in line.split("rounds: ")[1].split()] for line in (ours, plain)]
    assert [len(rounds) for rounds in rates] == [3, 3]
    assert ratio == pytest.approx(np.median(rates[0]) / np.median(rates[1]), rel=0.01)
    assert last == f"ratio of the medians: {ratio:.2f}"
