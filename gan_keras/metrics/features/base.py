"""What turns samples into features."""

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np

from gan_keras import errors


class Unavailable(errors.UserError):
    """A network cannot be had here: its metrics are skipped with this one line."""


@dataclasses.dataclass(frozen=True)
class Features:
    """A network that turns samples into features.

    Attributes:
        name: as `--features` takes it, without a path: `"squeezenet"`.
        resize: how samples are resized, in words: `"bilinear to 128 px"`.
        sha256: of its weights, hexadecimal.
        width: d, numbers of a feature vector.
        extract: function, samples as the store holds them, uint8 (n, H, W, C) with C 1 or 3, any n → (features float32
            (n, d), logits float32 (n, L) or None). The result of a sample does not depend on the others of its batch,
            but for rounding.
        columns: label columns that the logits name, as in `Evidence`.
    """

    name: str
    resize: str
    sha256: str
    width: int
    extract: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray | None]]
    columns: tuple[tuple[str, tuple[str, ...], slice], ...] = ()

    @property
    def protocol(self) -> dict[str, str]:
        """What a result says of them."""
        return {"features": self.name, "resize": self.resize, "features_sha256": self.sha256}


def weights_hash(model: Any) -> str:
    """Returns the hexadecimal SHA-256 of a model's weights, in their order."""
    digest = hashlib.sha256()
    for array in model.get_weights():
        digest.update(str(array.shape).encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
