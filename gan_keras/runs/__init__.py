"""A run is a folder: what it holds, its checkpoints, and how it is found again."""
