"""One device, several replicas, several hosts: which strategy, and the few collective operations the game needs.

Every loss term of the game goes through `share_of_mean`, so that the sum over replicas is the mean over the global
batch; what a batch statistic touches goes through `global_mean`.
"""

import json
import os

import tensorflow as tf

from gan_keras import errors
from gan_keras.config import names


def make_strategy(name="auto", logical_cpus=None):
    """Returns the `tf.distribute.Strategy` that a run trains under.

    Args:
        name: `"auto"` (several workers in `TF_CONFIG`, else several GPUs, else one device), `"one_device"`,
            `"mirrored"` or `"multi_worker"`.
        logical_cpus: with more than one, the processor is split into that many devices and `mirrored` runs over them;
            for trying out replicas without GPUs.

    Raises:
        UserError: unknown name, a `TF_CONFIG` that is not a cluster, or devices that were already initialised.
    """
    errors.expect_one_of(name, names.STRATEGIES, "strategy")
    logical_cpus = logical_cpus or 1
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    workers = cluster_workers()
    if name == "auto":
        several = workers > 1
        name = "multi_worker" if several else "mirrored" if len(gpus) > 1 or logical_cpus > 1 else "one_device"
    if logical_cpus > 1:
        _split_cpu(logical_cpus)
    if name == "multi_worker":
        return tf.distribute.MultiWorkerMirroredStrategy()
    if name == "mirrored":
        if gpus and logical_cpus == 1:
            return tf.distribute.MirroredStrategy()
        devices = [f"CPU:{index}" for index in range(logical_cpus)]
        return tf.distribute.MirroredStrategy(devices, cross_device_ops=tf.distribute.ReductionToOneDevice())
    return tf.distribute.OneDeviceStrategy("GPU:0" if gpus else "CPU:0")


def cluster_workers():
    """Returns the number of workers that the environment variable `TF_CONFIG` names (1 without it).

    Raises:
        UserError: `TF_CONFIG` is not JSON, or not `{"cluster": {"worker": [...]}, "task": {"type", "index"}}`.
    """
    text = os.environ.get("TF_CONFIG", "")
    if not text.strip():
        return 1
    expected = '{"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker", "index": 0}}'
    try:
        config = json.loads(text)
        cluster, task = config["cluster"], config["task"]
        workers = len(cluster.get("worker", [])) + len(cluster.get("chief", []))
        known = isinstance(task["index"], int) and 0 <= task["index"] < len(cluster[task["type"]])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise errors.UserError(
            f"TF_CONFIG cannot be read ({type(error).__name__}: {error}); expected {expected}"
        ) from error
    if not known or not workers:
        raise errors.UserError(f"TF_CONFIG names the task {task} which is not in its cluster; expected {expected}")
    return workers


def _split_cpu(count):
    cpu = tf.config.list_physical_devices("CPU")[0]
    try:
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)
    except RuntimeError:  # TensorFlow has started: fine if it was split just so before.
        if len(tf.config.list_logical_devices("CPU")) < count:
            raise errors.UserError(
                f"--logical_cpus={count} has to be set before TensorFlow starts its devices; start a new process"
            ) from None


def is_chief(strategy):
    """Returns whether this process owns the run folder: always, but on the other workers of a cluster."""
    return strategy.extended.should_checkpoint


def count():
    """Returns the number of replicas that the current strategy keeps in step."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def replica_slice(global_batch):
    """Returns this replica's rows of a tensor that was drawn for the whole global batch."""
    if count() == 1:
        return global_batch
    size = tf.shape(global_batch)[0] // count()
    index = tf.distribute.get_replica_context().replica_id_in_sync_group
    rows = global_batch[index * size : (index + 1) * size]
    return tf.ensure_shape(rows, [None, *global_batch.shape[1:]])


def share_of_mean(values):
    """Returns this replica's share of the mean over the global batch: the sum over replicas is that mean.

    The one scaling of every loss term: optimizers add up the gradients of the replicas.
    """
    return tf.reduce_mean(values) / count()


def global_mean(values):
    """Returns the mean over the global batch, the same number on every replica (differentiable)."""
    return sum_over_replicas(share_of_mean(values))


def mean_over_replicas(values):
    """Returns the mean over replicas of a tensor, the same on every replica (differentiable)."""
    return sum_over_replicas(values) / count()


def sum_over_replicas(values):
    """Returns the sum over replicas of a tensor or of a list of tensors, the same on every replica."""
    if count() == 1:
        return values
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, values)


def update_each(targets, values, move, *args):
    """Runs `move(target, value, *args)` on every replica's own copy of the Keras variables, without communication."""

    def update(strategy, args):
        for target, value in zip(targets, values, strict=True):
            strategy.extended.update(target.value, move, args=(value.value, *args), group=False)

    tf.__internal__.distribute.interim.maybe_merge_call(update, tf.distribute.get_strategy(), args)


def broadcast(strategy, variables):
    """Gives every replica of every worker the first replica's values of the Keras variables."""
    if strategy.num_replicas_in_sync == 1:
        return

    @tf.function
    def run(values):
        def replica(values):
            first = tf.distribute.get_replica_context().replica_id_in_sync_group == 0
            return sum_over_replicas([tf.where(first, value, tf.zeros_like(value)) for value in values])

        return strategy.run(replica, args=(values,))

    for dtype in sorted({variable.dtype for variable in variables}):  # A collective packs tensors of one type.
        alike = [variable for variable in variables if variable.dtype == dtype]
        for variable, value in zip(alike, run([variable.value for variable in alike]), strict=True):
            variable.assign(strategy.experimental_local_results(value)[0])


def agree(strategy, number):
    """Returns the int64 numbers of all workers, one a replica, in order: `[number]` on one device."""
    if strategy.num_replicas_in_sync == 1:
        return [number]

    @tf.function
    def run(mine):
        def replica():
            context = tf.distribute.get_replica_context()
            row = tf.one_hot(context.replica_id_in_sync_group, strategy.num_replicas_in_sync, dtype=tf.int64)
            return sum_over_replicas(row * mine)

        return strategy.run(replica)

    return strategy.experimental_local_results(run(tf.constant(number, tf.int64)))[0].numpy().tolist()
