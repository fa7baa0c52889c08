"""The features of the real samples: computed once, kept by content and protocol, and never taken from half a file."""

import dataclasses
import json
import os
import threading
import time

import numpy as np
import pytest

from gan_keras import data
from gan_keras.data import store as stores
from gan_keras.metrics import reference
from gan_keras.metrics.features import Features
from tests import tiny


class Counted:
    """Counts the samples that are looked at. The features are the means of the colours; the logits, the same × 10."""

    def __init__(self, sha256="a" * 64, logits=True):
        self.looked_at, self._logits = [], logits
        self.network = Features("means", "none", sha256, 3, self._extract)

    def _extract(self, samples):
        self.looked_at.append(len(samples))
        means = samples.mean((1, 2), dtype=np.float64).astype(np.float32)
        return means, 10 * means if self._logits else None


@pytest.fixture
def store(tmp_path):
    return prepared(tmp_path, tiny.images(150))


def prepared(folder, images):
    path = folder / f"{len(list(folder.iterdir()))}.npz"
    np.savez(path, images=images, labels=np.arange(len(images)) % 3)
    return data.prepare(f"npz:{path}", cache_dir=folder / "cache", resolution=16, holdout=0.0, progress=False)


def extract(store, counted):
    return reference.Reference(store, progress=False).features(counted.network)


def kept(store):
    return sorted(path.name for path in (store.path.parent / "features").iterdir() if path.is_dir())


def test_features_and_logits_of_all_samples_in_order(store):
    features, logits = extract(store, Counted())
    expected = tiny.images(150).mean((1, 2))
    np.testing.assert_allclose(features[:], expected, rtol=1e-6)
    np.testing.assert_allclose(logits[:], 10 * expected, rtol=1e-6)
    assert extract(store, Counted("b" * 64, logits=False))[1] is None


def test_they_are_computed_once(store):
    first, again = Counted(), Counted()
    found, later = extract(store, first), extract(stores.Store(store.path), again)  # As another process would.
    assert first.looked_at == [64, 64, 22] and again.looked_at == []
    for one, other in zip(found, later, strict=True):
        np.testing.assert_array_equal(one[:], other[:])


@pytest.mark.parametrize("change", [{"sha256": "b" * 64}, {"resize": "bilinear to 8 px"}, {"name": "others"}])
def test_another_protocol_is_computed_anew_and_the_old_one_stays(store, change):
    counted = Counted()
    extract(store, counted)
    other = Counted()
    other.network = dataclasses.replace(other.network, **change)
    extract(store, other)
    extract(store, counted)
    assert sum(other.looked_at) == 150 and sum(counted.looked_at) == 150 and len(kept(store)) == 2


def test_other_images_are_computed_anew_and_equal_ones_are_not(store, tmp_path):
    counted = Counted()
    extract(store, counted)
    changed = tiny.images(150)
    changed[149, 15, 15, 2] ^= 1
    other, same = prepared(tmp_path, changed), prepared(tmp_path, tiny.images(150))
    assert other.path.parent == same.path.parent == store.path.parent and same.path != store.path
    extract(other, counted)
    assert sum(counted.looked_at) == 300
    extract(same, counted)
    assert sum(counted.looked_at) == 300 and len(kept(store)) == 2


def test_the_size_of_batches_does_not_matter(store, monkeypatch):
    whole = extract(store, Counted())
    monkeypatch.setattr(reference, "BATCH", 7)
    counted = Counted("b" * 64)
    for one, other in zip(whole, extract(store, counted), strict=True):
        np.testing.assert_array_equal(one[:], other[:])
    assert counted.looked_at == [7] * 21 + [3]


def test_what_fails_half_way_leaves_nothing(store):
    counted = Counted()

    def fail(samples):
        if counted.looked_at:
            raise KeyboardInterrupt
        return counted._extract(samples)

    with pytest.raises(KeyboardInterrupt):
        reference.Reference(store, progress=False).features(dataclasses.replace(counted.network, extract=fail))
    assert kept(store) == []
    extract(store, counted)
    assert counted.looked_at == [64, 64, 64, 22]


def test_a_folder_that_a_kill_left_beside_is_not_used_and_goes(store):
    extract(store, Counted())
    (name,) = kept(store)
    folder = store.path.parent / "features"
    left = folder / f".{name}-x1y2"
    (folder / name).rename(left)
    counted = Counted()
    extract(store, counted)
    assert sum(counted.looked_at) == 150 and kept(store) == [name]


@pytest.mark.parametrize("file", ["features.f32", "logits.f32", "about.json"])
@pytest.mark.parametrize("damage", ["missing", "half"])
def test_a_damaged_file_is_not_used(store, file, damage):
    expected = [part[:] for part in extract(store, Counted())]
    (name,) = kept(store)
    path = store.path.parent / "features" / name / file
    if damage == "missing":
        path.unlink()
    else:
        os.truncate(path, path.stat().st_size // 2)
    counted = Counted()
    for one, other in zip(expected, extract(store, counted), strict=True):
        np.testing.assert_array_equal(one, other[:])
    assert sum(counted.looked_at) == 150
    extract(store, counted)
    assert sum(counted.looked_at) == 150


def test_of_two_at_once_the_second_waits_for_the_first(store, capsys):
    counted = Counted()

    def slowly(samples):
        time.sleep(0.1)
        return counted._extract(samples)

    network = dataclasses.replace(counted.network, extract=slowly)
    found = []

    def run():
        found.append(reference.Reference(store, progress=False).features(network)[0][:])

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counted.looked_at) == 150
    np.testing.assert_array_equal(*found)
    assert "waiting for another process" in capsys.readouterr().err


def test_the_protocol_says_which_images_they_are(store):
    protocol = reference.Reference(store).protocol
    assert protocol == {
        "real": 150,
        "reference_dataset": "npz",
        "reference_split": "train",
        "reference_crop": None,
        "reference_resolution": 16,
        "reference_hash": store.content_hash,
    }
    assert json.loads(json.dumps(protocol)) == protocol


def test_progress_is_shown_only_if_wanted(store, capsys):
    extract(store, Counted())
    assert capsys.readouterr().err == ""
    reference.Reference(store).features(Counted("b" * 64).network)
    assert "real images, means: 100%" in capsys.readouterr().err
