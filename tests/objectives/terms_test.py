"""Every term of both losses by hand: D is a formula, and each expected value is a NumPy formula beside the settings.

D(x) = w·x + c·x² / 2 has the input gradient w + c·x. It is linear but for its second part, without which the gradient
would be the same everywhere, and a penalty at the wrong samples would go unnoticed.
"""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras import objectives
from gan_keras.augment import Augmentation
from gan_keras.config import schema
from gan_keras.game import micro_batch
from gan_keras.game.discriminator_pass import AugmentedDiscriminator
from gan_keras.game.discriminator_pass import discriminate
from gan_keras.objectives import Objective

REAL = np.array([[0.9, -0.4], [0.3, 1.1], [-0.8, 0.6], [1.7, 0.2]])
FAKE = np.array([[-0.5, 1.3], [0.7, 0.8], [1.9, -1.2], [-0.2, -0.9]])
LABELS = np.array([2, 0, 1, 2])
W, C = np.array([1.5, -0.5]), np.array([0.8, 0.3])
V = np.array([[0.2, -1.0, 0.7], [1.4, 0.5, -0.3]])  # Class logits are x·V.
LECAM_AVERAGES = np.array([0.6, -0.1])  # α_R and α_F.

PART = micro_batch.split({"samples": tf.constant(REAL, tf.float32)}, 1, seed=3, iteration=5, sub_step=1)[0]
NORMAL = {name: PART.normal(f"{name} noise", 2).numpy() for name in ("r1", "r2")}
ALPHA, NOISE = PART.uniform("alpha", 1).numpy(), PART.uniform("noise", 2).numpy()


def d(x):
    return x @ W + x**2 @ C / 2


def squared_slope(x):
    """‖∇D‖² at each sample."""
    return ((W + C * x) ** 2).sum(1)


def estimated(x, noise, deviation):
    """‖∇D‖² / 2 at each sample, from the change of D under noise."""
    return (d(x + deviation * noise) - d(x)) ** 2 / (2 * deviation**2)


def unit_norm(x):
    """(‖∇D‖ − 1)² at each sample."""
    return (np.sqrt(squared_slope(x)) - 1) ** 2


def cross_entropy(x):
    """−log of the probability that the classifier gives to each sample's label."""
    return np.log(np.exp(x @ V).sum(1)) - (x @ V)[np.arange(4), LABELS]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def log(x):
    return np.log(x)


def network():
    """Returns D as a Keras model with an auxiliary classifier."""
    samples = keras.Input((2,), name="samples")
    linear = keras.layers.Dense(1, use_bias=False, name="linear")(samples)
    curved = keras.layers.Dense(1, use_bias=False, name="curved")(0.5 * keras.ops.square(samples))
    class_logits = keras.layers.Dense(3, use_bias=False, name="class_logits")(samples)
    model = keras.Model(samples, {"logits": linear + curved, "class_logits": class_logits})
    for name, kernel in (("linear", W[:, None]), ("curved", C[:, None]), ("class_logits", V)):
        model.get_layer(name).kernel.assign(kernel)
    return model


NETWORK = network()
DISCRIMINATOR = AugmentedDiscriminator(
    NETWORK, {"labels": tf.constant(LABELS)}, Augmentation(), draws=None, probability=tf.constant(0.0)
)


def discriminator_terms(objective, weights=None, update=0):
    """Returns the terms of D's loss, of a micro-batch of 4 in update number `update`."""
    real_gradients, fake_gradients = objectives.input_gradients_in_passes(objective)
    real = discriminate(DISCRIMINATOR, tf.constant(REAL, tf.float32), real_gradients)
    fake = discriminate(DISCRIMINATOR, tf.constant(FAKE, tf.float32), fake_gradients)
    weights = {name: tf.constant(weight) for name, weight in (weights or {}).items()}
    averages = tf.constant(LECAM_AVERAGES, tf.float32)
    interval, noise = objective.penalty_interval or 1, objective.penalty_noise or 0.0
    context = objectives.Update(PART, tf.constant(update), interval, noise, averages)
    return objectives.discriminator_terms(objective, real, fake, weights, context)


def generator_terms(objective):
    """Returns the terms of G's loss; the pass over real samples is there only where the loss needs it."""
    needs_real = objectives.LOSSES[objective.loss].generator_needs_real
    real = discriminate(DISCRIMINATOR, tf.constant(REAL, tf.float32)) if needs_real else None
    return objectives.generator_terms(objective, real, discriminate(DISCRIMINATOR, tf.constant(FAKE, tf.float32)))


def expect(terms, expected):
    """Checks the names of the terms and their values, one number per sample."""
    assert set(terms) == set(expected)
    for name, values in expected.items():
        assert terms[name].dtype == tf.float32 and tuple(terms[name].shape) in ((4,), (4, 1)), name
        np.testing.assert_allclose(np.ravel(terms[name]), values, rtol=2e-5, atol=1e-5, err_msg=name)


