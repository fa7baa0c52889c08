"""Layers that Keras lacks, or has without what a GAN needs."""
