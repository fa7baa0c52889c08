"""Distances of exported files from the data: what is drawn for them, and what happens where they cannot be measured."""

import types

import numpy as np
import pytest

from gan_keras.data import conditions
from gan_keras.exporting import latency
from gan_keras.training import export


class Exported:
    """Two latents, and images of one grey pixel that show the first of them."""

    description = {"sample_shape": [1, 1, 1]}
    condition = conditions.Condition("joint", (("kind", ("a", "b")),), (0, 1))

    def latents(self, seeds):
        return np.stack([seeds / 100, seeds * 0], axis=-1).astype(np.float32)


def test_every_batch_has_the_size_that_each_file_has_a_signature_for():
    sizes = []

    def draw(latents, labels):
        sizes.append((len(latents), len(labels)))
        return (latents[:, :1] + labels[:, None]).reshape(-1, 1, 1, 1)

    drawn = export._Drawn(draw, Exported())
    labels = np.arange(19, dtype=np.int32) % 2
    images = np.concatenate(list(drawn.batches(np.arange(19), {"labels": labels})))
    assert sizes == [(8, 8)] * 3
    expected = np.clip(np.floor((np.arange(19, dtype=np.float32) / 100 + labels) * 127.5 + 128), 0, 255)
    np.testing.assert_array_equal(images[:, 0, 0, 0], expected)


def run_with(**evaluation):
    settings = {"metric": "mind2k", "features": "classifier", "features_size": None, "features_range": None}
    settings |= {"features_output": None, "inception_weights": None} | evaluation
    return types.SimpleNamespace(config=types.SimpleNamespace(data=None, evaluation=types.SimpleNamespace(**settings)))


@pytest.mark.parametrize("evaluation", [{"metric": "none"}, {"metric": "swd2k", "features": None}])
def test_a_run_that_measures_no_features_has_no_distances(evaluation):
    assert export.measure_of(run_with(**evaluation)) is None


def test_distances_are_those_of_each_file_by_metric_and_features(monkeypatch):
    class Evaluator:
        def __init__(self, data, choice, progress):
            pass

        def load(self, name):
            assert name == "classifier"

        def measure(self, subject, metrics, features):
            (batch,) = subject.batches(np.arange(1), {"labels": np.zeros(1, np.int32)})
            return [
                types.SimpleNamespace(record={"metric": metric, "features": features[0]}, value=float(batch.mean()))
                for metric in metrics
            ]

    monkeypatch.setattr(export, "Evaluator", Evaluator)
    bright: latency.Draw = lambda latents, labels: np.ones((8, 1, 1, 1), np.float32)  # noqa: E731
    dark: latency.Draw = lambda latents, labels: -np.ones((8, 1, 1, 1), np.float32)  # noqa: E731
    measure = export.measure_of(run_with())
    assert measure({"Keras": bright, "tflite/a": dark}, Exported()) == {
        "distances": {
            "Keras": {"mind2k classifier": 255.0, "frechet2k classifier": 255.0},
            "tflite/a": {"mind2k classifier": 0.0, "frechet2k classifier": 0.0},
        }
    }


def test_without_the_data_the_export_says_why_it_has_none(monkeypatch):
    def missing(*_, **__):
        raise export.measurements.errors.UserError("there is no folder 'photos'; check the path")

    monkeypatch.setattr(export, "Evaluator", missing)
    assert export.measure_of(run_with())({}, Exported()) == {
        "not_measured": "there is no folder 'photos'; check the path"
    }
