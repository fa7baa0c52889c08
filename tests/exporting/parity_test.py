import keras
import numpy as np
import pytest

from gan_keras import errors
from gan_keras.exporting import parity
from tests.exporting import generators


def test_errors_and_correlation_by_hand():
    reference = np.array([0.0, 1.0, -1.0, 0.0], np.float32).reshape(4, 1, 1, 1)
    drawn = reference + np.array([0.0, 0.5, 0.0, 0.1], np.float32).reshape(4, 1, 1, 1)
    result = parity.Parity.of(drawn, reference)
    assert result.max_error == pytest.approx(0.5)
    assert result.mean_error == pytest.approx(0.15)
    assert result.correlation == pytest.approx(2.5 / np.sqrt(2 * (1.5**2 + 1 + 0.1**2 - 4 * 0.15**2)))


def test_correlation_ignores_what_all_images_share():
    rng = np.random.default_rng(0)
    common = 10.0 * rng.normal(size=(1, 8, 8, 3))
    one, other = (common + rng.normal(size=(64, 8, 8, 3)) for _ in range(2))
    assert parity.Parity.of(one, one).correlation == pytest.approx(1.0)
    assert abs(parity.Parity.of(one, other).correlation) < 0.05


def test_equal_images_correlate_also_where_all_are_one():
    constant = np.ones((4, 2, 2, 1), np.float32)
    assert parity.Parity.of(constant, constant).correlation == 1.0
    assert parity.Parity.of(constant + 0.5, constant).correlation == 0.0


def test_the_worst_of_several_has_the_worst_of_each_number():
    one, other = parity.Parity(0.1, 0.02, 0.9), parity.Parity(0.3, 0.01, 0.95)
    assert parity.Parity.worst([one, other]) == parity.Parity(0.3, 0.02, 0.9)


def test_a_generator_that_diverged_is_refused():
    latents = keras.Input((4,), name="latents")
    images = keras.layers.Reshape((2, 2, 1))(keras.layers.Dense(4, kernel_initializer="zeros")(latents))
    generator = keras.Model(latents, images)
    assert parity.Probe.of(generator, "uniform").samples.shape == (64, 2, 2, 1)
    generator.set_weights([np.full((4, 4), np.nan), np.zeros(4)])
    with pytest.raises(errors.UserError, match="NaN or infinity.*--checkpoint"):
        parity.Probe.of(generator, "uniform")


def test_a_probe_takes_the_conditions_that_seeds_take_by_default(with_labels, with_attributes):
    probe = parity.Probe.of(with_labels, "normal", generators.CLASSES)
    np.testing.assert_array_equal(probe.inputs["labels"], np.arange(64) % 3)
    assert probe.inputs["labels"].dtype == np.int32
    probe = parity.Probe.of(with_attributes, "normal", generators.ATTRIBUTES)
    np.testing.assert_array_equal(probe.inputs["attributes"][:4], [[1, 0], [0, 0], [1, 1], [1, 0]])
    assert probe.inputs["attributes"].dtype == np.float32


def test_of_texts_those_with_another_symbol_are_counted():
    reference = np.zeros((4, 2, 3), np.float32)
    reference[..., 1] = 0.6
    drawn = reference.copy()
    drawn[2, 1] = [0.7, 0.2, 0.1]
    found = parity.Parity.of(drawn, reference)
    assert found.other_texts == 0.25 and found.as_dict()["other_texts"] == 0.25
    assert "25.0% other texts" in found.fault(parity.Parity(2.0, 1.0, -1.0, 0.2))
    assert found.fault(parity.Parity(2.0, 1.0, -1.0, 0.3)) is None
    assert "other_texts" not in parity.Parity.of(np.zeros((2, 4, 4, 1)), np.zeros((2, 4, 4, 1))).as_dict()
