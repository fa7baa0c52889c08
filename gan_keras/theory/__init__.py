"""The theory of GANs in pictures: a small GAN on a known density, and its D beside the optimal one."""
