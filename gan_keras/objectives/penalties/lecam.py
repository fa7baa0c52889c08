"""LeCam (Tseng et al. 2021, arXiv 2104.03310): logits that stay near the moving averages of the other side's logits.

The formula is that of the authors' code. Their paper (equation 3) has no maximum; both agree as long as D distinguishes
real from generated samples. A departure from the authors' code, which adds the penalty only after a number of
iterations: here it is part of every update.
"""

from keras import ops

from gan_keras.runtime import replicas

DECAY = 0.99  # Weight of the previous average, as in the authors' code.


def penalty(real, fake, update):
    """Returns `lecam` of the logits of the two passes: float32 (N, 1)."""
    return lecam(real.logits, fake.logits, update.lecam_averages)


def lecam(real_logits, fake_logits, averages):
    """Returns max(0, D(x) − α_F)² + max(0, α_R − D(G(z)))² of the i-th real and generated sample: float32 (N, 1).

    Args:
        real_logits, fake_logits: float32 (N, 1), D(x) and D(G(z)).
        averages: float32 (2,), moving averages α_R of the logits of real samples and α_F of generated ones.
    """
    real_average, fake_average = ops.unstack(ops.stop_gradient(averages))
    too_far_above, too_far_below = ops.relu(real_logits - fake_average), ops.relu(real_average - fake_logits)
    return ops.square(too_far_above) + ops.square(too_far_below)


def moving_averages(averages, real_logits, fake_logits, update):
    """Returns the moving averages of D's logits after one more update: float32 (2,), without a gradient.

    They start as plain means over the updates so far, until the previous average would weigh more than 0.99: their
    initial value of zero has no influence.

    Args:
        averages: float32 (2,), of real and of generated samples.
        real_logits, fake_logits: float32 of any shape, of this replica.
        update: integer tensor, updates of D before this one.
    """
    update = ops.cast(update, "float32")
    decay = ops.minimum(DECAY, update / (update + 1.0))
    means = ops.stack([replicas.global_mean(logits) for logits in (real_logits, fake_logits)])
    return decay * averages + (1.0 - decay) * ops.stop_gradient(means)
