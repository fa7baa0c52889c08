"""Numbers that may change over a run, as functions of the real samples shown: how they are written and read.

`gan_keras.game.schedules` evaluates them.
"""

import dataclasses
import math

from gan_keras import errors

SHAPES = ("cosine", "linear")


@dataclasses.dataclass(frozen=True)
class Schedule:
    """A constant number, or a path from one number to another.

    Attributes:
        start, end: the values at 0 samples and at `images` samples; equal for a constant.
        shape: `"constant"`, `"cosine"` or `"linear"`.
        images: length in real samples shown, or None for the length of the whole run (`schedule_images`). The last
            value holds afterwards.
    """

    start: float
    end: float
    shape: str = "constant"
    images: int | None = None

    @property
    def is_constant(self) -> bool:
        """Whether the value never changes."""
        return self.shape == "constant"

    @property
    def needs_length(self) -> bool:
        """Whether the length has to come from the run."""
        return not self.is_constant and self.images is None

    def __bool__(self) -> bool:
        """Whether the value is ever different from 0."""
        return bool(self.start or self.end)

    def __str__(self) -> str:
        if self.is_constant:
            return f"{self.start:g}" if float(f"{self.start:g}") == self.start else repr(self.start)
        length = "" if self.images is None else f":{self.images}"
        return f"{self.shape}:{constant(self.start)}:{constant(self.end)}{length}"


def constant(value: float) -> Schedule:
    """Returns the Schedule of a number that never changes."""
    return Schedule(float(value), float(value))


def parse(value: float | str | Schedule) -> Schedule:
    """Returns the Schedule of a number or of a text: `NUMBER`, `cosine:FROM:TO[:IMAGES]` or `linear:FROM:TO[:IMAGES]`.

    Raises:
        UserError: the value is none of these.
    """
    if isinstance(value, Schedule):
        return value
    shape, *numbers = str(value).split(":")
    try:
        if not numbers:
            return constant(_finite(shape))
        if shape not in SHAPES or len(numbers) not in (2, 3):
            raise ValueError
        images = int(numbers[2].replace("_", "")) if len(numbers) == 3 else None
        if images is not None and images <= 0:
            raise ValueError
        return Schedule(_finite(numbers[0]), _finite(numbers[1]), shape, images)
    except ValueError:
        raise errors.UserError(
            f"'{value}' is not a schedule: expected a number, cosine:FROM:TO[:IMAGES] or linear:FROM:TO[:IMAGES]"
        ) from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number
