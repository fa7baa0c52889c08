"""The built-in data set: cartoon faces, each a pure function of its index.

A face is a row of one Philox table: some columns choose its attributes, the others vary it continuously. It is painted
in layers from back to front. Every shape is a signed distance whose edge is antialiased over one pixel, so that a face
is the same picture at every resolution.
"""

import functools
import types
from collections.abc import Sequence

import numpy as np

from gan_keras import errors
from gan_keras.data.avatars.colors import HAIR
from gan_keras.data.avatars.colors import IRIS
from gan_keras.data.avatars.colors import SKIN
from gan_keras.data.avatars.colors import tinted
from gan_keras.data.avatars.hair import CURTAINS
from gan_keras.data.avatars.portrait import portrait
from gan_keras.data.avatars.portrait import turned

TRAIN_COUNT = 20_000
TEST_COUNT = 2_000

_SHARES = {
    "hair_style": {
        "bald": 6,
        "short": 13,
        "parted": 13,
        "spiky": 10,
        "curly": 12,
        "fringe": 10,
        "bob": 12,
        "long": 14,
        "bun": 10,
    },
    "hair_color": dict(zip(HAIR, (20, 20, 16, 16, 12, 8, 8), strict=True)),
    "skin": dict(zip(SKIN, (16, 20, 20, 16, 15, 13), strict=True)),
    "eye_color": dict(zip(IRIS, (40, 22, 22, 16), strict=True)),
    "mouth": {"neutral": 22, "smile": 26, "grin": 26, "open": 15, "frown": 11},
    "eyewear": {"none": 58, "round": 16, "square": 16, "dark": 10},
    "beard": {"none": 40, "stubble": 20, "moustache": 18, "full": 22},
    "background": {"plain": 34, "gradient": 33, "halo": 33},
    "pose": {"left": 30, "frontal": 40, "right": 30},
}
_BEARDLESS = (*CURTAINS, "bun")

ATTRIBUTES = {name: tuple(shares) for name, shares in _SHARES.items()}
ATTRIBUTES |= {"smiling": ("no", "yes"), "glasses": ("no", "yes")}
"""Class names of each label column; a label is the position in its tuple."""

# Uniform on [-1, 1], independent of each other and of the attributes.
_TRAITS = (
    "tilt",
    "scale",
    "shift_x",
    "shift_y",
    "turn",
    "width",
    "height",
    "jaw",
    "eye_gap",
    "eye_size",
    "eye_height",
    "openness",
    "gaze_x",
    "gaze_y",
    "brow_height",
    "brow_slope",
    "brow_weight",
    "nose_size",
    "nose_length",
    "mouth_width",
    "mouth_height",
    "mouth_curve",
    "lips",
    "blush",
    "hair_volume",
    "hair_line",
    "hair_phase",
    "hair_tone",
    "hair_warmth",
    "skin_tone",
    "skin_warmth",
    "hue",
    "backdrop",
    "shirt",
    "collar",
    "earring",
    "frame",
)


def attributes(indices: Sequence[int] | np.ndarray) -> dict[str, np.ndarray]:
    """Returns the labels of faces.

    Args:
        indices: integers (n,) in 0 … 21 999; the training images come first, the test images are the last 2 000.

    Returns:
        A dict of int32 arrays (n,), one for each key of `ATTRIBUTES`; a label is the position in that tuple.

    Raises:
        UserError: an index is out of range or not an integer.
    """
    indices = _checked(indices)
    return {name: column[indices] for name, column in _labels().items()}


def draw(indices: Sequence[int] | np.ndarray, resolution: int) -> np.ndarray:
    """Draws faces.

    Args:
        indices: integers (n,) in 0 … 21 999; the training images come first, the test images are the last 2 000.
        resolution: side in pixels, 16 … 512. A face is the same picture at every resolution.

    Returns:
        uint8 RGB images (n, resolution, resolution, 3).

    Raises:
        UserError: an index or the resolution is out of range or not an integer.
    """
    indices = _checked(indices)
    if not isinstance(resolution, (int, np.integer)) or not 16 <= resolution <= 512:
        raise errors.UserError(
            f"resolution {resolution!r} for avatars, expected an integer from 16 to 512: choose one of them, such as 64"
        )
    images = np.empty((len(indices), resolution, resolution, 3), np.uint8)
    for image, index in zip(images, indices, strict=True):
        image[:] = portrait(_face(index), resolution)
    return images


def _checked(indices):
    indices = np.asarray(indices)
    last = TRAIN_COUNT + TEST_COUNT - 1
    if indices.ndim != 1 or (indices.size and not np.issubdtype(indices.dtype, np.integer)):
        raise errors.UserError(
            f"avatar indices of type {indices.dtype} and shape {indices.shape}, expected a list "
            f"of integers from 0 to {last}"
        )
    if indices.size and not 0 <= indices.min() <= indices.max() <= last:
        raise errors.UserError(
            f"avatar indices from {indices.min()} to {indices.max()}, expected 0 to {last}: leave out those beyond"
        )
    return indices.astype(np.int64)


@functools.cache
def _table():
    generator = np.random.Generator(np.random.Philox(key=[0, 0]))
    return generator.random((TRAIN_COUNT + TEST_COUNT, len(_SHARES) + len(_TRAITS)))


@functools.cache
def _labels():
    columns = {}
    for draws, (name, shares) in zip(_table().T, _SHARES.items(), strict=False):
        limits = np.cumsum(list(shares.values())) / sum(shares.values())
        columns[name] = np.searchsorted(limits[:-1], draws, side="right").astype(np.int32)

    def among(name, values):
        return np.isin(columns[name], [ATTRIBUTES[name].index(value) for value in values])

    columns["beard"][among("hair_style", _BEARDLESS)] = ATTRIBUTES["beard"].index("none")
    columns["smiling"] = among("mouth", ("smile", "grin")).astype(np.int32)
    columns["glasses"] = 1 - among("eyewear", ("none",)).astype(np.int32)
    return columns


def _face(index):
    face = types.SimpleNamespace(**{name: ATTRIBUTES[name][column[index]] for name, column in _labels().items()})
    traits = 2 * _table()[index, len(_SHARES) :] - 1
    vars(face).update(zip(_TRAITS, traits.tolist(), strict=True))
    face.yaw = 0.04 * face.turn + {"left": -0.30, "frontal": 0, "right": 0.30}[face.pose]
    face.half_width = 0.475 + 0.035 * face.width
    face.half_height = 0.60 + 0.03 * face.height
    face.skin_color = tinted(SKIN[face.skin], face.skin_tone, face.skin_warmth)
    face.hair = tinted(HAIR[face.hair_color], 1.4 * face.hair_tone, face.hair_warmth)
    face.mouth_v = 0.355 + 0.02 * face.mouth_height
    face.middle = turned(face, 0)[0]
    face.long_haired = face.hair_style in _BEARDLESS
    return face
