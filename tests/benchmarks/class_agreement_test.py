"""The measurement of conditional samples, on samples whose quality is known."""

import types

import numpy as np
import pytest

from gan_keras.benchmarks import class_agreement
from gan_keras.config import recipes
from gan_keras.data import conditions

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving


def store(count, seed):
    """Gray noise around a brightness that depends on the class: 0 dark, 1 medium, 2 bright."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count, dtype=np.int32) % 3
    noise = generator.integers(0, 30, (count, 16, 16, 1))
    pixels = (90 * labels[:, None, None, None] + noise).astype(np.uint8)
    return types.SimpleNamespace(images=pixels, labels={"label": labels}, label_names={"label": []})


STORES = {"train": store(900, 0), "test": store(90, 1)}


def run(generate):
    """Returns what `measure` needs of a run with three classes."""
    return types.SimpleNamespace(
        config=recipes.recipe("cdcgan"),
        condition=conditions.of_classes(["0", "1", "2"]),
        identity={"content_hash": "0123456789"},
        generate=generate,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("classifier")


def test_real_images_get_full_marks(folder, capsys):
    result = class_agreement.measure(run(lambda seeds: store(len(seeds), 2).images), STORES, folder)
    assert result.accuracy > 0.95 and result.agreement > 0.95 and min(result.of_classes) > 0.9
    assert result.diversity == pytest.approx(1.0, abs=0.02)
    assert "cdcgan: the classifier is right on " in capsys.readouterr().out


def test_a_single_image_for_each_class_has_no_diversity(folder):
    result = class_agreement.measure(run(lambda seeds: store(3, 2).images[np.arange(len(seeds)) % 3]), STORES, folder)
    assert result.agreement > 0.95 and result.diversity < 0.01


def test_samples_of_other_classes_than_requested(folder):
    result = class_agreement.measure(run(lambda seeds: store(len(seeds) + 1, 2).images[1:]), STORES, folder)
    assert result.agreement < 0.05


def test_a_class_that_is_never_generated(folder):
    def generate(seeds):  # Class 1 where class 2 was requested.
        images = store(len(seeds), 2).images
        images[2::3] = store(len(seeds), 3).images[1::3]
        return images

    result = class_agreement.measure(run(generate), STORES, folder)
    assert result.agreement == pytest.approx(2 / 3, abs=0.05)
    assert result.of_classes[0] > 0.9 and result.of_classes[1] > 0.9 and result.of_classes[2] < 0.1


def test_several_columns_whose_names_the_run_records(folder):
    both = {
        split: types.SimpleNamespace(
            images=stored.images,
            labels={"other": np.zeros(len(stored.images), np.int32), **stored.labels},
            label_names={},
        )
        for split, stored in STORES.items()
    }
    result = class_agreement.measure(run(lambda seeds: store(len(seeds), 2).images), both, folder)
    assert result.agreement > 0.95
