"""The condition of each sample, and the names of classes and attributes."""

import json
import types

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.data import conditions

YES_NO = ["no", "yes"]


def store(labels, names=None):
    columns = {name: np.array(values, np.int32) for name, values in labels.items()}
    return types.SimpleNamespace(labels=columns, label_names={name: (names or {}).get(name, []) for name in columns})


FACES = store({"Smiling": [0, 1, 0, 1], "Male": [0, 0, 1, 1]}, {"Smiling": YES_NO, "Male": YES_NO})
MIXED = store(
    {"Smiling": [0, 1, 1, 1, 0, 1], "hair": [0, 1, 2, 0, 1, 2], "Male": [0, 0, 1, 0, 0, 1]},
    {"Smiling": YES_NO, "hair": ["bald", "long", "short"], "Male": YES_NO},
)


def test_the_joint_values_of_several_columns_are_classes():
    chosen = conditions.choose(FACES, "Smiling,Male")
    names = ["not Smiling + not Male", "not Smiling + Male", "Smiling + not Male", "Smiling + Male"]
    assert chosen.condition.class_names == names
    assert chosen.values.tolist() == [0, 2, 1, 3] and chosen.values.dtype == np.int32
    assert list(chosen.by_name) == ["labels"]
    assert chosen.condition.defaults == (0, 1, 2, 3) and chosen.condition.sizes == {"num_classes": 4}
    assert (chosen.condition.name, chosen.condition.dtype, chosen.condition.shape) == ("labels", np.int32, ())
    assert conditions.choose(FACES, "Male").condition.class_names == ["not Male", "Male"]
    assert conditions.choose(FACES, " Male , Smiling").values.tolist() == [0, 1, 2, 3]


def test_auto_is_the_column_called_label_or_the_only_one():
    two = store({"other": [0, 0], "label": [1, 0]})
    assert conditions.choose(two, "auto").condition.columns == (("label", ("0", "1")),)
    assert conditions.choose(two, "auto", default_column="other").condition.columns == (("label", ("0", "1")),)
    named = store({"animal": [1, 0]}, {"animal": ["cat", "dog"]})
    assert conditions.choose(named, "auto").condition.class_names == ["cat", "dog"]


def test_auto_takes_the_column_that_the_source_proposes():
    chosen = conditions.choose(MIXED, "auto", default_column="hair")
    assert chosen.condition.class_names == ["bald", "long", "short"]
    assert chosen.values.tolist() == [0, 1, 2, 0, 1, 2]
    assert conditions.choose(MIXED, "Male", default_column="hair").condition.class_names == ["not Male", "Male"]
    with pytest.raises(errors.UserError, match="has 3 columns; choose some, such as --labels=Smiling"):
        conditions.choose(MIXED, "auto", default_column="missing")


def test_several_attributes_are_a_vector_of_numbers():
    chosen = conditions.choose(MIXED, "Male,Smiling", "multi")
    assert chosen.values.dtype == np.float32
    assert chosen.values.tolist() == [[0, 0], [0, 1], [1, 1], [0, 1], [0, 0], [1, 1]]
    condition = chosen.condition
    assert list(chosen.by_name) == ["attributes"] and condition.sizes == {"num_attributes": 2}
    assert (condition.name, condition.dtype, condition.shape) == ("attributes", np.float32, (2,))
    assert condition.class_names == []
    assert condition.columns == (("Male", ("no", "yes")), ("Smiling", ("no", "yes")))


def test_attributes_need_no_sample_of_every_combination():
    faces = store({"Smiling": [0, 0], "Male": [0, 1]}, {"Smiling": YES_NO, "Male": YES_NO})
    assert conditions.choose(faces, "Smiling,Male", "multi").condition.defaults == ((0.0, 0.0), (0.0, 1.0))
    with pytest.raises(errors.UserError, match="no sample is 'Smiling . not Male' .*2 of 4 .*--label_encoding=multi"):
        conditions.choose(faces, "Smiling,Male")


def test_auto_takes_all_yes_or_no_columns_as_attributes():
    chosen = conditions.choose(MIXED, "auto", "multi", default_column="hair")
    assert [name for name, _ in chosen.condition.columns] == ["Smiling", "Male"]


def test_the_commonest_vectors_come_first_and_are_at_most_16():
    codes = np.repeat(np.arange(32), np.arange(1, 33))  # Vector i is there i + 1 times.
    bits = codes[:, None] >> np.arange(5) & 1
    faces = store(
        {f"bit {place}": bits[:, place] for place in range(5)}, {f"bit {place}": YES_NO for place in range(5)}
    )
    condition = conditions.choose(faces, "auto", "multi").condition
    vectors = np.array(condition.defaults)
    assert (vectors @ 2 ** np.arange(5)).tolist() == list(range(31, 15, -1))
    assert condition.rows == condition.defaults


def test_equally_common_vectors_have_a_fixed_order():
    shuffled = store({"Smiling": [1, 0, 1, 0], "Male": [1, 1, 0, 0]}, {"Smiling": YES_NO, "Male": YES_NO})
    orders = [conditions.choose(faces, "Smiling,Male", "multi").condition.defaults for faces in (FACES, shuffled)]
    assert orders[0] == orders[1] == ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))


