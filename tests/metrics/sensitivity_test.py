"""Distances tell worse images from better ones: real faces, more and more degraded, against other real faces."""

import functools
import io
import os

import numpy as np
import pytest
import scipy.ndimage
from PIL import Image

from gan_keras import data
from gan_keras.metrics import features
from gan_keras.metrics import frechet
from gan_keras.metrics import mind
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side

COUNT = 2048  # Samples of frechet2k and mind2k.
NETWORKS = {"squeezenet": "squeezenet_v1.1_imagenet_notop_tf.h5", "lite0": "efficientnet_lite0_imagenet.keras"}
METRICS = {"frechet2k": frechet.measure, "mind2k": mind.measure}
COLUMNS = [(network, metric) for network in NETWORKS for metric in METRICS]

pytestmark = pytest.mark.slow


def blurred(images, sigma):
    return np.rint(scipy.ndimage.gaussian_filter(images.astype(np.float32), (0, sigma, sigma, 0)))


def noisy(images, sigma):
    return np.rint(images + np.random.default_rng(0).normal(0, sigma, images.shape)).clip(0, 255)


def compressed(images, quality):
    def one(image):
        with io.BytesIO() as file:
            Image.fromarray(image).save(file, "JPEG", quality=quality)
            return np.asarray(Image.open(file))

    return np.stack([one(image) for image in images])


DEGRADED = {
    "blur, σ in pixels": (blurred, (0.5, 1, 2, 4)),
    "noise, σ of 255": (noisy, (4, 8, 16, 32)),
    "JPEG quality": (compressed, (75, 50, 25, 10)),
}
TRAINING, REPEATED = "training images", "50 training images, repeated"
HALVES, HELD_OUT = "773 against the other 774 test images", "773 training against 774 test images"
DRAWS = 4  # Of such halves; the mean counts.


@functools.cache
def measured(real_data, cache):
    """Returns the distances: (network, metric) → row → number; against all test images where a row says nothing."""
    settings = {"data_dir": real_data / "tfds", "cache_dir": cache, "resolution": 64, "crop": 178, "progress": False}
    train = data.prepare("celeb_a", "train", max_images=COUNT, **settings).images[:]
    test = data.prepare("celeb_a", "test", **settings).images
    assert train.shape == (COUNT, 64, 64, 3) and test.shape == (1547, 64, 64, 3)
    networks = {name: features.load(f"{name}:{real_data}/weights/{file}") for name, file in NETWORKS.items()}
    found = {column: {} for column in COLUMNS}

    def add(row, *pairs):
        for network, metric in COLUMNS:
            sides = [(Side(features=one[network]), Side(features=other[network])) for one, other in pairs]
            values = [METRICS[metric](Evidence(*pair)).values["distance"] for pair in sides]
            found[network, metric][row] = float(np.mean(values))

    real, plain = extracted(networks, test), extracted(networks, train)
    generator = np.random.default_rng(0)
    halves = [split(real, generator.permutation(len(test)), 774) for _ in range(DRAWS)]
    held_out = [split(plain, generator.permutation(COUNT), 773)[0] for _ in range(DRAWS)]
    add(HALVES, *halves)
    add(HELD_OUT, *((half, other) for (half, _), other in zip(halves, held_out, strict=True)))
    add(TRAINING, (real, plain))
    for kind, (degrade, strengths) in DEGRADED.items():
        for strength in strengths:
            add((kind, strength), (real, extracted(networks, degrade(train, strength).astype(np.uint8))))
    add(REPEATED, (real, {name: np.resize(each[:50], each.shape) for name, each in plain.items()}))
    print(f"\n{table(found)}")
    return found


def extracted(networks, images):
    return {
        name: np.concatenate([network.extract(np.asarray(batch))[0] for batch in rows.blocks(images, 64)])
        for name, network in networks.items()
    }


def split(extracted, order, count):
    """Returns the features of the first `count` images in an order, and those of the others."""
    return [{name: each[part] for name, each in extracted.items()} for part in (order[:count], order[count:])]


def table(found):
    lines = [f"{'':40}" + "".join(f"{' '.join(column):>22}" for column in COLUMNS)]
    for row in found[COLUMNS[0]]:
        title = row if isinstance(row, str) else f"{row[0]}: {row[1]}"
        lines.append(f"{title:40}" + "".join(f"{found[column][row]:22.5g}" for column in COLUMNS))
    return "\n".join(lines)


@pytest.fixture(params=COLUMNS, ids=" ".join)
def distances(request, real_data, tmp_path_factory):
    """The distances of a metric on the features of a network, by row."""
    cache = os.environ.get("GAN_KERAS_CACHE") or tmp_path_factory.getbasetemp() / "sensitivity"
    return measured(real_data, cache)[request.param]


@pytest.mark.parametrize("kind", DEGRADED)
def test_distances_rise_with_the_strength(distances, kind):
    found = [distances[TRAINING], *(distances[kind, strength] for strength in DEGRADED[kind][1])]
    assert found == sorted(set(found)), found


def test_images_that_repeat_are_far_away(distances):
    assert distances[REPEATED] > 5 * distances[TRAINING]


def test_held_out_images_are_nearly_as_near_as_one_half_to_the_other(distances):
    """Nearly: in halves of the test images are the same people, and the two official splits differ a little.

    The test images are 3 grey levels darker than the training images, and 3 % more of them smile.
    """
    assert 0.9 < distances[HELD_OUT] / distances[HALVES] < 1.6
    assert distances[TRAINING] < distances[HELD_OUT]  # More samples, less bias.
