"""The penalty of WGAN-GP (Gulrajani et al. 2017, arXiv 1704.00028); λ = 10 in the paper.

Input gradients are to have norm 1 between real and generated samples.
"""

from gan_keras.objectives.penalties import input_gradients


def penalty(real, fake, update):
    """Returns (‖∇D‖ − 1)² at a random point between the i-th real and the i-th generated sample: float32 (N,).

    D has the conditions and the augmentation of its pass over the real samples.
    """
    alpha = update.micro_batch.uniform("alpha", *input_gradients.per_sample(real.samples))
    return input_gradients.unit_norm(real.input_gradients_at(interpolates(real.samples, fake.samples, alpha)))


def interpolates(real, fake, alpha):
    """Returns a point on the line between the i-th real and the i-th generated sample: α·x + (1 − α)·G(z), (N, …).

    Args:
        real, fake: float32 (N, …), x and G(z).
        alpha: float32 (N, 1, …), uniform on [0, 1), one number for each sample.

    Raises:
        ValueError: an α of another shape, such as one number for each pixel, whose points do not lie on the line.
    """
    input_gradients.expect_per_sample(alpha, real)
    return alpha * real + (1.0 - alpha) * fake
