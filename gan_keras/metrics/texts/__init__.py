"""Metrics of generated texts, which need no features: a text says itself what it is."""

from gan_keras import errors


class Unmeasurable(errors.UserError):
    """These samples have nothing that a metric could measure: it alone is left out, with this one line."""
