"""The adaptive probability of StyleGAN2-ADA (Karras et al. 2020, arXiv 2006.06676, section 3.1)."""

from keras import ops

TARGET = 0.6
IMAGES_FROM_0_TO_1 = 500_000


def sign(real_logits, threshold):
    """Returns sign(D(x) − threshold) of real images, in the shape of the logits; its mean is near 1 if D overfits."""
    return ops.sign(real_logits - threshold)


def updated(probability, mean_sign, batch_images):
    """Returns the probability after one more batch, float32 in [0, 1]: higher if the mean sign exceeds 0.6, else lower.

    Args:
        probability: float32 scalar in [0, 1].
        mean_sign: float32 scalar, mean of `sign` over the global batch.
        batch_images: number of real images in the global batch; 500 000 images lead from 0 to 1.
    """
    step = ops.cast(batch_images, "float32") / IMAGES_FROM_0_TO_1
    return ops.clip(probability + ops.sign(mean_sign - TARGET) * step, 0.0, 1.0)
