"""Which class an image has, and what a class is called."""

import types

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.data import classes


def store(labels, names=None):
    columns = {name: np.array(values, np.int32) for name, values in labels.items()}
    return types.SimpleNamespace(labels=columns, label_names={name: (names or {}).get(name, []) for name in columns})


ATTRIBUTES = store({"Smiling": [0, 1, 0, 1], "Male": [0, 0, 1, 1]}, {"Smiling": ["no", "yes"], "Male": ["no", "yes"]})


def test_the_joint_values_of_several_columns_are_classes():
    chosen = classes.choose(ATTRIBUTES, "Smiling,Male")
    assert chosen.names == ["not Smiling + not Male", "not Smiling + Male", "Smiling + not Male", "Smiling + Male"]
    assert chosen.of_images.tolist() == [0, 2, 1, 3]
    assert classes.choose(ATTRIBUTES, "Male").names == ["not Male", "Male"]


def test_auto_is_the_column_called_label_or_the_only_one():
    assert classes.choose(store({"label": [1, 0], "other": [0, 0]}), "auto").names == ["0", "1"]
    assert classes.choose(store({"animal": [1, 0]}, {"animal": ["cat", "dog"]}), "auto").names == ["cat", "dog"]


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (store({}), "auto", "--labels=auto: this data set has no labels"),
        (ATTRIBUTES, "auto", "has 2 columns; choose some, such as --labels=Smiling"),
        (ATTRIBUTES, "Smilin", r"unknown column 'Smilin' \(did you mean 'Smiling'\?\): expected some of Smiling, Male"),
        (store({"label": [0, 2]}), "auto", "no image is '1' .*1 of 3 classes are empty"),
    ],
)
def test_mistakes_are_told(images, labels, message):
    with pytest.raises(errors.UserError, match=message):
        classes.choose(images, labels)
