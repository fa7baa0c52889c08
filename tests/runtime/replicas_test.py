"""The same global batch and noise give the same update on one device, on two replicas, and in two worker processes.

Tolerance: float32 sums of other orders. Three iterations of gradient descent at rate 0.05 end within 2e-6 of each
    other;
batch statistics of a replica of its own, or noise of its own, end 1e-3 apart and more (asserted below).
"""

import json
import os
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.game import optimizers
from gan_keras.runtime import replicas
from tests import tiny

TOLERANCE = 2e-6


def one_device():
    return tf.distribute.OneDeviceStrategy("CPU:0")


@pytest.fixture(scope="module")
def alone():
    model, logs = tiny.train(one_device(), 3, discriminator_steps=2)
    return tiny.weights(model), logs


def test_two_replicas_make_the_same_update(alone):
    model, logs = tiny.train(tiny.two_replicas(), 3, discriminator_steps=2)
    assert tiny.distance(tiny.weights(model), alone[0]) < TOLERANCE
    for name, values in logs.items():
        np.testing.assert_allclose(values, alone[1][name], rtol=1e-4, atol=1e-5)
    assert int(model.images_shown.numpy()) == 3 * 2 * 8 and int(model.iteration.numpy()) == 3


def test_the_check_can_fail(alone):
    model, _ = tiny.train(tiny.two_replicas(), 3, discriminator_steps=2, synchronized=False)
    assert tiny.distance(tiny.weights(model), alone[0]) > 1e-4  # batch statistics of each replica
    model, _ = tiny.train(one_device(), 3, discriminator_steps=2, seed=5)
    assert tiny.distance(tiny.weights(model), alone[0]) > 1e-4  # other noise


def test_two_worker_processes_make_the_same_update(alone, tmp_path):
    finish(start_workers(tmp_path))
    for index in range(2):
        with np.load(tmp_path / f"{index}.npz") as stored:
            weights = [stored[f"arr_{number}"] for number in range(len(alone[0]))]
            losses = stored["log g_loss"]
        assert tiny.distance(weights, alone[0]) < TOLERANCE
        np.testing.assert_allclose(losses, alone[1]["g_loss"], rtol=1e-4)
        assert np.load(tmp_path / f"{index}.npz.agreed.npz")["arr_0"].tolist() == [7, 8]


def start_workers(folder, script=None, arguments=None):
    """Starts two worker processes on free ports of 127.0.0.1, of `tests.worker` or of a program; returns them."""
    sockets = [socket.socket() for _ in range(2)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    workers = []
    for index in range(2):
        config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = {**os.environ, "TF_CONFIG": json.dumps(config)}
        program = [str(script)] if script else ["-m", "tests.worker"]
        command = [sys.executable, *program, *(arguments or [str(folder / f"{index}.npz")])]
        workers.append(
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        )
    return workers


def finish(workers, timeout=240):
    """Waits for the workers to end well; ends them if they do not."""
    try:
        for worker in workers:
            output, _ = worker.communicate(timeout=timeout)
            assert worker.returncode == 0, output[-3000:]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def test_every_replica_sees_its_own_slice():
    strategy = tiny.two_replicas()
    global_batch = tf.reshape(tf.range(8.0), [4, 2])

    @tf.function
    def slices():
        return strategy.run(lambda: replicas.replica_slice(global_batch))

    first, second = strategy.experimental_local_results(slices())
    assert first.numpy().tolist() == [[0, 1], [2, 3]] and second.numpy().tolist() == [[4, 5], [6, 7]]


def test_shares_add_up_to_the_mean_of_the_global_batch():
    strategy = tiny.two_replicas()
    values = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant([[1.0, 2.0], [3.0, 6.0]][context.replica_id_in_sync_group])
    )

    @tf.function
    def reduced():
        def replica(numbers):
            return replicas.share_of_mean(numbers), replicas.global_mean(numbers)

        share, mean = strategy.run(replica, args=(values,))
        return strategy.reduce("SUM", share, axis=None), mean

    total, means = reduced()
    assert total.numpy() == 3.0
    assert [mean.numpy() for mean in strategy.experimental_local_results(means)] == [3.0, 3.0]
    assert replicas.share_of_mean(tf.constant([1.0, 2.0, 3.0, 6.0])).numpy() == 3.0  # one replica: the mean itself


def test_an_overflow_on_one_replica_makes_all_skip():
    strategy = tiny.two_replicas()
    with strategy.scope():
        variable = keras.Variable([1.0, 2.0])
        optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(1.0), initial_scale=4.0)
        optimizer = optimizers.prepare(optimizer, [variable], None, needs_loss_scale=True)
    gradients = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant([[4.0, 4.0], [np.inf, 4.0]][context.replica_id_in_sync_group])
    )

    @tf.function
    def update(gradients):
        def replica(gradient):
            optimizer.apply(replicas.sum_over_replicas([gradient]), [variable])

        strategy.run(replica, args=(gradients,))

    update(gradients)
    assert variable.numpy().tolist() == [1.0, 2.0]
    assert [value.numpy() for value in strategy.experimental_local_results(optimizer.dynamic_scale.value)] == [2.0, 2.0]
    update(strategy.experimental_distribute_values_from_function(lambda _: tf.constant([1.0, 1.0])))
    assert variable.numpy().tolist() == [0.0, 1.0]  # 1 − (1 + 1) / 2: summed over replicas, divided by the scale


def test_half_precision_on_two_replicas():
    model, logs = tiny.train(tiny.two_replicas(), 2, policy="mixed_float16", learning_rate=1e-3)
    assert all(np.isfinite(values).all() for values in logs.values())
    before = [variable.copy() for variable in tiny.weights(tiny.game(policy="mixed_float16"))]
    assert tiny.distance(tiny.weights(model), before) > 1e-6


def test_broadcast_gives_all_the_first_replicas_values():
    strategy = tiny.two_replicas()
    with strategy.scope():
        variable = keras.Variable([0.0, 0.0])
    first, second = strategy.experimental_local_results(variable.value)
    first.assign([1.0, 2.0])
    second.assign([8.0, 9.0])
    replicas.broadcast(strategy, [variable])
    assert [value.numpy().tolist() for value in strategy.experimental_local_results(variable.value)] == [[1, 2], [1, 2]]


@pytest.mark.parametrize(
    "text, told",
    [
        ("{not json", "TF_CONFIG cannot be read"),
        ('{"cluster": {"worker": ["a:1"]}}', "TF_CONFIG cannot be read"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 3}}', "not in its cluster"),
    ],
)
def test_a_tf_config_that_is_none_is_told_in_one_line(monkeypatch, text, told):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(errors.UserError, match=told) as caught:
        replicas.make_strategy("auto")
    assert "\n" not in str(caught.value)


def test_the_choice_of_a_strategy(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert replicas.make_strategy("auto").num_replicas_in_sync == 1
    assert replicas.make_strategy("auto", logical_cpus=2).num_replicas_in_sync == 2
    with pytest.raises(errors.UserError, match="unknown strategy 'tpu'"):
        replicas.make_strategy("tpu")
