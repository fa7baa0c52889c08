"""What holds for every augmentation pipeline."""

import numpy as np
import pytest
import tensorflow as tf

from gan_keras.augment.augmentation import PIPELINES
from gan_keras.runtime import randomness

KEY = randomness.key(0, "augment", 0)


def images(count, height=8, channels=3, width=None):
    shape = (count, height, width or height, channels)
    return tf.constant(np.random.default_rng(0).uniform(-1, 1, shape), tf.float32)


@pytest.fixture(params=PIPELINES)
def pipeline(request):
    return PIPELINES[request.param]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("height, width", [(7, 7), (8, 8), (6, 9)])
def test_probability_0_is_the_identity_to_the_last_bit(pipeline, height, width, channels):
    pictures = images(16, height, channels, width)
    for probability in (0.0, tf.constant(0.0)):
        same = pipeline.augment(pictures, pipeline.draws(KEY, 16), probability)
        assert same.numpy().tobytes() == pictures.numpy().tobytes()


@pytest.mark.parametrize("channels", [1, 3])
def test_probability_1_changes_every_image(pipeline, channels):
    pictures = images(64, channels=channels)
    changed = pipeline.augment(pictures, pipeline.draws(KEY, 64), 1.0)
    assert changed.shape == pictures.shape and changed.dtype == tf.float32
    assert np.isfinite(changed).all()
    assert np.abs(changed - pictures).max(axis=(1, 2, 3)).min() > 0.05


@pytest.mark.parametrize(
    "name, probability, share",
    [
        # No color, no cutout, and no translation but by 0 in both directions, one of 3 × 3 at a side of 8.
        ("diffaugment", 0.3, 0.7**2 * (1 - 0.3 * 8 / 9)),
        # Scaling, rotation, stretching, fractions, brightness, contrast, hue, saturation; half the mirrorings and
        # inversions; three quarters of the quarter turns; shifts by −1, 0, 1 pixel at ¼, ½, ¼ in two directions.
        ("ada", 0.1, 0.9**8 * 0.95**2 * 0.925 * (1 - 0.1 * 3 / 4)),
    ],
)
def test_the_share_of_unchanged_images_is_the_expected_one(name, probability, share):
    pipeline, pictures = PIPELINES[name], images(4096)
    left = np.all(pipeline.augment(pictures, pipeline.draws(KEY, 4096), probability) == pictures, axis=(1, 2, 3))
    assert left.mean() == pytest.approx(share, abs=0.02)  # 2.7 standard errors


@pytest.mark.parametrize("channels", [1, 3])
def test_an_image_does_not_depend_on_its_batch(pipeline, channels):
    pictures, draws = images(8, channels=channels), pipeline.draws(KEY, 8)
    together = pipeline.augment(pictures, draws, 0.7)
    half = pipeline.augment(pictures[4:], draws[4:], 0.7)  # As a replica computes it.
    np.testing.assert_allclose(half, together[4:], atol=3e-6)  # erfinv rounds differently at the end of a vector.
    assert np.abs(half - pipeline.augment(pictures[4:], draws[:4], 0.7)).max() > 0.1


def test_gradients_agree_with_finite_differences(pipeline):
    pictures, draws = images(8), pipeline.draws(KEY, 8)
    weights = tf.random.stateless_normal(pictures.shape, [0, 1])
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        total = tf.reduce_sum(weights * pipeline.augment(pictures, draws, 1.0))
    gradient = tape.gradient(total, pictures)
    assert np.abs(gradient).max(axis=(1, 2, 3)).min() > 0.05
    for index in range(3):  # An augmentation is affine in the image: the step may be long.
        step = tf.random.stateless_normal(pictures.shape, [1, index])
        there, back = (tf.reduce_sum(weights * pipeline.augment(pictures + s * step, draws, 1.0)) for s in (1, -1))
        assert float(there - back) / 2 == pytest.approx(float(tf.reduce_sum(gradient * step)), rel=1e-3, abs=1e-2)


def test_compiled_by_xla_it_is_the_same_up_to_the_second_order(pipeline):
    weights = tf.random.stateless_normal([192, 4], [0, 1])

    def results(pictures, draws, probability):
        with tf.GradientTape() as outer:
            outer.watch(weights)
            with tf.GradientTape() as inner:
                inner.watch(pictures)
                changed = pipeline.augment(pictures, draws, probability)
                total = tf.reduce_sum(tf.tanh(tf.reshape(changed, (-1, 192)) @ weights))
            gradient = inner.gradient(total, pictures)
            penalty = tf.reduce_sum(tf.square(gradient))
        return changed, gradient, outer.gradient(penalty, weights)

    arguments = images(4), pipeline.draws(KEY, 4), tf.constant(0.8)
    compiled = tf.function(results, jit_compile=True)(*arguments)
    for ours, theirs in zip(compiled, results(*arguments), strict=True):
        assert np.abs(theirs).max() > 0.1
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)


def test_a_batch_of_unknown_size_and_a_square_of_known_size(pipeline):
    traced = tf.function(
        pipeline.augment,
        input_signature=[
            tf.TensorSpec([None, 8, 8, 3]),
            tf.TensorSpec([None, pipeline.draws(KEY, 1).shape[1]]),
            tf.TensorSpec([]),
        ],
    )
    pictures, draws = images(4), pipeline.draws(KEY, 4)
    np.testing.assert_allclose(
        traced(pictures, draws, tf.constant(0.5)), pipeline.augment(pictures, draws, 0.5), atol=1e-5
    )
