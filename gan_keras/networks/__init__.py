"""Functional generators and discriminators, one architecture a file."""

from gan_keras.networks import dcgan
from gan_keras.networks import dcgan_paper
from gan_keras.networks import mlp
from gan_keras.networks import r3gan
from gan_keras.networks import resnet

ARCHITECTURES = {"mlp": mlp, "dcgan": dcgan, "dcgan_paper": dcgan_paper, "resnet": resnet, "r3gan": r3gan}
