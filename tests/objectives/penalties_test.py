"""Penalties against closed forms and finite differences."""

import numpy as np
import pytest
import tensorflow as tf

from gan_keras.objectives import penalties
from gan_keras.objectives.judged import Judged

THREE_FOUR = tf.constant([3.0, 4.0], shape=(1, 1, 2, 1))  # one image of two pixels, of norm 5


def logits_and_gradients(judge, images):
    judged = Judged(lambda images, labels: judge(images), images, labels=None, with_gradients=True)
    return judged.logits, judged.gradients


def test_a_linear_critic_has_the_norm_of_its_weights():
    def judge(images):
        return tf.reduce_sum(images * THREE_FOUR, axis=(1, 2, 3))[:, None]

    images = tf.random.stateless_normal([4, 1, 2, 1], [0, 0])
    logits, gradients = logits_and_gradients(judge, images)
    np.testing.assert_allclose(logits[:, 0], 3 * images[:, 0, 0, 0] + 4 * images[:, 0, 1, 0], rtol=1e-5)
    np.testing.assert_allclose(gradients, np.tile(THREE_FOUR, (4, 1, 1, 1)))
    np.testing.assert_allclose(penalties.gradient_norms_squared(gradients), 4 * [25])
    np.testing.assert_allclose(penalties.gradient_norms(gradients), 4 * [5])
    np.testing.assert_allclose(penalties.unit_norm(gradients), 4 * [16])  # (5 − 1)²
    np.testing.assert_allclose(penalties.zero_centred(gradients), 4 * [12.5])  # 25 / 2


def test_a_quadratic_critic_has_gradient_2x():
    images = tf.concat([THREE_FOUR, 0 * THREE_FOUR], axis=0)
    _, gradients = logits_and_gradients(
        lambda images: tf.reduce_sum(tf.square(images), axis=(1, 2, 3))[:, None], images
    )
    np.testing.assert_allclose(gradients, 2 * images)
    np.testing.assert_allclose(penalties.unit_norm(gradients), [81, 1], rtol=1e-5)  # (10 − 1)², (0 − 1)²
    np.testing.assert_allclose(penalties.zero_centred(gradients), [50, 0])


def test_batch_statistics_enter_the_gradient():
    # Each logit has slope 1 along its own image, but the sum of logits whose mean is subtracted is always 0.
    _, gradients = logits_and_gradients(
        lambda images: (images - tf.reduce_mean(images, axis=0, keepdims=True))[:, 0, 0, 0, None],
        tf.random.stateless_normal([4, 1, 1, 1], [0, 0]),
    )
    np.testing.assert_allclose(gradients, np.zeros((4, 1, 1, 1)), atol=1e-7)


def test_a_gradient_of_zero_has_a_finite_slope():
    weights = tf.zeros([2])
    slopes = []
    for norms in (penalties.gradient_norms, lambda gradients: tf.sqrt(penalties.gradient_norms_squared(gradients))):
        with tf.GradientTape() as tape:
            tape.watch(weights)
            _, gradients = logits_and_gradients(
                lambda images: tf.linalg.matvec(tf.reshape(images, (-1, 2)), weights)[:, None], THREE_FOUR
            )
            penalty = tf.reduce_sum(tf.square(norms(gradients) - 1.0))
        slopes.append(tape.gradient(penalty, weights).numpy())
    assert slopes[0].tolist() == [0.0, 0.0]
    assert np.isnan(slopes[1]).all()  # without ε


def test_half_precision_gradients_are_squared_in_float32():
    gradients = tf.fill([1, 2, 2, 1], tf.constant(300.0, tf.float16))  # 300² = 90 000 is beyond float16
    squares = penalties.gradient_norms_squared(gradients)
    assert squares.dtype == tf.float32 and squares.numpy().tolist() == [360_000.0]


