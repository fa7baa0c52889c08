"""The judge of conditional samples, on samples whose quality is known."""

import types

import numpy as np
import pytest

from gan_keras import recipes
from gan_keras.benchmarks import asked_classes

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving


def store(count, seed):
    """Grey noise around a brightness that tells the class: 0 dark, 1 medium, 2 bright."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count, dtype=np.int32) % 3
    noise = generator.integers(0, 30, (count, 16, 16, 1))
    pixels = (90 * labels[:, None, None, None] + noise).astype(np.uint8)
    return types.SimpleNamespace(images=pixels, labels={"label": labels}, label_names={"label": []})


STORES = {"train": store(900, 0), "test": store(90, 1)}


def run(generate):
    return types.SimpleNamespace(
        config=recipes.recipe("cdcgan"), class_names=["0", "1", "2"], identity={"content_hash": "0123456789"},
        generate=generate,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("judge")


def test_real_images_get_full_marks(folder, capsys):
    verdict = asked_classes.measure(run(lambda seeds: store(len(seeds), 2).images), STORES, folder)
    assert verdict.accuracy > 0.95 and verdict.agreement > 0.95 and min(verdict.of_classes) > 0.9
    assert verdict.diversity == pytest.approx(1.0, abs=0.02)
    assert "cdcgan: classifier right on" in capsys.readouterr().out


def test_one_image_a_class_has_no_diversity(folder):
    verdict = asked_classes.measure(run(lambda seeds: store(3, 2).images[np.arange(len(seeds)) % 3]), STORES, folder)
    assert verdict.agreement > 0.95 and verdict.diversity < 0.01


def test_other_classes_than_asked_for(folder):
    verdict = asked_classes.measure(run(lambda seeds: store(len(seeds) + 1, 2).images[1:]), STORES, folder)
    assert verdict.agreement < 0.05