def test_sample_seeds_take_the_defaults_in_turn():
    classes = conditions.of_classes(["a", "b", "c"])
    assert classes.of_seeds([0, 1, 2, 3, 100]).tolist() == [0, 1, 2, 0, 1]
    assert classes.of_seeds([0]).dtype == np.int32
    attributes = conditions.choose(MIXED, "Smiling,Male", "multi").condition
    assert attributes.defaults == ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    rows = attributes.of_seeds(np.array([0, 4, 2]))
    assert rows.dtype == np.float32 and rows.tolist() == [[0, 0], [1, 0], [1, 1]]


def test_a_grid_shows_at_most_16_classes():
    assert conditions.of_classes([str(index) for index in range(40)]).rows == tuple(range(16))


def test_given_conditions_are_converted():
    classes = conditions.of_classes(["a", "b", "c"]).checked([2, 0], 2)
    assert classes.dtype == np.int32 and classes.tolist() == [2, 0]
    attributes = conditions.choose(FACES, "Smiling,Male", "multi").condition
    given = attributes.checked([[0, 1], [0.5, 0.25]], 2)
    assert given.dtype == np.float32 and given.tolist() == [[0, 1], [0.5, 0.25]]


@pytest.mark.parametrize(
    ("labels", "encoding", "given", "message"),
    [
        ("Male", "joint", [0, 1, 1], r"3 labels of shape \(3,\) were given for 2 seeds: expected shape \(2,\)"),
        ("Male", "joint", 1, r"1 labels of shape \(\) were given for 2 seeds"),
        ("Male", "joint", [[0], [1]], r"expected shape \(2,\)"),
        ("Male", "joint", [0, 2], r"label 2 is not valid: expected 0 to 1 \(0 not Male; 1 Male\)"),
        ("Male", "joint", [-1, 0], "label -1 is not valid"),
        ("Smiling,Male", "multi", [[0, 1]], r"1 attributes of shape \(1, 2\) .* expected shape \(2, 2\)"),
        ("Smiling,Male", "multi", [0, 1], r"expected shape \(2, 2\)"),
        (
            "Smiling,Male",
            "multi",
            [[0, 1], [0, 1.5]],
            "label 1.5 is not valid: expected numbers from 0 to 1 for Smiling",
        ),
        ("Smiling,Male", "multi", [[0, -0.5], [0, 1]], "label -0.5 is not valid"),
        ("Smiling,Male", "multi", [[0, np.nan], [0, 1]], "label nan is not valid"),
    ],
)
def test_given_conditions_that_are_not_valid(labels, encoding, given, message):
    condition = conditions.choose(FACES, labels, encoding).condition
    with pytest.raises(errors.UserError, match=message):
        condition.checked(given, 2)


def test_long_descriptions_are_shortened():
    condition = conditions.of_classes(["a", "b", "c"])
    assert condition.describe() == "0 to 2 (0 a; 1 b; 2 c)"
    assert condition.describe(most=2) == "0 to 2 (0 a; 1 b; …)"
    attributes = conditions.choose(FACES, "Smiling,Male", "multi").condition
    assert attributes.describe() == "numbers from 0 to 1 for Smiling, Male"
    assert attributes.describe(most=1) == "numbers from 0 to 1 for Smiling, …"


@pytest.mark.parametrize(("labels", "encoding"), [("Smiling,hair", "joint"), ("Smiling,Male", "multi")])
def test_json_holds_a_condition(labels, encoding):
    faces = store(
        {"Smiling": [0, 0, 1, 1], "hair": [0, 1, 0, 1], "Male": [0, 1, 1, 1]},
        {"Smiling": YES_NO, "hair": ["bald", "long"], "Male": YES_NO},
    )
    condition = conditions.choose(faces, labels, encoding).condition
    read = conditions.Condition.from_json(json.loads(json.dumps(condition.to_json())))
    assert read == condition and hash(read) == hash(condition)
    assert read.class_names == condition.class_names


def test_json_holds_no_condition():
    assert conditions.Condition.from_json(None) is None


@pytest.mark.parametrize(
    ("samples", "labels", "encoding", "message"),
    [
        (store({}), "auto", "joint", "--labels=auto: this data set has no labels"),
        (store({}), "auto", "multi", "--labels=auto: this data set has no labels"),
        (FACES, "auto", "joint", "has 2 columns; choose some, such as --labels=Smiling"),
        (FACES, "Smilin", "joint", r"unknown column 'Smilin' \(did you mean 'Smiling'\?\): expected some of Smiling,"),
        (FACES, "Smiling,", "multi", "unknown column ''"),
        (store({"label": [0, 2]}), "auto", "joint", "no sample is '1' .*1 of 3 classes are empty"),
        (MIXED, "Smiling,hair", "multi", "takes yes-or-no columns, and hair is not one"),
        (store({"label": [0, 1]}), "auto", "multi", "this data set has no yes-or-no columns"),
        (FACES, "auto", "mutli", r"unknown label encoding 'mutli' \(did you mean 'multi'\?\)"),
    ],
)
def test_labels_that_the_data_set_does_not_have(samples, labels, encoding, message):
    with pytest.raises(errors.UserError, match=message):
        conditions.choose(samples, labels, encoding)
