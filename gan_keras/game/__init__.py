"""The game of two networks: one iteration of training in `gan`, and the mechanisms it stands on."""
