"""The adaptive probability of StyleGAN2-ADA (Karras et al. 2020, arXiv 2006.06676, section 3.1)."""

from keras import ops

from gan_keras import errors

TARGET = 0.6
IMAGES_FROM_0_TO_1 = 500_000


def check(loss_name, threshold):
    """Refuses a loss that the controller cannot read.

    Args:
        loss_name: str, name of the adversarial loss.
        threshold: the logit at which D is undecided, or None.

    Raises:
        UserError: the logits of the loss have no zero of their own.
    """
    if threshold is None:
        raise errors.UserError(
            f"adaptive augmentation reads the sign of D's logits, which means nothing under the loss '{loss_name}': "
            "give a fixed or a scheduled probability, or another loss"
        )


def sign(real_logits, threshold):
    """Returns sign(D(x) − threshold) of each image, in the shape of the logits: its mean is near 1 where D overfits."""
    return ops.sign(real_logits - threshold)


def updated(probability, mean_sign, batch_images):
    """Returns the probability after one more batch: up where D is surer of the reals than the target, else down.

    Args:
        probability: float32 scalar in [0, 1].
        mean_sign: float32 scalar, mean of `sign` over the global batch.
        batch_images: number of images in the global batch; 500 000 images lead from 0 to 1.
    """
    step = ops.cast(batch_images, "float32") / IMAGES_FROM_0_TO_1
    return ops.clip(probability + ops.sign(mean_sign - TARGET) * step, 0.0, 1.0)
