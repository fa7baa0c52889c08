"""The comparison with published numbers: what it computes, what it says if a number is missed, and which images."""

import dataclasses
import types

import numpy as np
import pytest
import scipy.linalg

from gan_keras import errors
from gan_keras.data.sources import tfds_library
from gan_keras.metrics import features
from gan_keras.metrics import rows
from gan_keras.metrics import self_check

RANDOM = np.random.default_rng(0)
FIRST, WIDTH = 40, 6


def noise(count, darkest):
    """Returns images of another mean and another contrast each, uint8 (count, 32, 32, 3)."""
    means, spans = RANDOM.uniform(darkest, 190, (count, 1, 1, 3)), RANDOM.uniform(5, 60, (count, 1, 1, 3))
    return (means + spans * RANDOM.uniform(-1, 1, (count, 32, 32, 3))).astype(np.uint8)


IMAGES = {"train": noise(70, 60), "test": noise(50, 90)}


def extract(samples):
    """Features of a sample: means and standard deviations of its colours, around 0."""
    means, stds = samples.mean((1, 2)), samples.std((1, 2))
    return (np.concatenate([means - 128, stds - 20], axis=1) / 32).astype(np.float32), None


NETWORK = features.Features("means", "none", "a" * 64, WIDTH, extract)


def fid(x, y):
    root = scipy.linalg.sqrtm(np.cov(x, rowvar=False) @ np.cov(y, rowvar=False)).real
    trace = np.trace(np.cov(x, rowvar=False)) + np.trace(np.cov(y, rowvar=False)) - 2 * np.trace(root)
    return np.square(x.mean(0) - y.mean(0)).sum() + trace


def kid(x, y):
    def mean(a, b, same):
        values = [(p @ q / WIDTH + 1) ** 3 for i, p in enumerate(a) for j, q in enumerate(b) if not (same and i == j)]
        return sum(values) / len(values)

    return mean(x, x, True) + mean(y, y, True) - 2 * mean(x, y, False)


def inside(samples, centres):
    """Returns the share of samples in a ball around some centre that reaches to its third other centre."""
    radii = [sorted(np.linalg.norm(centre - other) for other in centres)[3] for centre in centres]  # 0 is itself.
    balls = list(zip(centres, radii, strict=True))
    return np.mean([any(np.linalg.norm(sample - centre) <= radius for centre, radius in balls) for sample in samples])


@pytest.fixture(scope="module")
def expected():
    """The five numbers, computed by brute force: by the names of the published ones."""
    train, test = (extract(IMAGES[split])[0].astype(np.float64) for split in ("train", "test"))
    some_train, some_test = train[:FIRST], test[:FIRST]
    found = {
        self_check.FID.name: fid(train, test),
        self_check.SUBSETS["fid"].name: fid(some_train, some_test),
        self_check.SUBSETS["kid"].name: kid(some_train, some_test),
        self_check.SUBSETS["precision"].name: inside(some_train, some_test),
        self_check.SUBSETS["recall"].name: inside(some_test, some_train),
    }
    assert len({round(value, 6) for value in found.values()}) == 5
    return found


@pytest.fixture
def published(expected, monkeypatch):
    """Takes the expected numbers for the published ones; returns a function that changes one of them."""

    def publish(changed=None, by=0.0):
        def with_value(number):
            value = expected[number.name] + (by if number.name == changed else 0)
            return dataclasses.replace(number, value=value, tolerance=1e-4 * max(abs(expected[number.name]), 1))

        monkeypatch.setattr(self_check, "FID", with_value(self_check.FID))
        for key, number in self_check.SUBSETS.items():
            monkeypatch.setitem(self_check.SUBSETS, key, with_value(number))

    monkeypatch.setattr(self_check, "FIRST", FIRST)
    publish()
    return publish


@pytest.fixture
def stored(tmp_path):
    """The features of both splits, in files."""
    for split, images in IMAGES.items():
        extract(images)[0].tofile(tmp_path / split)
    return [rows.Rows(tmp_path / split, WIDTH) for split in ("train", "test")]


@pytest.fixture
def images_and_network(monkeypatch):
    """Takes the place of CIFAR-10 and of Inception; returns what they were asked for."""
    asked = []
    monkeypatch.setattr(features, "load", lambda name, **given: asked.append((name, given)) or NETWORK)
    monkeypatch.setattr(self_check, "cifar10", lambda split, where: asked.append((split, where)) or IMAGES[split])
    return asked


