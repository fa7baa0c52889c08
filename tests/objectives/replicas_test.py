"""Two replicas that share a batch get the gradient of one device from every loss and penalty."""

import types

import numpy as np
import pytest
import tensorflow as tf

from gan_keras.objectives import losses
from gan_keras.objectives.penalties import PENALTIES
from gan_keras.objectives.penalties import dragan
from gan_keras.objectives.penalties import lecam
from gan_keras.runtime import randomness
from gan_keras.runtime import replicas
from tests import tiny
from tests.objectives.discriminators import discriminator_pass

WEIGHTS = tf.random.stateless_normal([12, 5], [0, 1])
# Images of unlike spread and logits of unlike mean on the two replicas.
REAL = tf.random.stateless_normal([4, 2, 2, 3], [0, 2]) * tf.reshape([0.2, 0.5, 2.0, 1.0], (4, 1, 1, 1)) + 0.3
FAKE = tf.random.stateless_normal([4, 2, 2, 3], [0, 3])
NUMBERS = {
    "alpha": randomness.uniform([4, 1, 1, 1], randomness.key(0, "alpha", 0)),
    "noise": randomness.uniform([4, 2, 2, 3], randomness.key(0, "noise", 0)),
}


def gradients_of_terms(share=replicas.share_of_mean, only=None):
    """Returns the gradients of every term, or of some, by the discriminator's weights, summed over replicas."""
    real_samples, fake_samples = replicas.replica_slice(REAL), replicas.replica_slice(FAKE)
    weights = tf.identity(WEIGHTS)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(weights)

        def discriminator(images):
            return tf.reduce_sum(tf.tanh(tf.reshape(images, (-1, 12)) @ weights), axis=1, keepdims=True)

        def passes(with_input_gradients):
            return [
                discriminator_pass(discriminator, samples, with_input_gradients)
                for samples in (real_samples, fake_samples)
            ]

        real, fake = passes(with_input_gradients=True)
        terms = {
            f"{name}, D": sum(loss.discriminator(real.logits, fake.logits).values())
            for name, loss in losses.LOSSES.items()
        }
        terms |= {f"{name}, G": loss.generator(real.logits, fake.logits) for name, loss in losses.LOSSES.items()}
        update = types.SimpleNamespace(
            micro_batch=types.SimpleNamespace(uniform=lambda stream, *shape: replicas.replica_slice(NUMBERS[stream])),
            number=tf.constant(4),
            penalty_interval=1,
            penalty_noise=0.0,
            lecam_averages=lecam.moving_averages(tf.zeros([2]), real.logits, fake.logits, tf.constant(0)),
        )
        terms |= {name: penalty(real, fake, update) for name, penalty in PENALTIES.items()}
        lazy = types.SimpleNamespace(number=tf.constant(4), penalty_interval=2, penalty_noise=0.0)
        terms["lazy r1"] = PENALTIES["r1"](*passes(with_input_gradients=False), lazy)
        shares = {name: share(term) for name, term in terms.items() if not only or name in only}
    sums = [replicas.sum_over_replicas(tape.gradient(share, weights)) for share in shares.values()]
    return dict(zip(shares, sums, strict=True))


def on_two_replicas(**arguments):
    strategy = tiny.two_replicas()
    results = tf.function(lambda: strategy.run(lambda: gradients_of_terms(**arguments)))()
    return {name: strategy.experimental_local_results(value)[0].numpy() for name, value in results.items()}


@pytest.fixture(scope="module")
def alone():
    return {name: gradient.numpy() for name, gradient in gradients_of_terms().items()}


def test_the_weight_of_a_term_does_not_change(alone):
    together = on_two_replicas()
    assert len(together) == 2 * len(losses.LOSSES) + len(PENALTIES) + 1
    for name, gradient in alone.items():
        assert np.abs(gradient).max() > 1e-3
        np.testing.assert_allclose(together[name], gradient, atol=1e-5 * np.abs(gradient).max(), err_msg=name)


def test_a_lazy_penalty_that_is_due_has_its_interval_times_the_weight(alone):
    np.testing.assert_allclose(alone["lazy r1"], 2 * alone["r1"], rtol=1e-5, atol=1e-6)


def test_the_check_can_fail(alone):
    for name, twice in on_two_replicas(share=tf.reduce_mean, only=("gradient_penalty", "r1")).items():
        np.testing.assert_allclose(twice, 2 * alone[name], rtol=1e-4, atol=1e-4)
    # What takes a statistic of its own replica only: the relativistic average, DRAGAN's deviation.
    alpha, noise = NUMBERS["alpha"], NUMBERS["noise"]
    halves = [dragan.perturbed(REAL[rows], alpha[rows], noise[rows]) for rows in (slice(2), slice(2, 4))]
    assert np.abs(tf.concat(halves, axis=0) - dragan.perturbed(REAL, alpha, noise)).max() > 0.05
