import itertools

import numpy as np
import pytest
import tensorflow as tf

from gan_keras.config import names
from gan_keras.runtime import randomness


def test_a_draw_is_a_function_of_its_key():
    one, same = (randomness.latents([4, 3], "normal", randomness.key(1, "latents", 5, 2)) for _ in range(2))
    np.testing.assert_array_equal(one, same)


def test_inside_a_graph_it_is_the_same_draw():
    draw = tf.function(
        lambda iteration: randomness.latents([4, 3], "uniform", randomness.key(1, "latents", iteration, 2))
    )
    eager = randomness.latents([4, 3], "uniform", randomness.key(1, "latents", 5, 2))
    np.testing.assert_array_equal(draw(tf.constant(5, tf.int64)), eager)


def test_keys_that_differ_anywhere_draw_differently():
    cases = itertools.product((0, 1, 2**31 - 1), ("latents", "flip"), (0, 1, 2**40), (0, 1, 65_535))
    draws = {tuple(randomness.uniform([2], randomness.key(*case)).numpy()) for case in cases}
    assert len(draws) == 3 * 2 * 3 * 3


def test_known_values_stay_so_that_old_runs_can_resume():
    assert randomness.key(1, "latents", 5, 2).numpy().tolist() == [(1 << 32) + 3_530_432_112, 5 * 65_536 + 2]
    known = [0.3081359, 0.0172046, 0.4448106]
    np.testing.assert_allclose(randomness.uniform([3], randomness.key(0, "flip", 0)), known, rtol=0, atol=1e-7)


@pytest.mark.parametrize("distribution, mean, variance", [("uniform", 0.0, 1 / 3), ("normal", 0.0, 1.0)])
def test_moments_of_the_laws(distribution, mean, variance):
    values = randomness.latents([200, 500], distribution, randomness.key(0, "latents", 0)).numpy()
    assert values.mean() == pytest.approx(mean, abs=0.01)
    assert values.var() == pytest.approx(variance, abs=0.01)
    if distribution == "uniform":
        assert -1.0 <= values.min() < -0.999 < 0.999 < values.max() < 1.0


def test_an_unknown_law_is_refused():
    with pytest.raises(ValueError, match="unknown distribution 'gauss': expected one of uniform, normal"):
        randomness.latents([1, 1], "gauss", randomness.key(0, "latents", 0))


@pytest.mark.parametrize("distribution", names.LATENT_DISTRIBUTIONS)
def test_a_sample_seed_is_the_same_latent_vector_in_every_batch(distribution):
    together = randomness.sample_latents([3, 0, 2**40], 5, distribution).numpy()
    alone = [randomness.sample_latents([seed], 5, distribution).numpy()[0] for seed in (3, 0, 2**40)]
    np.testing.assert_array_equal(together, alone)
    assert len({row.tobytes() for row in together}) == 3


def test_derived_seeds_differ_by_variable():
    seeds = {
        randomness.derived_seed(seed, network, layer)
        for seed in (0, 1)
        for network in ("generator", "discriminator")
        for layer in ("conv_4", "bn_4")
    }
    assert len(seeds) == 8
    assert all(0 <= seed < 2**31 for seed in seeds)
