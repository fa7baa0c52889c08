"""EfficientNet-Lite0: the trained network, and files that are not it."""

import keras
import numpy as np
import pytest

from gan_keras import errors
from gan_keras.metrics.features import lite0

SAMPLES = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)


def test_trained_weights(real_data):
    network = lite0.load(real_data / "weights" / "efficientnet_lite0_imagenet.keras")
    features, logits = network.extract(SAMPLES)
    assert network.width == 1280 and features.shape == (3, 1280) and logits.shape == (3, 1000)
    assert np.isfinite(features).all() and np.isfinite(logits).all()
    assert np.abs(features[0] - features[1]).max() > 0.1
    for row in range(3):  # In inference mode the others of a batch have no influence.
        np.testing.assert_allclose(network.extract(SAMPLES[row : row + 1])[0][0], features[row], rtol=1e-3, atol=1e-3)
    grey = SAMPLES[..., :1]
    np.testing.assert_array_equal(network.extract(grey)[0], network.extract(np.repeat(grey, 3, -1))[0])
    with np.load(real_data / "cifar10" / "cifar10_5k1k.npz") as arrays:
        images, labels = arrays["x_test"], arrays["y_test"].ravel()
    _, logits = network.extract(images[labels == 8][:40])  # Ships.
    ships = {403, 404, 472, 484, 510, 554, 576, 625, 628, 724, 780, 814, 833, 871, 914}  # ImageNet's boats and ships.
    hits = [bool(ships & set(row)) for row in np.argsort(logits)[:, -5:].tolist()]
    assert np.mean(hits) > 0.3  # By chance: 0.07.


def test_a_missing_a_damaged_and_a_wrong_file_are_named(tmp_path):
    damaged, wrong = tmp_path / "damaged.keras", tmp_path / "wrong.keras"
    damaged.write_text("not a model")
    keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten()]).save(wrong)
    with pytest.raises(errors.UserError, match="there is no such file"):
        lite0.load(tmp_path / "missing.keras")
    for path in (damaged, wrong):
        with pytest.raises(errors.UserError, match="not the Keras model of EfficientNet-Lite0") as refused:
            lite0.load(path)
        assert "\n" not in str(refused.value)
