import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from gan_keras import errors
from gan_keras import images
from gan_keras.export import pictures

GENERATE = pathlib.Path(__file__).parents[2] / "scripts" / "generate.py"


def test_seeds():
    assert pictures.parse_seeds("0-3,12, 20-21") == [0, 1, 2, 3, 12, 20, 21]
    assert pictures.parse_seeds("5-5") == [5]


@pytest.mark.parametrize("text", ["", "-3", "1,,2", "3-1", "a-b", "1.5", "0-999999999", "1-2-3", "٣", "9" * 30])
def test_seeds_that_make_no_sense_are_refused(text):
    with pytest.raises(errors.UserError, match="--seeds="):
        pictures.parse_seeds(text)


def test_labels():
    names = ["cat", "dog, big", "newt"]
    assert pictures.lay_out([4, 5], None, names) == ([4, 5], None, None)
    assert pictures.lay_out([4, 5], ["2"], names) == ([4, 5], [2, 2], None)
    assert pictures.lay_out([4, 5], ["dog, big", "0"], names) == ([4, 5], [1, 0], None)
    assert pictures.lay_out([4, 5], ["all"], names) == ([4, 5, 4, 5, 4, 5], [0, 0, 1, 1, 2, 2], 2)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (["0", "1"], "2 classes for 3 seeds"), ([], "0 classes for 3 seeds"),
        (["cats"], r"'cats' is no class; expected all, or 0 to 1 \(0 cat; 1 dog\)"), (["2"], "'2' is no class"),
        (["-1"], "'-1' is no class"),
    ],
)
def test_labels_that_make_no_sense_are_refused(parts, message):
    with pytest.raises(errors.UserError, match=f"--labels=.*{message}"):
        pictures.lay_out([0, 1, 2], parts, ["cat", "dog"])


def test_labels_for_a_generator_without_classes():
    with pytest.raises(errors.UserError, match="--labels=0: this generator has no classes"):
        pictures.lay_out([0], ["0"], [])


def test_single_files_say_their_class(tmp_path):
    pictures.write(lambda seeds, labels: np.zeros((2, 4, 4, 1), np.uint8), [7, 7], [0, 2], f"{tmp_path}/")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class0_seed0007.png", "class2_seed0007.png"]


def test_a_grid_of_many_calls(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "CHUNK", 2)
    calls = []

    def draw(seeds, labels):
        calls.append((seeds, labels))
        return np.stack([np.full((4, 4, 1), 10 * seed, np.uint8) for seed in seeds])

    pictures.write(draw, [0, 1, 2, 3, 4], [5, 6, 7, 8, 9], str(tmp_path / "new" / "grid.png"))
    assert calls == [([0, 1], [5, 6]), ([2, 3], [7, 8]), ([4], [9])]
    expected = images.grid(draw([0, 1, 2, 3, 4], None))[..., 0]
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "new" / "grid.png")), expected)


@pytest.mark.parametrize(
    ("output", "message"), [("grid.jpeg", "expected a name that ends in .png"), ("file/x.png", "cannot make")]
)
def test_an_output_that_cannot_be_written_is_refused_before_anything_is_drawn(tmp_path, output, message):
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.UserError, match=message):
        pictures.write(pytest.fail, [0], None, str(tmp_path / output))


def test_the_program_draws_single_files_with_the_saved_model_alone(exported, tmp_path):
    program = (
        "import runpy, sys\n"
        "for name in ('networks', 'layers', 'gan', 'objectives', 'data'): sys.modules[f'gan_keras.{name}'] = None\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    arguments = [f"--model={exported.folder.parent}", "--seeds=12,70-71", f"--output={tmp_path}/"]
    subprocess.run([sys.executable, "-c", program, GENERATE, *arguments], check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["seed0012.png", "seed0070.png", "seed0071.png"]
    drawn = [np.asarray(Image.open(path)) for path in sorted(tmp_path.iterdir())]
    np.testing.assert_array_equal(drawn, exported.generate([12, 70, 71]))
