"""SqueezeNet: a network of zeros by hand, and the one trained on ImageNet."""

import h5py
import numpy as np
import pytest

from gan_keras import errors
from gan_keras.metrics.features import squeezenet

SAMPLES = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)
SQUEEZED = (16, 16, 32, 32, 48, 48, 64, 64)


def write(path, change=None):
    """Writes weights of zeros, the biases of the last fire apart: −1, 0, 1, … and 1, 2, 3, …"""
    shapes, channels = {"conv1": (3, 3, 3, 64)}, 64
    for fire, squeezed in enumerate(SQUEEZED, 2):
        shapes[f"fire{fire}/squeeze1x1"] = (1, 1, channels, squeezed)
        shapes[f"fire{fire}/expand1x1"] = (1, 1, squeezed, 4 * squeezed)
        shapes[f"fire{fire}/expand3x3"] = (3, 3, squeezed, 4 * squeezed)
        channels = 8 * squeezed
    first = {"fire9/expand1x1": -1, "fire9/expand3x3": 1}
    with h5py.File(path, "w") as file:
        for name, shape in (shapes | (change or {})).items():
            group = file.create_group(name)
            group.attrs["weight_names"] = [f"{name}_k", f"{name}_b"]
            group[f"{name}_k"] = np.zeros(shape, np.float32)
            group[f"{name}_b"] = np.float32(
                np.arange(shape[-1]) + first[name] if name in first else np.zeros(shape[-1])
            )
    return path


def test_the_last_fire_by_hand(tmp_path):
    features, logits = squeezenet.load(write(tmp_path / "zeros.h5")).extract(SAMPLES)
    assert features.shape == (3, 512) and logits is None
    assert features[0, :4].tolist() == [0, 0, 1, 2]  # −1 becomes 0: a ReLU ends every layer.
    assert features[2, 256:259].tolist() == [1, 2, 3]


def test_a_missing_a_damaged_and_a_wrong_file_are_named(tmp_path):
    text, wrong, other = tmp_path / "text.h5", tmp_path / "wrong.h5", tmp_path / "other.h5"
    text.write_text("not HDF5")
    write(wrong, {"conv1": (7, 7, 3, 96)})  # As SqueezeNet 1.0 has it.
    with h5py.File(other, "w") as file:
        file["weights"] = np.zeros(3)
    with pytest.raises(errors.UserError, match="there is no such file"):
        squeezenet.load(tmp_path / "missing.h5")
    for path, reason in ((text, "file signature not found"), (wrong, r"conv1 is \(7, 7, 3, 96\)"), (other, "conv1")):
        with pytest.raises(errors.UserError, match=f"not the Keras weights of SqueezeNet 1.1 .*{reason}") as refused:
            squeezenet.load(path)
        assert "\n" not in str(refused.value)


def test_trained_weights(real_data):
    network = squeezenet.load(real_data / "weights" / "squeezenet_v1.1_imagenet_notop_tf.h5")
    features, _ = network.extract(SAMPLES)
    assert network.width == 512 and features.shape == (3, 512) and features.dtype == np.float32
    assert np.isfinite(features).all() and features.min() >= 0
    assert np.abs(features[0] - features[1]).max() > 0.1
    for row in range(3):  # Whatever else is in the batch.
        np.testing.assert_allclose(network.extract(SAMPLES[row : row + 1])[0][0], features[row], rtol=1e-4, atol=1e-4)
    grey = SAMPLES[..., :1]
    np.testing.assert_array_equal(network.extract(grey)[0], network.extract(np.repeat(grey, 3, -1))[0])


def test_a_car_is_nearest_to_a_car(real_data):
    with np.load(real_data / "cifar10" / "cifar10_5k1k.npz") as arrays:
        images, labels = arrays["x_test"], arrays["y_test"].ravel()
    frogs, cars = (images[labels == label][:30] for label in (6, 1))
    network = squeezenet.load(real_data / "weights" / "squeezenet_v1.1_imagenet_notop_tf.h5")
    features = network.extract(np.concatenate([frogs, cars]))[0]
    distances = np.linalg.norm(features[:, None] - features[None], axis=-1) + np.diag(np.full(60, np.inf))
    assert ((distances.argmin(1) < 30) == (np.arange(60) < 30)).mean() > 0.85
