"""What the players of the game minimise: pure functions of logits, and which of them a recipe plays."""

from gan_keras.objectives.objective import Objective

__all__ = ["Objective"]