R, F = d(REAL), d(FAKE)
ADVERSARIAL = {
    # Loss: D's terms, G's loss.
    "minimax": (
        {"d_loss_real": -log(sigmoid(R)), "d_loss_fake": -log(1 - sigmoid(F))},
        log(1 - sigmoid(F)),
    ),
    "non_saturating": (
        {"d_loss_real": -log(sigmoid(R)), "d_loss_fake": -log(1 - sigmoid(F))},
        -log(sigmoid(F)),
    ),
    "least_squares": (
        {"d_loss_real": (R - 1) ** 2 / 2, "d_loss_fake": F**2 / 2},
        (F - 1) ** 2 / 2,
    ),
    "hinge": (
        {"d_loss_real": np.maximum(0, 1 - R), "d_loss_fake": np.maximum(0, 1 + F)},
        -F,
    ),
    "wasserstein": (
        {"d_loss_real": -R, "d_loss_fake": F},
        -F,
    ),
    "relativistic_average": (
        {"d_loss_real": -log(sigmoid(R - F.mean())), "d_loss_fake": -log(1 - sigmoid(F - R.mean()))},
        -log(sigmoid(F - R.mean())) - log(1 - sigmoid(R - F.mean())),
    ),
    "relativistic_pairing": (
        {"d_loss_pairs": -log(sigmoid(R - F))},
        -log(sigmoid(F - R)),
    ),
}
HINGE = ADVERSARIAL["hinge"][0]


def test_the_table_has_every_loss():
    assert set(ADVERSARIAL) == set(objectives.LOSSES)


@pytest.mark.parametrize("loss", ADVERSARIAL)
def test_adversarial_terms(loss):
    of_discriminator, of_generator = ADVERSARIAL[loss]
    expect(discriminator_terms(Objective(loss)), of_discriminator)
    expect(generator_terms(Objective(loss)), {"g_loss": of_generator})


def test_classification_is_on_real_samples_in_d_and_on_generated_samples_in_g():
    objective = Objective("hinge", classification=0.3)
    expect(discriminator_terms(objective), HINGE | {"d_class_loss": 0.3 * cross_entropy(REAL)})
    expect(generator_terms(objective), {"g_loss": -F, "g_class_loss": 0.3 * cross_entropy(FAKE)})


BETWEEN = ALPHA * REAL + (1 - ALPHA) * FAKE
AROUND = REAL + ALPHA * REAL.std() / 2 * NOISE
LECAM = np.maximum(0, R - LECAM_AVERAGES[1]) ** 2 + np.maximum(0, LECAM_AVERAGES[0] - F) ** 2
R1_R2 = {"r1": 2.0, "r2": 3.0}
EVERY_THIRD = R1_R2 | {"penalty_interval": 3}

ALL = {"gradient_penalty": 10.0, "dragan": 5.0, "r1": 2.0, "r2": 3.0, "lecam": 0.5}

PENALTIES = [
    # Settings, weights in this update, number of the update, expected terms.
    ({"gradient_penalty": 10.0}, {"gradient_penalty": 10.0}, 0, {"gradient_penalty": 10 * unit_norm(BETWEEN)}),
    ({"dragan": 5.0}, {"dragan": 5.0}, 0, {"dragan": 5 * unit_norm(AROUND)}),
    ({"r1": 2.0}, {"r1": 2.0}, 0, {"r1": 2 * squared_slope(REAL) / 2}),
    ({"r2": 3.0}, {"r2": 3.0}, 0, {"r2": 3 * squared_slope(FAKE) / 2}),
    ({"lecam": 0.5}, {"lecam": 0.5}, 0, {"lecam": 0.5 * LECAM}),
    # A scheduled weight is the one of this update.
    ({"gradient_penalty": "linear:10:1"}, {"gradient_penalty": 7.0}, 4, {"gradient_penalty": 7 * unit_norm(BETWEEN)}),
    ({"dragan": "cosine:0:4"}, {"dragan": 0.25}, 4, {"dragan": 0.25 * unit_norm(AROUND)}),
    ({"r1": "cosine:2:0.2"}, {"r1": 1.1}, 4, {"r1": 1.1 * squared_slope(REAL) / 2}),
    ({"r2": "linear:0:2"}, {"r2": 0.6}, 4, {"r2": 0.6 * squared_slope(FAKE) / 2}),
    ({"lecam": "linear:0:1"}, {"lecam": 0.2}, 4, {"lecam": 0.2 * LECAM}),
    # R1 and R2 in every third update, with three times the weight.
    (EVERY_THIRD, R1_R2, 0, {"r1": 3 * 2 * squared_slope(REAL) / 2, "r2": 3 * 3 * squared_slope(FAKE) / 2}),
    (EVERY_THIRD, R1_R2, 6, {"r1": 3 * 2 * squared_slope(REAL) / 2, "r2": 3 * 3 * squared_slope(FAKE) / 2}),
    (EVERY_THIRD, R1_R2, 7, {"r1": 0 * R, "r2": 0 * F}),
    (EVERY_THIRD, R1_R2, 8, {"r1": 0 * R, "r2": 0 * F}),
    ({"r1": "linear:4:2", "penalty_interval": 3}, {"r1": 2.5}, 3, {"r1": 3 * 2.5 * squared_slope(REAL) / 2}),
    # From D's change under noise.
    (
        R1_R2 | {"penalty_noise": 0.5},
        R1_R2,
        0,
        {"r1": 2 * estimated(REAL, NORMAL["r1"], 0.5), "r2": 3 * estimated(FAKE, NORMAL["r2"], 0.5)},
    ),
    (
        EVERY_THIRD | {"penalty_noise": 0.5},
        R1_R2,
        6,
        {"r1": 6 * estimated(REAL, NORMAL["r1"], 0.5), "r2": 9 * estimated(FAKE, NORMAL["r2"], 0.5)},
    ),
    (EVERY_THIRD | {"penalty_noise": 0.5}, R1_R2, 7, {"r1": 0 * R, "r2": 0 * F}),
    # All at once; the interval is that of R1 and R2 alone.
    (
        ALL | {"penalty_interval": 3},
        ALL,
        4,
        {
            "gradient_penalty": 10 * unit_norm(BETWEEN),
            "dragan": 5 * unit_norm(AROUND),
            "r1": 0 * R,
            "r2": 0 * F,
            "lecam": 0.5 * LECAM,
        },
    ),
]


