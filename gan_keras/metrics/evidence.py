"""What a metric looks at, and what it finds."""

import dataclasses
from typing import Any

import numpy as np

from gan_keras.data.kinds import IMAGES
from gan_keras.data.kinds import SampleKind


@dataclasses.dataclass(frozen=True)
class Side:
    """Real samples, or generated ones.

    Attributes:
        samples: stored samples, such as images uint8 (N, H, W, C), an array or a memory map; None if no metric asks for
            them. Of generated samples, the first ones, as many as the metrics ask for.
        features: float32 (N, d), `Rows` or an array; None if no metric asks for features.
        logits: float32 (N, L), of the network's classes, `Rows` or an array; None if it has none.
        conditions: the conditions under which they were generated, or those of the real ones: int32 (N,) classes or
            float32 (N, A) attributes; None without.
    """

    samples: Any = None
    features: Any = None
    logits: Any = None
    conditions: Any = None


@dataclasses.dataclass(frozen=True)
class Evidence:
    """Everything that a metric may look at.

    Attributes:
        real: the reference: all samples of the split.
        fake: the generated samples, exactly as many as the metric's protocol says, if there are so many.
        train: stored training samples, an array or a memory map; None if unknown.
        kind: `SampleKind` of all samples.
        dataset: the kind of the data set, such as `"celeb_a"` or `"sentences"`.
        seed: seed of the metric's own random choices.
        condition: `Condition` of the generated samples, or None.
        columns: label columns that the logits name: tuple of (name, tuple of names of its values, slice of the
            logits); empty without logits of labels.
    """

    real: Side
    fake: Side
    train: Any = None
    kind: SampleKind = IMAGES
    dataset: str = ""
    seed: int = 0
    condition: Any = None
    columns: tuple[tuple[str, tuple[str, ...], slice], ...] = ()


@dataclasses.dataclass(frozen=True)
class Finding:
    """What a metric found.

    Attributes:
        values: numbers by name; the first is the metric's own.
        notes: sentences that a reader of the numbers has to know, such as that a covariance is rank-deficient.
        pictures: uint8 (H, W, C) by name.
    """

    values: dict[str, float]
    notes: tuple[str, ...] = ()
    pictures: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
