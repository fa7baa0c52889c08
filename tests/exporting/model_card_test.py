"""The model card: distances from the data, warnings, and which files it speaks of."""

import pytest

from gan_keras.exporting import model_card


@pytest.fixture
def described(exported):
    return exported.description | {
        "distances": {
            "Keras": {"mind2k squeezenet": 100.0, "frechet2k squeezenet": 0.0},
            "tflite/generator_float32.tflite": {"mind2k squeezenet": 104.9, "frechet2k squeezenet": 0.0},
            "tflite/generator_int8.tflite": {"mind2k squeezenet": 106.0, "frechet2k squeezenet": 0.5},
        }
    }


def test_distances_that_are_more_than_5_percent_off_are_warned_of(described):
    assert model_card.warnings(described) == [
        "tflite/generator_int8.tflite: mind2k squeezenet is 106, that of Keras 100",
        "tflite/generator_int8.tflite: frechet2k squeezenet is 0.5, that of Keras 0",
    ]
    text = model_card.text(described)
    assert "| tflite/generator_float32.tflite | 104.9 | 0 |" in text
    assert "**tflite/generator_int8.tflite: mind2k squeezenet is 106, that of Keras 100.**" in text


def test_what_was_not_measured_says_why(described):
    described |= {"distances": {}, "not_measured": "there is no file or folder 'photos'"}
    assert model_card.warnings(described) == [
        "distances from the data were not measured: there is no file or folder 'photos'"
    ]
    assert "were not measured: there is no file or folder 'photos'.**" in model_card.text(described)


def test_a_run_without_features_has_no_such_section(exported):
    assert "Distance from the data" not in model_card.text(exported.description)


def test_files_that_came_later_are_named(described):
    later = {"onnx/generator_float32.onnx": {"max_error": 1e-6, "mean_error": 1e-7, "bytes": 5, "compared_with": "it"}}
    described |= {"checks": described["checks"] | later}
    text = model_card.text(described)
    assert "Not measured, because they were added later: " in text and "onnx/generator_float32.onnx" in text
    assert "max error 1.0e-06, mean error 1.0e-07 (compared with it)" in text


def test_it_speaks_of_the_folders_that_are_there(exported):
    assert "The files in `tflite/` have" in model_card.text(exported.description)
    without = exported.description | {"files": []}
    assert "`tflite/`" not in model_card.text(without)
