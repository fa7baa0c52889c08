import pytest

from gan_keras import errors
from gan_keras.config import schedules
from gan_keras.config.schedules import Schedule


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("2e-4", Schedule(2e-4, 2e-4)),
        (3, Schedule(3.0, 3.0)),
        ("linear:1:3", Schedule(1.0, 3.0, "linear")),
        ("cosine:2:0.2", Schedule(2.0, 0.2, "cosine")),
        ("linear:1:0:2_000", Schedule(1.0, 0.0, "linear", 2000)),
    ],
)
def test_a_text_and_back(text, schedule):
    assert schedules.parse(text) == schedule
    assert schedules.parse(str(schedule)) == schedule
    assert schedules.parse(schedule) is schedule


@pytest.mark.parametrize("number", [0, 1, 10_000, 250_000.0, 2e-4, 1 / 3, 1e-8, 0.1 + 0.2])
def test_a_number_survives_its_text(number):
    assert schedules.parse(str(schedules.constant(number))).start == number


@pytest.mark.parametrize(
    "text",
    ["", "fast", "linear", "linear:1", "linear:1:2:0", "linear:1:2:3:4", "linear:a:b", "step:1:2", "cosine:1:2:-5",
     "linear:1:2:1.5", "nan", "linear:0:inf"],
)  # fmt: skip
def test_what_is_not_a_schedule_is_refused(text):
    with pytest.raises(errors.UserError, match="is not a schedule: expected a number, cosine:FROM:TO"):
        schedules.parse(text)


def test_whether_it_is_ever_different_from_zero():
    assert not schedules.constant(0) and schedules.constant(0.1)
    assert schedules.parse("linear:0:1") and schedules.parse("linear:1:0") and not schedules.parse("linear:0:0")


def test_which_schedules_need_the_length_of_the_run():
    assert [schedules.parse(text).needs_length for text in ("1", "linear:0:1", "linear:0:1:5")] == [False, True, False]
