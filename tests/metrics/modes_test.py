"""Classes reached, by hand."""

import math

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.data import conditions
from gan_keras.metrics import modes
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side

COLUMNS = (("color", ("red", "blue"), slice(0, 2)), ("size", ("small", "large"), slice(2, 4)))
RED_SMALL, RED_LARGE, BLUE_SMALL, BLUE_LARGE = [5, 1, 9, 0], [5, 1, 0, 9], [0, 1, 9, 0], [0, 1, 0, 9]
EACH = [RED_SMALL, RED_LARGE, BLUE_SMALL, BLUE_LARGE]


def measure(real, fake, columns=COLUMNS, condition=None):
    real, fake = (Side(logits=np.array(logits, np.float32)) for logits in (real, fake))
    return modes.measure(Evidence(real, fake, columns=columns, condition=condition))


def test_three_of_four_classes_by_hand():
    values = measure(EACH, [RED_SMALL, RED_SMALL, RED_LARGE, BLUE_LARGE]).values
    assert list(values) == ["reached", "classes", "kl"]
    assert (values["reached"], values["classes"]) == (0.75, 3)
    assert values["kl"] == pytest.approx(0.5 * math.log(0.5 / 0.25))  # The others have a share of 0.25 on both sides.


def test_the_histogram_of_the_data_counts():
    values = measure([RED_SMALL, *EACH], [RED_SMALL, RED_SMALL, RED_LARGE, BLUE_SMALL, BLUE_LARGE]).values
    assert values == {"reached": 1, "classes": 4, "kl": 0}


def test_a_class_without_a_real_sample_counts_as_half_a_sample():
    found = measure([RED_SMALL, RED_LARGE, BLUE_SMALL], [BLUE_LARGE])
    assert found.values["kl"] == pytest.approx(math.log(3.5 / 0.5))
    assert any("1 of 4 classes have no real sample" in note for note in found.notes)
    assert len(measure(EACH, EACH).notes) == 1


def test_the_condition_says_which_columns_are_classes():
    size = conditions.Condition("joint", (("size", ("small", "large")),), (0, 1))
    assert measure(EACH, [RED_SMALL, BLUE_SMALL], condition=size).values["reached"] == 0.5
    assert measure(EACH, [RED_SMALL, BLUE_LARGE], condition=size).values["kl"] == 0


def test_logits_in_a_file_are_read_in_blocks(tmp_path):
    logits = np.random.default_rng(0).standard_normal((2500, 4)).astype(np.float32)
    with rows.Writer(tmp_path / "logits") as writer:
        writer.append(logits)
        predicted = modes.predicted(writer.rows(), COLUMNS)
    np.testing.assert_array_equal(predicted, np.stack([logits[:, :2].argmax(1), logits[:, 2:].argmax(1)], 1))


@pytest.mark.parametrize(("count", "message"), [(0, "0 label columns"), (14, "14 label columns with 16384 comb")])
def test_none_and_too_many_columns_are_refused_in_one_line(count, message):
    columns = tuple((f"attribute {index}", ("no", "yes"), slice(2 * index, 2 * index + 2)) for index in range(count))
    with pytest.raises(errors.UserError, match=f"^modes of {message}[^\n]*$"):
        measure(np.zeros((2, 28)), np.zeros((2, 28)), columns)


@pytest.mark.parametrize("column", [("shape", ("round", "square")), ("size", ("large", "small"))])
def test_a_condition_that_the_network_does_not_name_is_refused_in_one_line(column):
    condition = conditions.Condition("joint", (column,), (0, 1))
    with pytest.raises(
        errors.UserError, match=f"^the condition is {column[0]}, and the features name color, size[^\n]*$"
    ):
        measure(EACH, EACH, condition=condition)
