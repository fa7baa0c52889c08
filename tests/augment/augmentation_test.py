"""Which pipeline and which probability an `Augmentation` is, and which random numbers it draws."""

import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.augment import Augmentation
from gan_keras.augment.augmentation import PIPELINES
from gan_keras.config import names
from gan_keras.config import schedules
from gan_keras.game import micro_batch

IMAGES = tf.constant(np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, 3)), tf.float32)


def parts(count):
    """Returns the micro-batches of a batch of 4."""
    return micro_batch.split({"samples": IMAGES}, count, seed=1, iteration=2, sub_step=0)


def test_every_name_is_a_pipeline():
    assert tuple(PIPELINES) == names.AUGMENTATIONS


@pytest.mark.parametrize(
    "pipeline, probability",
    [
        ("none", None),
        ("diffaugment", schedules.constant(1)),
        ("ada", "adaptive"),
    ],
)
def test_the_default_probability_of_each_pipeline(pipeline, probability):
    augmentation = Augmentation(pipeline)
    assert augmentation.probability == probability
    assert augmentation.is_adaptive == (pipeline == "ada")


@pytest.mark.parametrize(
    "given, probability, written",
    [
        (0.25, schedules.constant(0.25), "0.25"),
        ("0.25", schedules.constant(0.25), "0.25"),
        ("cosine:0:0.55", schedules.parse("cosine:0:0.55"), "cosine:0:0.55"),
        (schedules.parse("linear:0:1:100"), schedules.parse("linear:0:1:100"), "linear:0:1:100"),
        ("adaptive", "adaptive", "adaptive"),
    ],
)
def test_a_given_probability(given, probability, written):
    augmentation = Augmentation("diffaugment", given)
    assert augmentation.probability == probability
    assert augmentation.is_adaptive == (probability == "adaptive")
    assert augmentation.settings() == {"augment": "diffaugment", "augment_probability": written}
    assert Augmentation("diffaugment", written) == augmentation


def test_a_probability_of_0_is_kept():
    assert Augmentation("ada", 0).settings() == {"augment": "ada", "augment_probability": "0"}
    assert Augmentation().settings() == {"augment": "none", "augment_probability": None}


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("adda",), "unknown augmentation 'adda'"),
        (("none", 0.5), "augment_probability=0.5: would have no effect"),
        (("ada", 1.5), "augment_probability=1.5"),
        (("ada", "linear:-0.5:1"), "augment_probability=linear"),
        (("ada", "often"), "'often' is not a schedule"),
    ],
)
def test_mistakes_are_refused(arguments, message):
    with pytest.raises(errors.UserError, match=message):
        Augmentation(*arguments)


def test_without_a_pipeline_nothing_is_drawn_and_nothing_is_changed():
    augmentation = Augmentation()
    draws = augmentation.draw(parts(1)[0], "augment reals")
    assert draws is None and augmentation(IMAGES, draws, tf.constant(1.0)) is IMAGES


@pytest.mark.parametrize("name", PIPELINES)
def test_draws_are_those_of_the_micro_batch_and_the_stream(name):
    augmentation, (whole,) = Augmentation(name), parts(1)
    draws = augmentation.draw(whole, "augment reals").numpy()
    assert draws.shape[0] == 4 and 0.0 <= draws.min() < draws.max() < 1.0
    halves = [augmentation.draw(part, "augment reals") for part in parts(2)]
    np.testing.assert_array_equal(np.concatenate(halves), draws)
    assert not np.isclose(augmentation.draw(whole, "augment fakes"), draws).any()


@pytest.mark.parametrize("name", PIPELINES)
def test_a_call_is_the_pipeline_at_the_given_probability(name):
    augmentation = Augmentation(name, 0.0)  # The probability of a call counts, such as that of a schedule now.
    draws = augmentation.draw(parts(1)[0], "augment reals")
    expected = PIPELINES[name].augment(IMAGES, draws, 0.8)
    np.testing.assert_array_equal(augmentation(IMAGES, draws, tf.constant(0.8)), expected)
    assert np.abs(expected - IMAGES).max() > 0.1
