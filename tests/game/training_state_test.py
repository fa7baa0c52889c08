"""Training state that follows D's logits, alone and on two replicas."""

import numpy as np
import pytest
import tensorflow as tf

from gan_keras.augment import Augmentation
from gan_keras.game import gan
from gan_keras.game.training_state import LogitStatistics
from gan_keras.networks import dcgan
from gan_keras.objectives import Objective
from tests import tiny


def trained(strategy, iterations, **arguments):
    """Returns the `TrainingState` of a game, and its results."""
    model, logs = tiny.train(strategy, iterations, **arguments)
    return model.training_state, logs


@pytest.fixture
def one_device():
    return tf.distribute.OneDeviceStrategy("CPU:0")


def test_the_adaptive_probability_counts_the_images_of_all_replicas(one_device):
    game = {"augmentation": Augmentation("ada", "adaptive")}
    alone, logs = trained(one_device, 6, **game)
    pair, pair_logs = trained(tiny.two_replicas(), 6, **game)
    for reports in (logs, pair_logs):
        expected = 0.0
        for sign, probability in zip(reports["real_sign"], reports["augment_probability"], strict=True):
            expected = max(0.0, expected + (8 if sign > 0.6 else -8) / 500_000)
            assert probability == pytest.approx(expected)
    assert pair.augment_probability.numpy() == alone.augment_probability.numpy() > 0


def test_the_mean_sign_is_that_of_the_global_batch():
    strategy = tiny.two_replicas()
    with strategy.scope():
        state = tiny.game(augmentation=Augmentation("ada", "adaptive")).training_state
    state.augment_probability.assign(0.5)
    signs = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant([1.0, 0.0][context.replica_id_in_sync_group])
    )

    def update(sign):
        state.update_augment_probability(LogitStatistics(tf.zeros(()), tf.zeros(()), sign), 8)

    tf.function(lambda: strategy.run(update, args=(signs,)))()
    # 0.5 is below the target of 0.6. The first replica's own 1.0 would be above it.
    assert state.augment_probability.numpy() == pytest.approx(0.5 - 8 / 500_000, abs=1e-7)


def test_a_penalty_that_falls_on_the_first_of_two_steps_is_reported(one_device):
    objective = Objective("relativistic_pairing", r1=1.0, penalty_interval=2)
    model, logs = tiny.train(one_device, 2, make=unmixed, objective=objective, discriminator_steps=2)
    assert (logs["r1"] > 0).all()


def unmixed(**arguments):
    """Returns a game whose D has no batch statistics."""
    model = gan.GAN(dcgan.generator(16, width=4), dcgan.discriminator(16, width=4, normalization="layer"), **arguments)
    model.compile()
    return model


def test_lecam_remembers_the_logits_of_the_global_batch(one_device):
    game = {"objective": Objective("hinge", lecam=0.1)}
    alone, logs = trained(one_device, 3, **game)
    pair, _ = trained(tiny.two_replicas(), 3, **game)
    averages = alone.lecam_averages.numpy()
    # Plain means of the first three updates.
    expected = [logs["real_logits"].mean(), logs["fake_logits"].mean()]
    np.testing.assert_allclose(averages, expected, rtol=1e-4)
    assert np.abs(averages).min() > 0 and logs["real_logits"][-1] != pytest.approx(averages[0], rel=1e-3)
    np.testing.assert_allclose(pair.lecam_averages.numpy(), averages, rtol=1e-3, atol=1e-5)
