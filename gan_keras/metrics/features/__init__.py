"""Networks that turn samples into features, chosen by name."""
