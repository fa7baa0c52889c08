"""R1 (Mescheder et al. 2018, arXiv 1801.04406): small gradients at real samples.

Its weight γ is the setting `r1`, by which `objectives.discriminator_terms` multiplies the penalty; the factor of 1/2
of the authors is part of the penalty itself.
"""

from gan_keras.objectives.penalties import input_gradients


def penalty(real, fake, update):
    """Returns ‖∇D‖² / 2 at each real sample: float32 (N,); γ, the weight, multiplies its mean."""
    return input_gradients.zero_centered_at(real, update, "r1 noise")
