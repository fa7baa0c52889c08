import types

import keras
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.config.schedules import parse
from gan_keras.game import schedules


@pytest.mark.parametrize(
    ("text", "shown", "value"),
    [
        ("2e-4", 0, 2e-4),
        ("2e-4", 10**9, 2e-4),
        ("linear:1:3", 0, 1.0),
        ("linear:1:3", 500, 2.0),
        ("linear:1:3", 1000, 3.0),
        ("linear:1:3", 5000, 3.0),
        ("linear:1:0:100", 25, 0.75),
        ("linear:1:0:2_000", 1000, 0.5),
        ("cosine:1:0", 0, 1.0),
        ("cosine:1:0", 250, 0.853553),  # (1 + cos 45°) / 2
        ("cosine:1:0", 500, 0.5),
        ("cosine:1:0", 2000, 0.0),
    ],
)
def test_values_by_hand(text, shown, value):
    assert float(schedules.value(parse(text), tf.constant(shown, tf.int64), 1000)) == pytest.approx(value, abs=1e-6)


def test_a_path_needs_a_length():
    assert float(schedules.value(parse("linear:0:1:10"), tf.constant(5), None)) == 0.5
    assert float(schedules.value(parse("3"), tf.constant(5), None)) == 3.0
    with pytest.raises(errors.UserError, match="how long is the schedule linear:0:1"):
        schedules.value(parse("linear:0:1"), tf.constant(5), None)


def test_an_optimizer_follows_the_images_shown_and_not_its_own_steps():
    state = types.SimpleNamespace(
        images_shown=keras.Variable(0, dtype="int64"), learning_rate_factor=keras.Variable(1.0)
    )
    rate = schedules.ImagesSchedule("linear:1:0", 100)
    rate.follow(state)
    optimizer = keras.optimizers.SGD(rate)
    weight = keras.Variable(10.0)
    optimizer.build([weight])
    for images, expected in ((0, 9.0), (0, 8.0), (50, 7.5), (100, 7.5)):
        state.images_shown.assign(images)
        optimizer.apply([tf.constant(1.0)])
        assert float(weight) == expected
    state.images_shown.assign(0)
    state.learning_rate_factor.assign(0.5)  # As after a rollback.
    optimizer.apply([tf.constant(1.0)])
    assert float(weight) == 7.0
    assert schedules.ImagesSchedule.from_config(rate.get_config()).get_config() == rate.get_config()
