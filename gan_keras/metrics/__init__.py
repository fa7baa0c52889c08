"""How good generated samples are: features, metrics, and results that carry their protocol."""
