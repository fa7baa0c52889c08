import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from gan_keras import errors
from gan_keras.data import conditions
from gan_keras.data import images
from gan_keras.exporting import pictures

GENERATE = pathlib.Path(__file__).parents[2] / "scripts" / "generate.py"


def test_seeds():
    assert pictures.parse_seeds("0-3,12, 20-21") == [0, 1, 2, 3, 12, 20, 21]
    assert pictures.parse_seeds("5-5") == [5]


@pytest.mark.parametrize("text", ["", "-3", "1,,2", "3-1", "a-b", "1.5", "0-999999999", "1-2-3", "٣", "9" * 30])
def test_seeds_that_make_no_sense_are_refused(text):
    with pytest.raises(errors.UserError, match="--seeds="):
        pictures.parse_seeds(text)


CLASSES = conditions.of_classes(["cat", "dog, big", "newt"])
FACES = (("Smiling", conditions.BINARY), ("Hair", ("black", "blond", "grey")))
JOINT = conditions.Condition("joint", FACES, tuple(range(6)))
MULTI = conditions.Condition(
    "multi", (("Smiling", conditions.BINARY), ("Male", conditions.BINARY)), ((1.0, 0.0), (0.0, 1.0))
)


def test_without_labels_the_model_chooses():
    for condition in (None, CLASSES, MULTI):
        assert pictures.lay_out([4, 5], None, condition) == ([4, 5], {}, None)


def test_classes():
    assert pictures.lay_out([4, 5], ["2"], CLASSES) == ([4, 5], {"labels": [2, 2]}, None)
    assert pictures.lay_out([4, 5], ["dog, big", "0"], CLASSES) == ([4, 5], {"labels": [1, 0]}, None)
    assert pictures.lay_out([4, 5], ["all"], CLASSES) == ([4, 5, 4, 5, 4, 5], {"labels": [0, 0, 1, 1, 2, 2]}, 2)


def test_all_rows_of_many_classes_are_those_of_a_grid():
    many = conditions.of_classes([str(index) for index in range(40)])
    assert pictures.lay_out([4], ["all"], many) == ([4] * 16, {"labels": list(range(16))}, 1)


def test_all_attributes_are_the_commonest():
    assert pictures.lay_out([4, 5], ["all"], MULTI) == (
        [4, 5, 4, 5],
        {"attributes": [(1.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, 1.0)]},
        2,
    )


@pytest.mark.parametrize(
    ("parts", "label"),
    [
        (["Hair=grey"], 2),
        (["Smiling=1", "Hair=blond"], 4),
        (["Hair = 1", "Smiling=yes"], 4),
        (["Smiling=no"], 0),
    ],
)
def test_columns_choose_one_class(parts, label):
    assert pictures.lay_out([4, 5], parts, JOINT) == ([4, 5], {"labels": [label, label]}, None)


@pytest.mark.parametrize(
    ("parts", "row"),
    [
        (["Male=1"], (0, 1)),
        (["Male=0.25", "Smiling=yes"], (1, 0.25)),
        (["Smiling=.5"], (0.5, 0)),
        (["Smiling=1.0", "Male=no"], (1, 0)),
    ],
)
def test_columns_choose_attributes(parts, row):
    assert pictures.lay_out([4, 5], parts, MULTI) == ([4, 5], {"attributes": [row, row]}, None)


