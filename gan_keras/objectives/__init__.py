"""What the players of the game minimise: pure functions of logits, and which of them a recipe plays."""

from gan_keras.objectives.objective import OBJECTIVES
from gan_keras.objectives.objective import Objective
from gan_keras.objectives.objective import named

__all__ = ["OBJECTIVES", "Objective", "named"]
