"""Penalties that keep D smooth: functions of input gradients, images and logits, one float32 number an image.

None of them takes a mean or a weight: the caller multiplies by the weight and takes the mean over the global batch
(`distribution.share_of_mean`), as for the adversarial loss, so that a weight means the same on any number of replicas.
"""

import tensorflow as tf
from keras import ops

from gan_keras import distribution

EPSILON = 1e-12  # Inside the root: the slope of √s at s = 0 is infinite, that of √(s + ε) times the gradient is 0.


def gradient_norms_squared(gradients):
    """Returns the squared Euclidean norm of each image's gradient: (N, H, W, C) → float32 (N,)."""
    gradients = ops.cast(gradients, "float32")
    return ops.sum(ops.square(gradients), axis=range(1, len(gradients.shape)))


def gradient_norms(gradients):
    """Returns the Euclidean norm of each image's gradient, (N, H, W, C) → float32 (N,); 1e-6 for a gradient of 0."""
    return ops.sqrt(gradient_norms_squared(gradients) + EPSILON)


# === Wasserstein GAN with gradient penalty, DRAGAN: norms that tend to 1 ===


def unit_norm(gradients):
    """Returns (‖∇‖ − 1)² of each image: (N, H, W, C) → float32 (N,). The authors weigh its mean by λ = 10.

    Taken at `interpolates` it is the penalty of WGAN-GP (Gulrajani et al. 2017, arXiv 1704.00028), at `perturbed` real
    images that of DRAGAN (Kodali et al. 2017, arXiv 1705.07215).
    """
    return ops.square(gradient_norms(gradients) - 1.0)


def interpolates(reals, fakes, alpha):
    """Returns one image on the straight line between each real and its generated image: α·x + (1 − α)·G(z).

    Args:
        reals, fakes: float32 (N, H, W, C).
        alpha: float32 (N, 1, 1, 1), uniform on [0, 1), one an image; see `one_an_image`.

    Raises:
        ValueError: an α of another shape, such as one a pixel, which leaves the line.
    """
    _expect_one_an_image(alpha, reals)
    return alpha * reals + (1.0 - alpha) * fakes


def perturbed(reals, alpha, noise):
    """Returns real images with noise added in proportion to their spread: x + α·(σ / 2)·u.

    σ is the standard deviation of all numbers of the global batch. This is the law of the authors' code; their paper
    leaves it open.

    Args:
        reals: float32 (N, H, W, C).
        alpha: float32 (N, 1, 1, 1), uniform on [0, 1), one an image.
        noise: float32 (N, H, W, C), u, uniform on [0, 1).

    Raises:
        ValueError: an α of another shape.
    """
    _expect_one_an_image(alpha, reals)
    mean = distribution.global_mean(reals)
    deviation = ops.sqrt(distribution.global_mean(ops.square(reals - mean)))
    return reals + alpha * (0.5 * deviation) * noise


def one_an_image(images):
    """Returns the shape, after the first axis, of a tensor that holds one number for each image: (1, 1, 1)."""
    return (1,) * (len(images.shape) - 1)


def _expect_one_an_image(alpha, images):
    if tuple(alpha.shape[1:]) != one_an_image(images):
        raise ValueError(f"alpha has shape {tuple(alpha.shape)}: expected (N, 1, 1, 1), one number an image")


# === R1, R2: norms that tend to 0 ===


def zero_centred(gradients):
    """Returns ‖∇‖² / 2 of each image: (N, H, W, C) → float32 (N,); γ weighs its mean.

    Taken at real images it is R1, at generated ones R2 (Mescheder et al. 2018, arXiv 1801.04406).
    """
    return 0.5 * gradient_norms_squared(gradients)


def lazy(penalty, step, every, batch):
    """Returns n times a penalty at every n-th step of D, and zeros (not computed) at the others.

    The sum over n steps weighs the penalty as if it were played each time (Karras et al. 2019, arXiv 1912.04958,
    section 3.1).

    Args:
        penalty: function without arguments → float32 (batch,). Replicas cannot wait for one another in a branch, so
            several of them cannot share batch statistics in it.
        step: integer tensor, number of updates of D so far; the first is due.
        every: int, n.
        batch: int or integer tensor, images on this replica.
    """
    if every == 1:
        return penalty()
    return tf.cond(step % every == 0, lambda: every * penalty(), lambda: tf.zeros([batch]))


# === LeCam: logits that stay near what they used to be ===


def lecam(real_logits, fake_logits, averages):
    """Returns max(0, D(x) − α_F)² + max(0, α_R − D(G(z)))² of each pair: float32 (N, 1).

    The formula is that of the authors' code. Their paper (Tseng et al. 2021, arXiv 2104.03310, equation 3) has no
    maximum; the two agree while D tells real from generated.

    Args:
        real_logits, fake_logits: float32 (N, 1).
        averages: float32 (2,), the moving averages α_R of the logits of real and α_F of generated images.
    """
    real_average, fake_average = ops.unstack(ops.stop_gradient(averages))
    too_far_above, too_far_below = ops.relu(real_logits - fake_average), ops.relu(real_average - fake_logits)
    return ops.square(too_far_above) + ops.square(too_far_below)


def lecam_averages(averages, real_logits, fake_logits, step, decay=0.99):
    """Returns the moving averages of D's logits, this step's global batch included: float32 (2,) → (2,).

    The first values of a moving average are plain means, not drawn towards the zero it starts from.

    Args:
        averages: float32 (2,), of real and of generated images.
        real_logits, fake_logits: float32 (N, 1), of this replica.
        step: integer tensor, number of updates of D so far.
        decay: weight of the old average; the authors' 0.99.
    """
    step = ops.cast(step, "float32")
    decay = ops.minimum(decay, step / (step + 1.0))
    means = ops.stack([distribution.global_mean(logits) for logits in (real_logits, fake_logits)])
    return decay * averages + (1.0 - decay) * ops.stop_gradient(means)