@pytest.mark.parametrize(
    ("condition", "parts", "message"),
    [
        (CLASSES, ["0", "1"], "2 classes for 3 seeds: expected one, or 3"),
        (CLASSES, [], "0 classes for 3 seeds"),
        (CLASSES, ["cats"], r"'cats' is not a class \(did you mean 'cat'\?\): expected all, or 0 to 2 \(0 cat; 1 dog"),
        (CLASSES, ["3"], "'3' is not a class"),
        (CLASSES, ["-1"], "'-1' is not a class"),
        (JOINT, ["Smiling=1", "grey"], "'grey' names no value: expected COLUMN=VALUE in each part, or in none"),
        (JOINT, ["Hiar=grey"], r"column 'Hiar' \(did you mean 'Hair'\?\): expected some of Smiling, Hair"),
        (JOINT, ["Hair=gray"], r"of Hair \(did you mean 'grey'\?\): expected black, blond, grey, or 0 to 2"),
        (JOINT, ["Hair=3"], "'3' is not a value of Hair"),
        (JOINT, ["Smiling=0.5"], "'0.5' is not a value of Smiling: expected no, yes, or 0 to 1"),
        (JOINT, ["Hair=1", "Hair=2"], "'Hair' has two values"),
        (MULTI, ["1", "0"], "takes attributes; expected all, or COLUMN=VALUE as in Smiling=1,Male=0"),
        (MULTI, ["Smiling"], "takes attributes"),
        (MULTI, ["Male=1.5"], "'1.5' is not a value of Male: expected no, yes, or a number from 0 to 1"),
        (MULTI, ["Male=nan"], "'nan' is not a value of Male"),
        (MULTI, ["Male="], "'' is not a value of Male"),
        (None, ["0"], "this model is not conditional; leave --labels out"),
    ],
)
def test_labels_that_make_no_sense_are_refused(condition, parts, message):
    with pytest.raises(errors.UserError, match=f"^--labels={re.escape(','.join(parts))}.*{message}"):
        pictures.lay_out([0, 1, 2], parts, condition)


@pytest.mark.parametrize(
    ("given", "condition", "names"),
    [
        ({}, None, ["seed0007.png", "seed0012.png"]),
        ({"labels": [0, 2]}, CLASSES, ["class0_seed0007.png", "class2_seed0012.png"]),
        (
            {"attributes": [(1.0, 0.0), (0.0, 0.25)]},
            MULTI,
            ["Smiling0_Male0.25_seed0012.png", "Smiling1_Male0_seed0007.png"],
        ),
        (
            {"attributes": [(1.0, 0, 0, 0, 0), (0.0, 0, 0, 0, 0)]},
            conditions.Condition("multi", tuple((name, conditions.BINARY) for name in "abcde"), ()),
            ["attributes0_seed0007.png", "attributes1_seed0012.png"],
        ),
    ],
)
def test_names_of_single_files_hold_the_condition(tmp_path, given, condition, names):
    def draw(seeds, conditions):
        return np.zeros((2, 4, 4, 1), np.uint8)

    pictures.write(draw, [7, 12], given, f"{tmp_path}/", condition=condition)
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_a_grid_of_many_calls(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "CHUNK", 2)
    calls = []

    def draw(seeds, conditions):
        calls.append((seeds, conditions))
        return np.stack([np.full((4, 4, 1), 10 * seed, np.uint8) for seed in seeds])

    pictures.write(draw, [0, 1, 2, 3, 4], {"labels": [5, 6, 7, 8, 9]}, str(tmp_path / "new" / "grid.png"))
    assert calls == [([0, 1], {"labels": [5, 6]}), ([2, 3], {"labels": [7, 8]}), ([4], {"labels": [9]})]
    expected = images.grid(draw([0, 1, 2, 3, 4], {}))[..., 0]
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "new" / "grid.png")), expected)


@pytest.mark.parametrize(
    ("output", "message"), [("grid.jpeg", "expected a name that ends in .png"), ("file/x.png", "cannot make")]
)
def test_an_output_that_cannot_be_written_is_refused_before_anything_is_drawn(tmp_path, output, message):
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.UserError, match=message):
        pictures.write(pytest.fail, [0], {}, str(tmp_path / output))


def test_the_program_draws_single_files_with_the_saved_model_alone(exported, tmp_path):
    program = (
        "import runpy, sys\n"
        "for name in ('networks', 'layers', 'objectives', 'augment', 'game.gan', 'game.build', 'runs', 'training'):\n"
        "    sys.modules[f'gan_keras.{name}'] = None\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    arguments = [f"--model={exported.folder.parent}", "--seeds=12,70-71", f"--output={tmp_path}/"]
    subprocess.run([sys.executable, "-c", program, GENERATE, *arguments], check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["seed0012.png", "seed0070.png", "seed0071.png"]
    drawn = [np.asarray(Image.open(path)) for path in sorted(tmp_path.iterdir())]
    np.testing.assert_array_equal(drawn, exported.generate([12, 70, 71]))
