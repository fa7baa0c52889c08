"""Shares of samples that show what was asked for, by hand."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.data import conditions
from gan_keras.metrics import asked_class
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side

COLUMNS = (
    ("hat", ("no", "yes"), slice(0, 2)),
    ("size", ("s", "m", "l"), slice(2, 5)),
    ("tie", ("no", "yes"), slice(5, 7)),
)
JOINT = conditions.Condition("joint", (("size", ("s", "m", "l")), ("hat", ("no", "yes"))), tuple(range(6)))
MULTI = conditions.Condition("multi", (("tie", ("no", "yes")), ("hat", ("no", "yes"))), ((0.0, 0.0),))


def logits(*rows):
    """Logits whose largest are those of the given values of hat, size and tie."""
    return np.array([np.concatenate([np.eye(2)[hat], np.eye(3)[size], np.eye(2)[tie]]) for hat, size, tie in rows])


def measure(condition, real, fake, columns=COLUMNS):
    return asked_class.measure(Evidence(real, fake, condition=condition, columns=columns))


def test_classes_by_hand():
    fake = Side(
        logits=logits((0, 0, 1), (1, 0, 0), (1, 2, 0), (1, 2, 1), (0, 2, 1)),  # Classes 2 · size + hat: 0, 1, 5, 5, 4.
        conditions=np.array([0, 1, 5, 5, 5], np.int32),
    )
    real = Side(logits=logits((0, 1, 0), (1, 1, 0)), conditions=np.array([2, 4], np.int32))  # Classes 2, 3.
    found = measure(JOINT, real, fake)
    assert list(found.values) == ["agreement", "worst_class", "accuracy"]
    assert found.values == pytest.approx({"agreement": 4 / 5, "worst_class": 2 / 3, "accuracy": 1 / 2})
    assert found.notes == ("the worst class is 'l + hat'",)


def test_attributes_by_hand():
    asked = np.array([[0, 1], [0, 1], [1, 0.4], [1, 0.6]], np.float32)  # Tie and hat.
    fake = Side(logits=logits((1, 0, 0), (0, 0, 0), (0, 0, 1), (1, 1, 0)), conditions=asked)
    real = Side(logits=logits((1, 0, 1), (1, 0, 1)), conditions=np.array([[0, 1], [0, 0]], np.float32))
    assert measure(MULTI, real, fake).values == {
        "agreement": 0.75,
        "tie": 0.75,
        "hat": 0.75,
        "accuracy": 0.25,
        "accuracy_tie": 0,
        "accuracy_hat": 0.5,
    }


@pytest.mark.parametrize(
    ("condition", "columns", "message"),
    [
        (None, COLUMNS, "asked_class without conditions"),
        (JOINT, (), "the condition is size, and the features name no labels"),
        (MULTI, COLUMNS[:2], "the condition is tie, and the features name hat, size"),
    ],
)
def test_what_is_missing_is_said_in_one_line(condition, columns, message):
    with pytest.raises(errors.UserError, match=f"^{message}[^\n]*$"):
        measure(condition, *[Side(conditions=np.zeros(1))] * 2, columns)


def test_real_samples_without_the_labels_are_refused_in_one_line():
    with pytest.raises(errors.UserError, match="^asked_class without conditions[^\n]*$"):
        measure(JOINT, Side(), Side(conditions=np.zeros(1)))
