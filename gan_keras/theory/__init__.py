"""The theory of GANs, made visible on densities that are known: what the optimal D is, and how near a trained one comes."""
