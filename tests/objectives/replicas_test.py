"""Two replicas that share a batch get the gradient of one device from every loss and penalty."""

import numpy as np
import pytest
import tensorflow as tf

from gan_keras import distribution
from gan_keras import random
from gan_keras.objectives import losses
from gan_keras.objectives import penalties
from gan_keras.objectives.judged import Judged
from tests import tiny

WEIGHTS = tf.random.stateless_normal([12, 5], [0, 1])
# Images of unlike spread and logits of unlike mean on the two replicas.
REALS = tf.random.stateless_normal([4, 2, 2, 3], [0, 2]) * tf.reshape([0.2, 0.5, 2.0, 1.0], (4, 1, 1, 1)) + 0.3
FAKES = tf.random.stateless_normal([4, 2, 2, 3], [0, 3])
ALPHA = random.uniform([4, 1, 1, 1], random.key(0, "alpha", 0))
NOISE = random.uniform([4, 2, 2, 3], random.key(0, "noise", 0))


def gradients_of_terms(share=distribution.share_of_mean, only=None):
    """Returns the gradients of every term, or of some, by the critic's weights, summed over replicas."""
    reals, fakes, alpha, noise = (distribution.replica_slice(tensor) for tensor in (REALS, FAKES, ALPHA, NOISE))
    weights, step = tf.identity(WEIGHTS), tf.constant(4)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(weights)

        def judge(images, labels):
            return tf.reduce_sum(tf.tanh(tf.reshape(images, (-1, 12)) @ weights), axis=1, keepdims=True)

        def judged(images):
            return Judged(judge, images, labels=None, with_gradients=True)

        real_logits, fake_logits = judged(reals).logits, judged(fakes).logits
        terms = {f"{name}, D": sum(loss.discriminator(real_logits, fake_logits).values())
                 for name, loss in losses.LOSSES.items()}
        terms |= {f"{name}, G": loss.generator(real_logits, fake_logits) for name, loss in losses.LOSSES.items()}
        for name, images in (
            ("wgan_gp", penalties.interpolates(reals, fakes, alpha)),
            ("dragan", penalties.perturbed(reals, alpha, noise)),
        ):
            terms[name] = penalties.unit_norm(judged(images).gradients)
        for name, images in (("r1", reals), ("r2", fakes)):
            terms[name] = penalties.zero_centred(judged(images).gradients)
        terms["lazy"] = penalties.lazy(
            lambda: penalties.zero_centred(judged(reals).gradients), step, 2, tf.shape(reals)[0]
        )
        averages = penalties.lecam_averages(tf.zeros([2]), real_logits, fake_logits, tf.constant(0))
        terms["lecam"] = penalties.lecam(real_logits, fake_logits, averages)
        shares = {name: share(term) for name, term in terms.items() if not only or name in only}
    sums = [distribution.sum_over_replicas(tape.gradient(share, weights)) for share in shares.values()]
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
    assert len(together) == 2 * len(losses.LOSSES) + 6
    for name, gradient in alone.items():
        assert np.abs(gradient).max() > 1e-3
        np.testing.assert_allclose(together[name], gradient, atol=1e-5 * np.abs(gradient).max(), err_msg=name)


def test_a_lazy_penalty_that_is_due_has_its_interval_times_the_weight(alone):
    np.testing.assert_allclose(alone["lazy"], 2 * alone["r1"], rtol=1e-5, atol=1e-6)


def test_the_check_can_fail(alone):
    for name, twice in on_two_replicas(share=tf.reduce_mean, only=("wgan_gp", "r1")).items():
        np.testing.assert_allclose(twice, 2 * alone[name], rtol=1e-4, atol=1e-4)
    # What takes a statistic of its own replica only: the relativistic average, DRAGAN's deviation.
    local = tf.concat([penalties.perturbed(REALS[rows], ALPHA[rows], NOISE[rows])
                       for rows in (slice(2), slice(2, 4))], axis=0)
    assert np.abs(local - penalties.perturbed(REALS, ALPHA, NOISE)).max() > 0.05
