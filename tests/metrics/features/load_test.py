"""Features by name: which file loads them, with what; and which names are refused in one line."""

import importlib
import re

import pytest

from gan_keras import errors
from gan_keras.config import names
from gan_keras.metrics import features

CHOICE = features.Choice(size=96, value_range="-1,1", output="pool", inception_weights="w.pb")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The current folder, with a file of weights and a saved model."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights.h5").touch()
    (tmp_path / "model").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("name", "module", "arguments"),
    [
        ("classifier", "classifier", ("the store",)),
        ("inception", "inception", ("legacy", "w.pb", "the cache")),
        ("inception:legacy", "inception", ("legacy", "w.pb", "the cache")),
        ("inception:clean", "inception", ("clean", "w.pb", "the cache")),
        ("squeezenet:weights.h5", "squeezenet", ("weights.h5",)),
        ("lite0:weights.h5", "lite0", ("weights.h5",)),
        ("keras:MobileNetV2", "keras_application", ("MobileNetV2",)),
        ("weights.h5", "model_file", ("weights.h5", 96, "-1,1", "pool")),
        ("model", "model_file", ("model", 96, "-1,1", "pool")),
        ("./model", "model_file", ("./model", 96, "-1,1", "pool")),
    ],
)
def test_each_name_is_loaded_by_its_file(here, monkeypatch, name, module, arguments):
    def load(*given, **options):
        assert options == ({"download": True} if module == "inception" else {})
        return given

    monkeypatch.setattr(importlib.import_module(f"gan_keras.metrics.features.{module}"), "load", load)
    assert features.load(name, "the store", "the cache", CHOICE) == arguments


def test_without_a_choice_a_model_says_everything_itself(here, monkeypatch):
    from gan_keras.metrics.features import model_file

    monkeypatch.setattr(model_file, "load", lambda *given: given)
    assert features.load("model") == ("model", None, None, None)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("squeezenet", "features=squeezenet: expected squeezenet:PATH"),
        ("lite0:", "features=lite0:: expected lite0:PATH"),
        ("keras", "features=keras: expected keras:NAME"),
        ("classifier:x", "features=classifier:x: expected classifier alone"),
        ("inception:cleen", "unknown variant of Inception 'cleen' (did you mean 'clean'?): expected one of legacy"),
        ("squeezenet:missing.h5", "features=squeezenet:missing.h5: there is no file 'missing.h5'; check the path"),
        ("lite0:model", "features=lite0:model: there is no file 'model'"),
        ("inceptoin", "unknown features 'inceptoin' (did you mean 'inception'?): expected classifier, inception, "),
        (
            "missing/x",
            "unknown features 'missing/x': expected classifier, inception, squeezenet:…, lite0:…, keras:…, or ",
        ),
    ],
)
def test_names_that_cannot_be_right_are_refused_before_anything_is_loaded(here, monkeypatch, name, message):
    for call in (features.check, features.load):
        with pytest.raises(errors.UserError, match=f"^{re.escape(message)}") as caught:
            call(name)
        assert "\n" not in str(caught.value)


def test_what_the_configuration_names_is_known(here):
    rest = {"squeezenet": ":weights.h5", "lite0": ":weights.h5", "keras": ":MobileNetV2"}
    for name in names.FEATURES:
        features.check(name + rest.get(name, ""))