@pytest.mark.parametrize("penalty", ["unit_norm", "zero_centred"])
def test_slopes_by_the_weights_agree_with_finite_differences(penalty):
    # D(x) = v·tanh(Wx) has the input gradient Wᵀ(v (1 − tanh²(Wx))): the penalty without any tape, in float64.
    generator = np.random.default_rng(0)
    weights, v, images = generator.normal(size=(6, 5)), generator.normal(size=6), generator.normal(size=(3, 5))

    def by_formula(weights):
        gradients = (v * (1 - np.tanh(images @ weights.T) ** 2)) @ weights
        squares = np.sum(gradients**2, axis=1)
        return np.mean((np.sqrt(squares) - 1) ** 2 if penalty == "unit_norm" else squares / 2)

    differences = np.zeros_like(weights)
    for place in np.ndindex(*weights.shape):
        step = np.zeros_like(weights)
        step[place] = 1e-6
        differences[place] = (by_formula(weights + step) - by_formula(weights - step)) / 2e-6

    variable = tf.constant(weights, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        _, gradients = logits_and_gradients(
            lambda images: tf.tanh(tf.reshape(images, (3, 5)) @ tf.transpose(variable)) @ v.astype("float32")[:, None],
            tf.constant(images.reshape(3, 1, 5, 1), tf.float32),
        )
        mean = tf.reduce_mean(getattr(penalties, penalty)(gradients))
    assert float(mean) == pytest.approx(by_formula(weights), rel=1e-5)
    np.testing.assert_allclose(tape.gradient(mean, variable), differences, atol=2e-5 * np.abs(differences).max())


def test_interpolates_lie_on_the_line_between_the_two_images():
    reals, fakes = tf.ones([3, 2, 2, 1]), tf.fill([3, 2, 2, 1], -1.0)
    alpha = tf.reshape([0.0, 0.5, 0.75], (3, 1, 1, 1))
    mixed = penalties.interpolates(reals, fakes, alpha).numpy()
    assert mixed.reshape(3, 4).tolist() == [4 * [-1.0], 4 * [0.0], 4 * [0.5]]


@pytest.mark.parametrize("shape", [(3, 2, 2, 1), (3, 2, 2, 3), (3, 1, 1, 3), (3, 1)])
def test_alpha_is_one_number_an_image(shape):
    reals = tf.ones([3, 2, 2, 3])
    with pytest.raises(ValueError, match="one number an image"):
        penalties.interpolates(reals, -reals, tf.zeros(shape))
    with pytest.raises(ValueError, match="one number an image"):
        penalties.perturbed(reals, tf.zeros(shape), reals)


def test_perturbation_by_hand():
    reals = tf.reshape([1.0, -1.0, 3.0, 1.0], (2, 1, 2, 1))  # mean 1, variance (0 + 4 + 4 + 0) / 4 = 2
    noise = tf.reshape([1.0, 0.0, 0.5, 1.0], (2, 1, 2, 1))
    moved = penalties.perturbed(reals, tf.reshape([1.0, 0.5], (2, 1, 1, 1)), noise) - reals
    half = 0.5 * np.sqrt(2)
    np.testing.assert_allclose(np.reshape(moved, -1), [half, 0, 0.25 * half, 0.5 * half], rtol=1e-6)


@pytest.mark.parametrize("jit", [False, True])
def test_a_lazy_penalty_weighs_the_same_in_total(jit):
    weight = tf.constant([[0.5]])
    played = tf.Variable(0)

    @tf.function(jit_compile=jit)
    def slope(step):
        def penalty():
            if not jit:
                played.assign_add(1)
            _, gradients = logits_and_gradients(
                lambda images: tf.square(tf.reshape(images, (-1, 1)) @ weight), tf.ones([2, 1, 1, 1])
            )
            return penalties.zero_centred(gradients)

        with tf.GradientTape() as tape:
            tape.watch(weight)
            mean = tf.reduce_mean(penalties.lazy(penalty, step, every, batch=2))
        return tape.gradient(mean, weight)[0, 0]

    # D(x) = (wx)² at x = 1: ∇ = 2w², ‖∇‖²/2 = 2w⁴, and its slope 8w³ = 1.
    every = 3
    assert [float(slope(tf.constant(step))) for step in range(6)] == [3, 0, 0, 3, 0, 0]
    assert jit or played.numpy() == 2  # computed only when due


def test_a_penalty_of_every_step_is_the_penalty_itself():
    assert penalties.lazy(lambda: "itself", tf.constant(5), 1, batch=2) == "itself"


def test_lecam_by_hand():
    averages = tf.constant([1.0, -1.0])  # of real and of generated images
    real, fake = tf.constant([[2.0], [-3.0]]), tf.constant([[-2.0], [4.0]])
    # (2 + 1)² + (1 + 2)², and nothing for a real far below or a generated far above
    np.testing.assert_allclose(penalties.lecam(real, fake, averages)[:, 0], [18, 0])
    with tf.GradientTape() as tape:
        tape.watch([real, averages])
        total = tf.reduce_sum(penalties.lecam(real, fake, averages))
    slope, none = tape.gradient(total, [real, averages])
    assert slope.numpy().tolist() == [[6.0], [0.0]] and none is None


def test_lecam_averages_by_hand():
    averages = tf.zeros([2])
    for step, expected in enumerate([[4, -2], [3, -1], [10 / 3, -4 / 3]]):  # plain means of 4, 2, 4 and −2, 0, −2
        real, fake = ([[5.0], [3.0]], [[-2.0], [-2.0]]) if step % 2 == 0 else ([[2.0], [2.0]], [[1.0], [-1.0]])
        averages = penalties.lecam_averages(averages, tf.constant(real), tf.constant(fake), tf.constant(step))
        np.testing.assert_allclose(averages, expected, rtol=1e-6)
    late = penalties.lecam_averages(
        tf.constant([1.0, -1.0]), tf.constant([[3.0]]), tf.constant([[0.0]]), tf.constant(10_000)
    )
    np.testing.assert_allclose(late, [0.99 * 1 + 0.01 * 3, -0.99], rtol=1e-6)
