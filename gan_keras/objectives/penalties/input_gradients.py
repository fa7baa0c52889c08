"""What penalties on D's input gradients have in common."""

import tensorflow as tf
from keras import ops

# Added under the root: √s has an infinite derivative at s = 0, and the gradient of √(s + ε) is 0 there.
EPSILON = 1e-12


def squared_norms(gradients):
    """Returns the squared Euclidean norm of each sample's gradient: (N, …) → float32 (N,)."""
    gradients = ops.cast(gradients, "float32")
    return ops.sum(ops.square(gradients), axis=range(1, len(gradients.shape)))


def norms(gradients):
    """Returns the Euclidean norm of each sample's gradient, (N, …) → float32 (N,); 1e-6 for a gradient of 0."""
    return ops.sqrt(squared_norms(gradients) + EPSILON)


def unit_norm(gradients):
    """Returns (‖∇‖ − 1)² of each sample: (N, …) → float32 (N,)."""
    return ops.square(norms(gradients) - 1.0)


def zero_centered(gradients):
    """Returns ‖∇‖² / 2 of each sample: (N, …) → float32 (N,)."""
    return 0.5 * squared_norms(gradients)


def zero_centered_at(discriminator_pass, update, stream):
    """Returns ‖∇D‖² / 2 at each sample of a pass of D, float32 (N,): in every n-th update, times n; else zeros.

    Args:
        discriminator_pass: `DiscriminatorPass`; without input gradients these are computed here, if the update is due.
        update: `Update`; with a `penalty_noise` the penalty is an estimate.
        stream: name of the stream of random numbers of an estimate.
    """
    if discriminator_pass.input_gradients is not None:
        return zero_centered(discriminator_pass.input_gradients)
    samples = discriminator_pass.samples

    def penalty():
        if not update.penalty_noise:
            return zero_centered(discriminator_pass.input_gradients_at(samples))
        noise = update.micro_batch.normal(stream, *samples.shape[1:])
        moved = discriminator_pass.logits_at(samples + update.penalty_noise * noise)
        return estimated(moved - discriminator_pass.logits, update.penalty_noise)

    return lazy(penalty, update.number, update.penalty_interval, ops.shape(discriminator_pass.samples)[0])


def estimated(change, deviation):
    """Returns (D(x + σ·ε) − D(x))² / (2 σ²), whose mean over normal noise ε tends to ‖∇D‖² / 2 for small σ: (N,).

    It needs no second derivatives. Lin et al. 2025 (arXiv 2501.08316) call it approximated R1; their weight is
    λ = γ / (2 σ²).

    Args:
        change: float32 (N, 1), D(x + σ·ε) − D(x).
        deviation: σ.
    """
    return ops.reshape(ops.square(change) / (2.0 * deviation**2), [-1])


def lazy(penalty, update, interval, batch_size):
    """Returns n times a penalty in every n-th update of D; zeros in the others, where the penalty is not computed.

    Over n updates it weighs as much as a penalty that is computed in each (Karras et al. 2019, arXiv 1912.04958,
    section 3.1).

    Args:
        penalty: function without arguments → float32 (batch_size,). It must not communicate between replicas: they
            cannot wait for each other in a branch of the graph.
        update: integer tensor, updates of D before this one; the penalty is computed in the first update.
        interval: int, n.
        batch_size: int or integer tensor, samples on this replica.
    """
    if interval == 1:
        return penalty()
    return tf.cond(update % interval == 0, lambda: interval * penalty(), lambda: tf.zeros([batch_size]))


def per_sample(samples):
    """Returns the shape, after the first axis, of a tensor with one number for each sample: (1, 1, 1) for images."""
    return (1,) * (len(samples.shape) - 1)


def expect_per_sample(alpha, samples):
    """Raises a ValueError for an α of another shape than (N, 1, …), one number for each of the samples (N, …)."""
    if tuple(alpha.shape[1:]) != per_sample(samples):
        expected = ", ".join(["N", *map(str, per_sample(samples))])
        raise ValueError(f"alpha has shape {tuple(alpha.shape)}: expected ({expected}), one number for each sample")
