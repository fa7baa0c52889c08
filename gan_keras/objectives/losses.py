"""Adversarial losses: what D and G minimize, as functions of D's logits.

Logits are float32 (N, 1), as many of real samples as of generated ones, and so are the losses: one number per sample.
The caller takes the mean over the global batch, in one place for all terms.
"""

import dataclasses
from collections.abc import Callable

from keras import ops

from gan_keras.runtime import replicas


@dataclasses.dataclass(frozen=True)
class Loss:
    """The two sides of an adversarial loss.

    Attributes:
        discriminator: (real_logits, fake_logits) → dict of D's terms by the names under which they are reported:
            `d_loss_real` and `d_loss_fake`, or `d_loss_pairs` where a term compares a real with a generated sample. D
            minimizes the sum of their means.
        generator: (real_logits, fake_logits) → G's loss. `real_logits` may be None unless `generator_needs_real`.
        threshold: the logit at which D is undecided; None where only differences of logits have a meaning.
        is_probability: whether the sigmoid of a logit is the probability that D assigns to "real".
        generator_needs_real: whether G's loss depends on the logits of real samples.
    """

    discriminator: Callable
    generator: Callable
    threshold: float | None
    is_probability: bool = False
    generator_needs_real: bool = False


def _cross_entropy(real_logits, fake_logits):
    """−log D(x) and −log(1 − D(G(z))), where D = sigmoid(logit)."""
    return {"d_loss_real": ops.softplus(-real_logits), "d_loss_fake": ops.softplus(fake_logits)}


def _minimax_generator(real_logits, fake_logits):
    """log(1 − D(G(z)))."""
    return -ops.softplus(fake_logits)


def _non_saturating_generator(real_logits, fake_logits):
    """−log D(G(z))."""
    return ops.softplus(-fake_logits)


def _least_squares(real_logits, fake_logits):
    """(D(x) − 1)² / 2 and D(G(z))² / 2, where D is the logit."""
    return {"d_loss_real": 0.5 * ops.square(real_logits - 1.0), "d_loss_fake": 0.5 * ops.square(fake_logits)}


def _least_squares_generator(real_logits, fake_logits):
    """(D(G(z)) − 1)² / 2."""
    return 0.5 * ops.square(fake_logits - 1.0)


def _hinge(real_logits, fake_logits):
    """max(0, 1 − D(x)) and max(0, 1 + D(G(z)))."""
    return {"d_loss_real": ops.relu(1.0 - real_logits), "d_loss_fake": ops.relu(1.0 + fake_logits)}


def _wasserstein(real_logits, fake_logits):
    """−D(x) and D(G(z)): if D is 1-Lipschitz, minus the sum of their means estimates the Wasserstein distance."""
    return {"d_loss_real": -real_logits, "d_loss_fake": fake_logits}


def _critic_generator(real_logits, fake_logits):
    """−D(G(z))."""
    return -fake_logits


def _relativistic_average(real_logits, fake_logits):
    """−log sigmoid(D(x) − E D(G(z))) and −log(1 − sigmoid(D(G(z)) − E D(x))), E over the global batch."""
    real_mean, fake_mean = replicas.global_mean(real_logits), replicas.global_mean(fake_logits)
    return {
        "d_loss_real": ops.softplus(fake_mean - real_logits),
        "d_loss_fake": ops.softplus(fake_logits - real_mean),
    }


def _relativistic_average_generator(real_logits, fake_logits):
    """−log sigmoid(D(G(z)) − E D(x)) − log(1 − sigmoid(D(x) − E D(G(z)))): D's terms with both sides swapped."""
    return sum(_relativistic_average(fake_logits, real_logits).values())


def _relativistic_pairing(real_logits, fake_logits):
    """−log sigmoid(D(x) − D(G(z))) of the i-th real and the i-th generated sample."""
    return {"d_loss_pairs": ops.softplus(fake_logits - real_logits)}


def _relativistic_pairing_generator(real_logits, fake_logits):
    """−log sigmoid(D(G(z)) − D(x))."""
    return ops.softplus(real_logits - fake_logits)


LOSSES = {
    # Goodfellow et al. 2014 (arXiv 1406.2661), algorithm 1.
    "minimax": Loss(_cross_entropy, _minimax_generator, threshold=0.0, is_probability=True),
    # The same paper, section 3: a loss of G whose gradient does not vanish where D rejects its samples.
    "non_saturating": Loss(_cross_entropy, _non_saturating_generator, threshold=0.0, is_probability=True),
    # Mao et al. 2016 (arXiv 1611.04076), equation 9: a = 0, b = c = 1.
    "least_squares": Loss(_least_squares, _least_squares_generator, threshold=0.5),
    # Lim and Ye 2017 (arXiv 1705.02894), as in Miyato et al. 2018 (arXiv 1802.05957).
    "hinge": Loss(_hinge, _critic_generator, threshold=0.0),
    # Arjovsky et al. 2017 (arXiv 1701.07875). What makes D Lipschitz, clipping or a penalty, is a setting of its own.
    "wasserstein": Loss(_wasserstein, _critic_generator, threshold=None),
    # Jolicoeur-Martineau 2018 (arXiv 1807.00734), equations of RaSGAN.
    "relativistic_average": Loss(
        _relativistic_average, _relativistic_average_generator, threshold=None, generator_needs_real=True
    ),
    # The same paper's RSGAN, the loss of R3GAN (Huang et al. 2025, arXiv 2501.05441).
    "relativistic_pairing": Loss(
        _relativistic_pairing, _relativistic_pairing_generator, threshold=None, generator_needs_real=True
    ),
}
