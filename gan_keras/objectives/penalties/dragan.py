"""DRAGAN (Kodali et al. 2017, arXiv 1705.07215): input gradients of norm 1 around real samples; λ = 10 in the paper."""

from keras import ops

from gan_keras.objectives.penalties import input_gradients
from gan_keras.runtime import replicas


def penalty(real, fake, update):
    """Returns (‖∇D‖ − 1)² at each real sample plus noise: float32 (N,)."""
    alpha = update.micro_batch.uniform("alpha", *input_gradients.per_sample(real.samples))
    noise = update.micro_batch.uniform("noise", *real.samples.shape[1:])
    return input_gradients.unit_norm(real.input_gradients_at(perturbed(real.samples, alpha, noise)))


def perturbed(real, alpha, noise):
    """Returns real samples plus noise in proportion to their standard deviation: x + α·(σ / 2)·u, float32 (N, …).

    σ is the standard deviation of all numbers of the global batch. The formula is that of the authors' code; their
    paper gives none.

    Args:
        real: float32 (N, …), x.
        alpha: float32 (N, 1, …), uniform on [0, 1), one number for each sample.
        noise: float32 (N, …), u, uniform on [0, 1).

    Raises:
        ValueError: an α of another shape.
    """
    input_gradients.expect_per_sample(alpha, real)
    mean = replicas.global_mean(real)
    deviation = ops.sqrt(replicas.global_mean(ops.square(real - mean)))
    return real + alpha * (0.5 * deviation) * noise