@pytest.mark.parametrize("kind", [float, str])
def test_the_table_has_every_penalty_with_a_constant_and_with_a_scheduled_weight(kind):
    alone = [settings for settings, *_ in PENALTIES if len(settings) == 1]
    names = {name for settings in alone for name, weight in settings.items() if isinstance(weight, kind)}
    assert names == set(schema.PENALTIES)


@pytest.mark.parametrize("settings, weights, update, expected", PENALTIES)
def test_penalties(settings, weights, update, expected):
    objective = Objective("hinge", **settings)
    assert set(objective.penalties) == set(weights)
    expect(discriminator_terms(objective, weights, update), HINGE | expected)
    expect(generator_terms(objective), {"g_loss": -F})  # A penalty is on D alone.


def test_an_estimate_of_r1_tends_to_it():
    noise = np.random.default_rng(0).standard_normal((100_000, 1, 2))
    np.testing.assert_allclose(estimated(REAL, noise, 1e-3).mean(0), squared_slope(REAL) / 2, rtol=0.02)


def test_the_direction_of_san_has_a_loss_of_its_own():
    real, fake = (
        dataclasses.replace(
            discriminate(DISCRIMINATOR, tf.constant(x, tf.float32)), direction_logits=tf.constant(logits)
        )
        for x, logits in ((REAL, [[1.0], [2.0], [3.0], [4.0]]), (FAKE, [[0.5], [0.5], [0.0], [5.0]]))
    )
    terms = objectives.discriminator_terms(Objective("hinge"), real, fake, {}, None)
    expect(terms, HINGE | {"d_loss_direction": [-0.5, -1.5, -3.0, 1.0]})


def test_random_numbers_of_the_penalties_belong_to_the_micro_batch():
    assert 0.0 <= ALPHA.min() < ALPHA.max() < 1.0 and len(np.unique(ALPHA)) == 4 and len(np.unique(NOISE)) == 8


def test_the_gradient_of_all_terms_by_finite_differences():
    objective = Objective(
        "least_squares", gradient_penalty=0.7, dragan=0.5, r1=0.4, r2=0.3, lecam=0.2, classification=0.6
    )
    weights = {"gradient_penalty": 0.7, "dragan": 0.5, "r1": 0.4, "r2": 0.3, "lecam": 0.2}

    def loss(w):
        """The mean of the sum of the terms that depend on D's linear part, as a function of it."""

        def d(x):
            return x @ w + x**2 @ C / 2

        def squared_slope(x):
            return ((w + C * x) ** 2).sum(1)

        return np.mean(
            (d(REAL) - 1) ** 2 / 2
            + d(FAKE) ** 2 / 2
            + 0.7 * (np.sqrt(squared_slope(BETWEEN)) - 1) ** 2
            + 0.5 * (np.sqrt(squared_slope(AROUND)) - 1) ** 2
            + 0.4 * squared_slope(REAL) / 2
            + 0.3 * squared_slope(FAKE) / 2
            + 0.2 * np.maximum(0, d(REAL) - LECAM_AVERAGES[1]) ** 2
            + 0.2 * np.maximum(0, LECAM_AVERAGES[0] - d(FAKE)) ** 2
        )

    kernel = NETWORK.get_layer("linear").kernel.value
    with tf.GradientTape() as tape:
        terms = discriminator_terms(objective, weights)
        total = sum(tf.reduce_mean(term) for term in terms.values())
    differences = [(loss(W + step) - loss(W - step)) / 2e-6 for step in 1e-6 * np.eye(2)]
    np.testing.assert_allclose(tape.gradient(total, kernel)[:, 0], differences, rtol=1e-4)
