"""Which recipe to take for how much time: what was best on SqueezeNet's features of those that were measured."""

from gan_keras.config import recipes

ADVICE: tuple[tuple[str, str], ...] = (
    ("5 minutes on two cores", "--recipe=dcgan_fast --augment=none --images=157000"),
    ("20 minutes on two cores", "--recipe=dcgan_fast --images=539000"),
    ("60 minutes on two cores (sharper, duller)", "--recipe=dcgan_fast --images=1618000"),
    ("a DCGAN as it is taught", "--recipe=dcgan"),
    ("classes (measured on Fashion-MNIST)", "--recipe=acgan"),
    ("a day on a GPU (not measured)", f"--recipe=r3gan {recipes.published_flags('r3gan')}"),
)
"""What one has or wants, and flags of `scripts/train.py`.

The minutes are those of faces of 64 × 64 with `--precision=mixed_bfloat16`, on two cores that compute bfloat16.
"""


def lines() -> list[str]:
    """Returns the advice as lines of text, a header first."""
    width = max(len(budget) for budget, _ in ADVICE)
    head = "Which one to take, with --precision=mixed_bfloat16 where the processor has it, for faces of 64 × 64:"
    return [head, *(f"  {budget.ljust(width)}  {flags}" for budget, flags in ADVICE)]