def test_the_numbers_are_those_of_brute_force(published, stored, expected):
    lines = self_check.measure(*stored)
    assert [is_right for _, is_right in lines] == [True] * 5
    for (line, _), (name, value) in zip(lines, expected.items(), strict=True):
        assert line.startswith(f"ok     {name}: ") and f"published {value:.6g} (" in line


@pytest.mark.parametrize("number", [self_check.FID, *self_check.SUBSETS.values()], ids=lambda number: number.name)
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_number_that_is_missed_is_said_alone(published, stored, expected, number, sign):
    tolerance = 1e-4 * max(abs(expected[number.name]), 1)
    published(number.name, sign * 0.9 * tolerance)
    assert all(is_right for _, is_right in self_check.measure(*stored))
    published(number.name, sign * 1.1 * tolerance)
    wrong = [line for line, _ in self_check.measure(*stored) if not line.startswith("ok ")]
    assert len(wrong) == 1 and wrong[0].startswith(f"{'WRONG ' if number.decides else 'OTHER '} {number.name}: ")
    assert all(is_right for _, is_right in self_check.measure(*stored)) != number.decides


def test_the_program_prints_a_line_a_number_and_returns_whether_all_are_right(published, images_and_network, capsys):
    choice = features.Choice(inception_weights="w.pb")
    assert self_check.main({"data_dir": "tfds", "cache_dir": "cache"}, choice) == 0
    (network, given), *splits = images_and_network
    assert network == "inception" and given["choice"] is choice and str(given["cache"]) == "cache"
    assert splits == [("train", "tfds"), ("test", "tfds")]
    printed = capsys.readouterr()
    assert [line[:7] for line in printed.out.splitlines()] == ["ok     "] * 5
    assert "CIFAR-10 train: 100%" in printed.err and "CIFAR-10 test: 100%" in printed.err
    published(self_check.SUBSETS["kid"].name, 100.0)
    assert self_check.main({}, choice) == 1
    assert [line[:6] for line in capsys.readouterr().out.splitlines()] == ["ok    "] * 2 + ["WRONG "] + ["ok    "] * 2


def test_numbers_that_are_nan_are_wrong(published, stored, monkeypatch):
    monkeypatch.setattr(self_check.kid, "measure", lambda _: types.SimpleNamespace(values={"distance": float("nan")}))
    assert [is_right for _, is_right in self_check.measure(*stored)] == [True, True, False, True, True]


@pytest.mark.parametrize("setting", ["dataset", "resolution", "crop", "max_images", "holdout"])
def test_settings_without_an_effect_are_refused_in_one_line(images_and_network, setting):
    with pytest.raises(errors.UserError, match=rf"^--{setting} has no effect beside --self_check[^\n]*$"):
        self_check.main({"data_dir": "tfds", setting: 32}, features.Choice())
    assert images_and_network == []


def test_the_published_numbers_stay_what_they_are():
    assert self_check.FIRST == 5000
    numbers = [self_check.FID, *self_check.SUBSETS.values()]
    assert [number.value for number in numbers] == [3.1508, 10.3233, -2.91e-5, 0.6852, 0.6908]
    assert [number.tolerance for number in numbers] == [0.003, 0.01, 1.0e-4, 0.01, 0.01]
    assert [number.decides for number in numbers] == [True, True, True, False, False]


def test_cifar10_comes_in_the_order_of_its_own_files(tmp_path):
    """TFDS stores examples in the order of hashes of their keys."""

    def examples(split, count):
        for index in range(count):
            image = np.full((32, 32, 3), index, np.uint8)
            yield index, {"id": f"{split}_{index:05d}", "image": image, "label": index % 10}

    with tfds_library.quiet() as tfds:
        builder = tfds.builder("cifar10", data_dir=tmp_path)
        builder._make_download_manager = lambda **_: types.SimpleNamespace(downloaded_size=0)
        builder._split_generators = lambda _: {"train": examples("train", 24), "test": examples("test", 11)}
        builder.download_and_prepare()
        as_stored = [int(example["image"][0, 0, 0]) for example in tfds.as_numpy(builder.as_dataset(split="train"))]
    assert as_stored != sorted(as_stored)
    for split, count in (("train", 24), ("test", 11)):
        images = self_check.cifar10(split, str(tmp_path))
        assert images.shape == (count, 32, 32, 3) and images.dtype == np.uint8
        assert images[:, 5, 6, 2].tolist() == list(range(count))
