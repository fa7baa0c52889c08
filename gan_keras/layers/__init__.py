"""Layers that Keras lacks, or has in a form that does not suit GANs."""
