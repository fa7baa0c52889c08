"""One table of hand-computed values for all adversarial losses."""

import numpy as np
import pytest
import tensorflow as tf

from gan_keras.objectives import losses

REAL, FAKE = [2.0, -1.0], [0.0, -2.0]  # Their means are 0.5 and −1.

# softplus(x) = ln(1 + eˣ); softplus(−x) = softplus(x) − x:
#   0: 0.693147   0.5: 0.974077   1: 1.313262   2: 2.126928   2.5: 2.578889   3: 3.048587
#              −0.5: 0.474077  −1: 0.313262  −2: 0.126928  −2.5: 0.078889  −3: 0.048587
TABLE = {
    # Name: D's terms, G's loss.
    # softplus(−2), softplus(1); softplus(0), softplus(−2); −softplus(0), −softplus(−2)
    "minimax": ([0.126928, 1.313262], [0.693147, 0.126928], [-0.693147, -0.126928]),
    # G: softplus(0), softplus(2)
    "non_saturating": ([0.126928, 1.313262], [0.693147, 0.126928], [0.693147, 2.126928]),
    # (2 − 1)²/2, (−1 − 1)²/2; 0²/2, (−2)²/2; (0 − 1)²/2, (−2 − 1)²/2
    "least_squares": ([0.5, 2.0], [0.0, 2.0], [0.5, 4.5]),
    # max(0, 1 − 2), max(0, 1 + 1); max(0, 1 + 0), max(0, 1 − 2); −0, 2
    "hinge": ([0.0, 2.0], [1.0, 0.0], [0.0, 2.0]),
    "wasserstein": ([-2.0, 1.0], [0.0, -2.0], [0.0, 2.0]),
    # softplus(−1 − 2), softplus(−1 + 1); softplus(0 − 0.5), softplus(−2 − 0.5);
    # softplus(0.5 − 0) + softplus(2 + 1), softplus(0.5 + 2) + softplus(−1 + 1)
    "relativistic_average": ([0.048587, 0.693147], [0.474077, 0.078889], [4.022664, 3.272036]),
    # softplus(0 − 2), softplus(−2 + 1); softplus(2 − 0), softplus(−1 + 2)
    "relativistic_pairing": ([0.126928, 0.313262], [2.126928, 1.313262]),
}
PROBABILITIES = {"minimax", "non_saturating"}
THRESHOLDS = {"minimax": 0.0, "non_saturating": 0.0, "least_squares": 0.5, "hinge": 0.0}


def column(values, dtype=tf.float32):
    return tf.reshape(tf.constant(values, dtype), (-1, 1))


def sides(name, real, fake):
    """Returns D's terms and G's loss in a list; G's loss gets real logits only where it declares that it needs them."""
    loss = losses.LOSSES[name]
    terms = list(loss.discriminator(real, fake).values())
    return [*terms, loss.generator(real if loss.generator_needs_real else None, fake)]


def test_the_table_is_complete():
    assert set(TABLE) == set(losses.LOSSES)


@pytest.mark.parametrize("name", TABLE)
def test_hand_computed_values(name):
    values = sides(name, column(REAL), column(FAKE))
    np.testing.assert_allclose([value[:, 0] for value in values], TABLE[name], atol=2e-6)


def test_terms_are_reported_apart_where_they_are_apart():
    for name, loss in losses.LOSSES.items():
        paired = name == "relativistic_pairing"
        expected = ["d_loss_pairs"] if paired else ["d_loss_real", "d_loss_fake"]
        assert list(loss.discriminator(column(REAL), column(FAKE))) == expected


@pytest.mark.parametrize("name", TABLE)
def test_gradients_agree_with_finite_differences(name):
    generator = np.random.default_rng(0)
    logits = tf.constant(generator.normal(size=(2, 6, 1)), tf.float64)
    directions = generator.normal(size=(3, 6, 1))

    def mean_of_side(side, logits):
        values = sides(name, logits[0], logits[1])
        return tf.reduce_mean(sum(values[:-1]) if side == "discriminator" else values[-1])

    for side in ("discriminator", "generator"):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            mean = mean_of_side(side, logits)
        gradient = tape.gradient(mean, logits)
        for direction in directions:
            step = 1e-6 * np.stack([direction, -direction[::-1]])
            difference = mean_of_side(side, logits + step) - mean_of_side(side, logits - step)
            assert float(difference) / 2e-6 == pytest.approx(float(tf.reduce_sum(gradient * step)) / 1e-6, abs=1e-8)


@pytest.mark.parametrize("name", TABLE)
def test_large_logits_stay_finite(name):
    extreme = column([-1e4, 1e4, -1e4, 1e4])
    with tf.GradientTape() as tape:
        tape.watch(extreme)
        values = sides(name, extreme, tf.roll(extreme, 1, axis=0)) + sides(name, extreme, extreme)
    assert all(np.isfinite(value).all() for value in values)
    assert np.isfinite(tape.gradient(values, extreme)).all()


def test_what_a_logit_means():
    for name, loss in losses.LOSSES.items():
        assert loss.is_probability == (name in PROBABILITIES)
        assert loss.threshold == THRESHOLDS.get(name)
        assert loss.generator_needs_real == name.startswith("relativistic")
