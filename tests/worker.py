"""One of two worker processes of `distribution_test`: plays the tiny game and writes what it ended with."""

import sys

import numpy as np

from gan_keras.runtime import replicas


def main(output):
    strategy = replicas.make_strategy("multi_worker")
    from tests import tiny

    model, logs = tiny.train(strategy, 3, discriminator_steps=2)
    np.savez(output, *tiny.weights(model), **{f"log {name}": values for name, values in logs.items()})
    np.savez(output + ".agreed", replicas.agree(strategy, 7 + strategy.cluster_resolver.task_id))


if __name__ == "__main__":
    main(sys.argv[1])
