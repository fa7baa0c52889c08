"""What the penalties on input gradients share, against closed forms and finite differences."""

import types

import numpy as np
import pytest
import tensorflow as tf

from gan_keras.objectives.penalties import input_gradients
from tests.objectives.discriminators import discriminator_pass

THREE_FOUR = tf.constant([3.0, 4.0], shape=(1, 1, 2, 1))  # One image of two pixels, of norm 5.


def sum_of_squares(images):
    """D(x) = ‖x‖² / 2, whose gradient is x."""
    return 0.5 * tf.reduce_sum(tf.square(images), axis=(1, 2, 3))[:, None]


def test_a_linear_discriminator_has_the_norm_of_its_weights():
    def linear(images):
        return tf.reduce_sum(images * THREE_FOUR, axis=(1, 2, 3))[:, None]

    images = tf.random.stateless_normal([4, 1, 2, 1], [0, 0])
    result = discriminator_pass(linear, images)
    np.testing.assert_allclose(result.logits[:, 0], 3 * images[:, 0, 0, 0] + 4 * images[:, 0, 1, 0], rtol=1e-5)
    np.testing.assert_allclose(result.input_gradients, np.tile(THREE_FOUR, (4, 1, 1, 1)))
    np.testing.assert_allclose(input_gradients.squared_norms(result.input_gradients), 4 * [25])
    np.testing.assert_allclose(input_gradients.norms(result.input_gradients), 4 * [5])
    np.testing.assert_allclose(input_gradients.unit_norm(result.input_gradients), 4 * [16])  # (5 − 1)²
    np.testing.assert_allclose(input_gradients.zero_centered(result.input_gradients), 4 * [12.5])  # 25 / 2


def test_a_quadratic_discriminator_has_another_gradient_at_each_sample():
    images = tf.concat([2 * THREE_FOUR, 0 * THREE_FOUR], axis=0)
    gradients = discriminator_pass(sum_of_squares, images).input_gradients
    np.testing.assert_allclose(gradients, images)
    np.testing.assert_allclose(input_gradients.unit_norm(gradients), [81, 1], rtol=1e-5)  # (10 − 1)², (0 − 1)²
    np.testing.assert_allclose(input_gradients.zero_centered(gradients), [50, 0])


def test_batch_statistics_enter_the_gradient():
    # Each logit has slope 1 along its own image, but the sum of logits whose mean is subtracted is always 0.
    result = discriminator_pass(
        lambda images: (images - tf.reduce_mean(images, axis=0, keepdims=True))[:, 0, 0, 0, None],
        tf.random.stateless_normal([4, 1, 1, 1], [0, 0]),
    )
    np.testing.assert_allclose(result.input_gradients, np.zeros((4, 1, 1, 1)), atol=1e-7)


def test_a_gradient_of_zero_has_a_finite_slope():
    weights = tf.zeros([2])
    slopes = []
    for norms in (input_gradients.norms, lambda gradients: tf.sqrt(input_gradients.squared_norms(gradients))):
        with tf.GradientTape() as tape:
            tape.watch(weights)
            result = discriminator_pass(
                lambda images: tf.linalg.matvec(tf.reshape(images, (-1, 2)), weights)[:, None], THREE_FOUR
            )
            penalty = tf.reduce_sum(tf.square(norms(result.input_gradients) - 1.0))
        slopes.append(tape.gradient(penalty, weights).numpy())
    assert slopes[0].tolist() == [0.0, 0.0]
    assert np.isnan(slopes[1]).all()  # Without ε.
    assert input_gradients.norms(tf.zeros([1, 2])).numpy() == pytest.approx([1e-6])


def test_half_precision_gradients_are_squared_in_float32():
    gradients = tf.fill([1, 2, 2, 1], tf.constant(300.0, tf.float16))  # 300² = 90 000 is beyond float16.
    squares = input_gradients.squared_norms(gradients)
    assert squares.dtype == tf.float32 and squares.numpy().tolist() == [360_000.0]


@pytest.mark.parametrize("penalty", ["unit_norm", "zero_centered"])
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
        result = discriminator_pass(
            lambda images: tf.tanh(tf.reshape(images, (3, 5)) @ tf.transpose(variable)) @ v.astype("float32")[:, None],
            tf.constant(images.reshape(3, 1, 5, 1), tf.float32),
        )
        mean = tf.reduce_mean(getattr(input_gradients, penalty)(result.input_gradients))
    assert float(mean) == pytest.approx(by_formula(weights), rel=1e-5)
    np.testing.assert_allclose(tape.gradient(mean, variable), differences, atol=2e-5 * np.abs(differences).max())


@pytest.mark.parametrize("jit", [False, True])
def test_a_lazy_penalty_weighs_the_same_in_total(jit):
    weight = tf.constant([[0.5]])
    computed = tf.Variable(0)

    @tf.function(jit_compile=jit)
    def slope(update):
        def penalty():
            if not jit:
                computed.assign_add(1)
            result = discriminator_pass(
                lambda images: tf.square(tf.reshape(images, (-1, 1)) @ weight), tf.ones([2, 1, 1, 1])
            )
            return input_gradients.zero_centered(result.input_gradients)

        with tf.GradientTape() as tape:
            tape.watch(weight)
            mean = tf.reduce_mean(input_gradients.lazy(penalty, update, interval=3, batch_size=2))
        return tape.gradient(mean, weight)[0, 0]

    # D(x) = (wx)² at x = 1: ∇ = 2w², ‖∇‖²/2 = 2w⁴, and its slope 8w³ = 1.
    assert [float(slope(tf.constant(update))) for update in range(6)] == [3, 0, 0, 3, 0, 0]
    assert jit or computed.numpy() == 2  # Computed only where it is due.


def test_a_penalty_of_every_update_is_the_penalty_itself():
    assert input_gradients.lazy(lambda: "itself", tf.constant(5), 1, batch_size=2) == "itself"


@pytest.mark.parametrize("interval, number, factor", [(1, 5, 1), (3, 6, 3), (3, 7, 0), (3, 8, 0)])
def test_a_pass_without_input_gradients_is_differentiated_where_it_is_due(interval, number, factor):
    update = types.SimpleNamespace(number=tf.constant(number), penalty_interval=interval, penalty_noise=0.0)
    result = discriminator_pass(sum_of_squares, THREE_FOUR, with_input_gradients=False)
    assert input_gradients.zero_centered_at(result, update, "noise").numpy() == pytest.approx([factor * 12.5])


def test_input_gradients_of_a_pass_are_used_as_they_are():
    update = types.SimpleNamespace(number=tf.constant(0), penalty_interval=1, penalty_noise=0.0)
    result = discriminator_pass(sum_of_squares, THREE_FOUR)
    assert input_gradients.zero_centered_at(result, update, "noise").numpy() == pytest.approx([12.5])


def test_the_shape_of_one_number_per_sample():
    assert input_gradients.per_sample(tf.zeros([2, 4, 4, 3])) == (1, 1, 1)
    assert input_gradients.per_sample(tf.zeros([2, 5])) == (1,)
    input_gradients.expect_per_sample(tf.zeros([2, 1, 1, 1]), tf.zeros([2, 4, 4, 3]))
    with pytest.raises(ValueError, match=r"alpha has shape \(2, 4, 4, 1\): expected \(N, 1, 1, 1\)"):
        input_gradients.expect_per_sample(tf.zeros([2, 4, 4, 1]), tf.zeros([2, 4, 4, 3]))
