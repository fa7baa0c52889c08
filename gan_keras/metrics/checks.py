"""What the metrics on features check before they compute."""

from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence


def features(evidence: Evidence, at_least: int = 2) -> tuple[Any, Any]:
    """Returns the features (N, d) of the real and of the generated samples, `Rows` or arrays.

    Args:
        evidence: what the metric looks at.
        at_least: samples that each side needs.

    Raises:
        UserError: as `matrix`, or the two sides differ in width.
    """
    real, fake = evidence.real.features, evidence.fake.features
    matrix(real, "features of real samples", at_least)
    matrix(fake, "features of generated samples", at_least)
    if real.shape[1] != fake.shape[1]:
        raise errors.UserError(
            f"{real.shape[1]} features of a real sample and {fake.shape[1]} of a generated one: expected the same "
            "number; extract both with the same network"
        )
    return real, fake


def matrix(values: Any, name: str, at_least: int) -> None:
    """Raises a UserError unless values are (N, d), enough and finite; reads all of them once, in blocks.

    Args:
        values: `Rows`, an array, or None.
        name: what the message calls them.
        at_least: smallest N.

    Raises:
        UserError: they are missing, not of two dimensions, too few, or one of them is nan or infinite.
    """
    if values is None:
        raise errors.UserError(f"no {name}: expected an array (N, d); extract them first")
    if len(values.shape) != 2 or not values.shape[1]:
        raise errors.UserError(f"{name} of shape {tuple(values.shape)}: expected (N, d), one row for each sample")
    if len(values) < at_least:
        raise errors.UserError(f"{name}: {len(values)}, expected at least {at_least}; take more samples")
    first = 0
    for block in rows.blocks(values):
        finite = np.isfinite(block).all(axis=1)
        if not finite.all():
            raise errors.UserError(
                f"{name}: row {first + int(np.argmin(finite))} holds nan or inf, expected finite numbers; look at that "
                "sample and at the network"
            )
        first += len(block)
