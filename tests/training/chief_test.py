"""What the chief compares the samples with."""

import types

import numpy as np

from gan_keras.data import conditions
from gan_keras.training import callbacks
from gan_keras.training import chief
from gan_keras.training import experiment
from tests import helpers


def resolved(tmp_path, labels=None):
    """Returns an experiment on grey images that are sorted by class, as those of a folder: class c has the value c."""
    images = np.repeat(np.arange(4, dtype=np.uint8), 300)[:, None, None, None] * np.ones((16, 16, 3), np.uint8)
    np.savez(tmp_path / "sorted.npz", images=images, labels=np.repeat(np.arange(4), 300))
    config = helpers.experiment(tmp_path, dataset=f"npz:{tmp_path / 'sorted.npz'}", flip=False)
    found = experiment.resolve(config, 1)
    if labels:
        found = types.SimpleNamespace(
            store=found.store, config=config, condition=None, conditions=conditions.choose(found.store, labels)
        )
    return found


def groups(found):
    samples = callbacks.Samples(None, None, found, None)
    return [sorted(set(group[:, 0, 0, 0].tolist())) for group in chief.real_groups(found, samples)]


def test_real_images_are_of_all_classes_of_a_sorted_data_set(tmp_path):
    assert groups(resolved(tmp_path)) == [[0, 1, 2, 3]]


def test_of_a_conditional_game_each_row_has_real_images_of_its_own(tmp_path):
    assert groups(resolved(tmp_path, labels="label")) == [[0], [1], [2], [3]]
