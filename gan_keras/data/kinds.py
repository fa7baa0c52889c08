"""What a sample is: how it is stored, what networks see of it, how it is drawn and written."""

import dataclasses
from collections.abc import Callable

import numpy as np

from gan_keras.data import images


@dataclasses.dataclass(frozen=True)
class SampleKind:
    """A kind of samples.

    Attributes:
        name: for manifests and messages.
        dtype: numpy dtype in the store.
        to_float: function, stored samples → float32 as networks take them; for arrays and tensors.
        to_stored: function, float32 samples of a generator → stored samples; for arrays and tensors.
        grid: function (stored samples, columns) → uint8 (H, W, C), a picture of many samples.
        write: function (path, stored sample), writes one sample to a file.
        suffix: of such a file.
    """

    name: str
    dtype: type
    to_float: Callable
    to_stored: Callable
    grid: Callable
    write: Callable
    suffix: str


IMAGES = SampleKind(
    name="images",
    dtype=np.uint8,
    to_float=images.to_float,
    to_stored=images.to_uint8,
    grid=images.grid,
    write=images.write_png,
    suffix=".png",
)
"""Images: uint8 (H, W, C) in the store, float32 in [-1, 1] in networks."""

KINDS = {kind.name: kind for kind in (IMAGES,)}
