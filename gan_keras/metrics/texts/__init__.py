"""Metrics of generated texts, which need no features: a text says itself what it is."""
