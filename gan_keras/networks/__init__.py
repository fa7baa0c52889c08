"""Functional generators and discriminators, one architecture a file."""

from gan_keras.networks import dcgan
from gan_keras.networks import dcgan_paper

ARCHITECTURES = {"dcgan": dcgan, "dcgan_paper": dcgan_paper}
