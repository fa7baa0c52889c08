"""The embedded data set: cartoon faces, each a pure function of its index.

A face is a row of one Philox table: some columns choose its attributes, the others vary it without steps. It is painted in
layers from back to front. Every shape is a signed distance whose edge is antialiased over one pixel, so that a face is the
same picture at every resolution.
"""

import copy
import functools
import math
import types

import numpy as np

from gan_keras import errors

TRAIN_COUNT = 20_000
TEST_COUNT = 2_000


def _rgb(code):
    levels = [code >> 16, code >> 8 & 255, code & 255]
    return np.array(levels, np.float32).reshape(3, 1, 1) / 255


_HAIR = {"black": _rgb(0x2A242C), "brown": _rgb(0x5A3A2A), "chestnut": _rgb(0x8A5030), "blonde": _rgb(0xE8BC6C),
         "red": _rgb(0xC4542C), "grey": _rgb(0xB4B4BA), "blue": _rgb(0x4E74C4)}
_SKIN = {"porcelain": _rgb(0xFCE2D0), "fair": _rgb(0xF4C8AA), "tan": _rgb(0xE2AE86), "bronze": _rgb(0xC68A62),
         "brown": _rgb(0x9C6646), "deep": _rgb(0x744A36)}
_IRIS = {"brown": _rgb(0x6E4224), "blue": _rgb(0x3E86CC), "green": _rgb(0x4A9656), "grey": _rgb(0x7A8A96)}
_BACKDROPS = [_rgb(code) for code in (0xF7CA78, 0xF3A08E, 0x96CEC4, 0x8EBCE6, 0xBCAAE2, 0xF0B8CC, 0xB0D08C, 0xE8DECC,
                                      0x5C80A8, 0x549690)]
_SHIRTS = [_rgb(code) for code in (0xE85454, 0x345C9A, 0xFAFAF6, 0x2C3442, 0x3E927A, 0xF6B240, 0x8E5AA0, 0xF08AA0,
                                   0x60B0D6)]
_FRAMES = [_rgb(code) for code in (0x26242C, 0x703E28, 0xB22E3E, 0x224678)]
_WHITE, _INK, _TEETH, _GOLD = _rgb(0xFFFFFF), _rgb(0x16121A), _rgb(0xFCFAF4), _rgb(0xFAD66E)
_LIPSTICK, _THROAT, _TONGUE = _rgb(0xC82C42), _rgb(0x701C28), _rgb(0xD65C60)
# Shadows are warm: red light passes through skin and hair.
_SHADOW = np.array([0.75, 1, 0.95], np.float32).reshape(3, 1, 1)
_WARMTH = np.array([0.02, 0, -0.024], np.float32).reshape(3, 1, 1)

_SHARES = {
    "hair_style": {"bald": 6, "short": 13, "parted": 13, "spiky": 10, "curly": 12, "fringe": 10, "bob": 12, "long": 14,
                   "bun": 10},
    "hair_color": dict(zip(_HAIR, (20, 20, 16, 16, 12, 8, 8), strict=True)),
    "skin": dict(zip(_SKIN, (16, 20, 20, 16, 15, 13), strict=True)),
    "eye_color": dict(zip(_IRIS, (40, 22, 22, 16), strict=True)),
    "mouth": {"neutral": 22, "smile": 26, "grin": 26, "open": 15, "frown": 11},
    "eyewear": {"none": 58, "round": 16, "square": 16, "dark": 10},
    "beard": {"none": 40, "stubble": 20, "moustache": 18, "full": 22},
    "background": {"plain": 34, "gradient": 33, "halo": 33},
    "pose": {"left": 30, "frontal": 40, "right": 30},
}
_CURTAINS = ("fringe", "bob", "long")  # These styles hide the ears.
_BEARDLESS = (*_CURTAINS, "bun")

ATTRIBUTES = {name: tuple(shares) for name, shares in _SHARES.items()}
ATTRIBUTES |= {"smiling": ("no", "yes"), "glasses": ("no", "yes")}
"""Class names of each label column; a label is the position in its tuple."""

# Uniform on [-1, 1], independent of each other and of the attributes.
_TRAITS = ("tilt", "scale", "shift_x", "shift_y", "turn", "width", "height", "jaw", "eye_gap", "eye_size", "eye_height",
           "openness", "gaze_x", "gaze_y", "brow_height", "brow_slope", "brow_weight", "nose_size", "nose_length",
           "mouth_width", "mouth_height", "mouth_curve", "lips", "blush", "hair_volume", "hair_line", "hair_phase",
           "hair_tone", "hair_warmth", "skin_tone", "skin_warmth", "hue", "backdrop", "shirt", "collar", "earring",
           "frame")


def attributes(indices):
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


def draw(indices, resolution):
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
        raise errors.UserError(f"resolution {resolution!r} for avatars, expected an integer from 16 to 512: "
                               "choose one of them, such as 64")
    images = np.empty((len(indices), resolution, resolution, 3), np.uint8)
    for image, index in zip(images, indices, strict=True):
        image[:] = _portrait(_face(index), resolution)
    return images


def _checked(indices):
    indices = np.asarray(indices)
    last = TRAIN_COUNT + TEST_COUNT - 1
    if indices.ndim != 1 or (indices.size and not np.issubdtype(indices.dtype, np.integer)):
        raise errors.UserError(f"avatar indices of type {indices.dtype} and shape {indices.shape}, expected a list "
                               f"of integers from 0 to {last}")
    if indices.size and not 0 <= indices.min() <= indices.max() <= last:
        raise errors.UserError(f"avatar indices from {indices.min()} to {indices.max()}, expected 0 to {last}: "
                               "leave out those beyond")
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
    traits = 2 * _table()[index, len(_SHARES):] - 1
    vars(face).update(zip(_TRAITS, traits.tolist(), strict=True))
    face.yaw = 0.04 * face.turn + {"left": -0.30, "frontal": 0, "right": 0.30}[face.pose]
    face.half_width = 0.475 + 0.035 * face.width
    face.half_height = 0.60 + 0.03 * face.height
    face.skin_color = _tinted(_SKIN[face.skin], face.skin_tone, face.skin_warmth)
    face.hair = _tinted(_HAIR[face.hair_color], 1.4 * face.hair_tone, face.hair_warmth)
    face.mouth_v = 0.355 + 0.02 * face.mouth_height
    face.middle = _turned(face, 0)[0]
    face.long_haired = face.hair_style in _BEARDLESS
    return face


def _pick(colors, trait):
    return colors[int((trait + 1) / 2 * len(colors))]


def _mix(first, second, amount):
    return first + (second - first) * amount


def _shade(color, amount):
    return color * (1 - amount * _SHADOW)


def _tinted(color, tone, warmth):
    return color * (1 + 0.05 * tone) + _WARMTH * warmth


class _Canvas:
    """Float32 pixels (3, rows, columns) in [0, 1] and the coordinates (u, v) of their centres in a frame of their own.

    The picture spans [-1, 1] from left to right and from top to bottom; the frame is turned by `angle` (radians,
    clockwise), scaled, and has its origin at (x, y). `pixel` is the side of a pixel in the frame, `outline` the distance
    from the head.
    """

    def __init__(self, pixels, angle=0.0, scale=1.0, x=0.0, y=0.0):
        size = pixels.shape[1]
        axis = ((np.arange(size) + 0.5) * 2 / size - 1).astype(np.float32)
        across, down = (axis[None, :] - x) / scale, (axis[:, None] - y) / scale
        self.cos, self.sin, self.scale, self.x, self.y = math.cos(angle), math.sin(angle), scale, x, y
        self.pixels, self.pixel, self.outline = pixels, 2 / size / scale, None
        self.u, self.v = self.cos * across + self.sin * down, self.cos * down - self.sin * across

    def window(self, u, v, reach):
        """Returns the part within `reach` of (u, v), with that point as origin: a small shape costs little."""
        part = copy.copy(self)
        size = self.pixels.shape[1] / 2
        row = (1 + self.y + self.scale * (self.sin * u + self.cos * v)) * size
        column = (1 + self.x + self.scale * (self.cos * u - self.sin * v)) * size
        radius = reach * self.scale * size + 2
        crop = tuple(slice(max(0, int(c - radius)), max(0, int(c + radius))) for c in (row, column))
        part.pixels, part.outline = self.pixels[:, *crop], self.outline[crop]
        part.u, part.v = self.u[crop] - u, self.v[crop] - v
        return part

    def paint(self, distance, color, opacity=1.0, blur=0.0, within=None):
        """Covers where `distance` is negative; the edge is a pixel, or `blur`, wide. `within` clips, always sharply."""
        cover = self._cover(distance, self.pixel + blur)
        if blur:
            cover = cover * cover * (3 - 2 * cover)
        if within is not None:
            cover *= self._cover(within, self.pixel)
        self.pixels += (color - self.pixels) * (cover * opacity)

    @staticmethod
    def _cover(distance, width):
        return np.minimum(np.maximum(distance * (-1 / width) + 0.5, 0), 1)


def _ellipse(u, v, a, b):
    # The implicit function over the length of its gradient: a distance to first order, which is enough at the edge.
    p, q = u * (1 / a), v * (1 / b)
    slope = np.sqrt(np.square(p * (1 / a)) + np.square(q * (1 / b))) + 1e-6
    return (p * p + q * q - 1) * 0.5 / slope


def _box(u, v, a, b, corner):
    return _round_all(np.abs(u) - a, np.abs(v) - b, corner)


def _lens(u, v, half_width, bend, top, bottom):
    """Between two curves that meet at both ends: lips, brows, lashes. `bend` > 0 raises the ends."""
    square = np.square(u * (1 / half_width))
    level, rest = v + bend * square, 1 - square * square
    slope = np.sqrt(1 + np.square(u * (2 * bend / half_width**2)))
    return _all(_all(-level - top * rest, level - bottom * rest) / slope, np.abs(u) - half_width)


def _all(*distances):
    return functools.reduce(np.maximum, distances)


def _round_all(first, second, corner):
    """What is inside both, with round corners where the two edges meet."""
    p, q = first + corner, second + corner
    return np.sqrt(np.square(np.maximum(p, 0)) + np.square(np.maximum(q, 0))) + np.minimum(np.maximum(p, q), 0) - corner


def _any(*distances):
    return functools.reduce(np.minimum, distances)


def _waves(u, frequency, phase):
    """A triangle wave in [0, 1]."""
    return np.abs(np.mod(u * frequency + phase, 1) * 2 - 1)


def _turned(face, u):
    """Where a feature at `u` of the frontal face lies after the turn, and how much narrower it is, as on a cylinder."""
    radius = 1.2 * face.half_width
    angle = math.asin(u / radius)
    return radius * math.sin(angle + face.yaw), math.cos(angle + face.yaw) / math.cos(angle)


def _portrait(face, resolution):
    # Small pictures are drawn finer and averaged: a line thinner than a pixel keeps its weight.
    finer = -(-64 // resolution)
    pixels = np.empty((3, finer * resolution, finer * resolution), np.float32)
    body = _Canvas(pixels, x=0.05 * face.shift_x)
    head = _Canvas(pixels, 0.11 * face.tilt, 1.18 + 0.05 * face.scale, body.x, 0.01 + 0.035 * face.shift_y)
    taper = np.square(np.maximum(head.v, 0)) * (0.42 + 0.22 * face.jaw)
    head.outline = _ellipse(head.u * (1 + taper), head.v, face.half_width, face.half_height)
    _background(face, body)
    _hair_behind(face, head)
    _body(face, body)
    _ears(face, head)
    _skin(face, head)
    _beard(face, head)
    _mouth(face, head)
    _nose(face, head)
    _eye(face, head, -1)
    _eye(face, head, 1)
    if face.eyewear != "none":
        _temples(face, head)
    if face.hair_style != "bald":
        _hair(face, head)
    _brow(face, head, -1)
    _brow(face, head, 1)
    if face.eyewear != "none":
        _glasses(face, head)
    pixels = pixels.reshape(3, resolution, finer, resolution, finer).mean(axis=(2, 4))
    return (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8).transpose(1, 2, 0)


def _background(face, canvas):
    color = _tinted(_pick(_BACKDROPS, face.backdrop), face.hue, 2 * face.hue)
    canvas.pixels[:] = color
    if face.background == "gradient":
        canvas.pixels[:] = _mix(_shade(color, 0.08), _mix(color, _WHITE, 0.6), (1 + canvas.v) / 2)
    if face.background == "halo":
        canvas.paint(_ellipse(canvas.u, canvas.v, 0.9, 0.9), _mix(color, _WHITE, 0.4))


def _body(face, canvas):
    u, v = canvas.u, canvas.v
    shirt = _tinted(_pick(_SHIRTS, face.shirt), face.hue, face.hue)
    shoulders = _ellipse(u, v - 1.46, 1.05, 0.68)
    canvas.paint(shoulders, shirt)
    canvas.paint(_ellipse(u - 0.85, v - 1.05, 0.4, 0.6), _shade(shirt, 0.2), blur=0.3, within=shoulders)
    width = 0.22 + 0.03 * face.width
    round_collar = _ellipse(u, v - 0.78, width + 0.09, 0.16)
    collar = round_collar if face.collar < 0 else _all(np.abs(u) * 0.8 + (v - 1.02) * 0.6, 0.7 - v)
    canvas.paint(np.abs(collar) - 0.03, _shade(shirt, 0.22), within=shoulders)
    neck = _any(_all(np.abs(u) - width, np.abs(v - 0.5) - 0.3), _all(collar, shoulders))
    canvas.paint(neck, face.skin_color)
    canvas.paint(_ellipse(u - 0.05, v - 0.46, 0.42, 0.36), _shade(face.skin_color, 0.28), blur=0.05, within=neck)


def _ears(face, canvas):
    if face.hair_style in _CURTAINS:
        return
    for side in (-1, 1):
        ear = canvas.window(side * (face.half_width + 0.015) - 0.16 * face.yaw, 0.06, 0.2)
        ear.paint(_ellipse(ear.u, ear.v, 0.085, 0.125), _shade(face.skin_color, 0.06))
        ear.paint(_ellipse(ear.u + side * 0.01, ear.v, 0.035, 0.07), _shade(face.skin_color, 0.26), blur=0.03)
        if face.earring > 0.45:
            ear.paint(_ellipse(ear.u - side * 0.01, ear.v - 0.13, 0.034, 0.034), _GOLD)


def _skin(face, canvas):
    skin = face.skin_color
    canvas.paint(canvas.outline, skin)
    lit = _ellipse(canvas.u + 0.12 - 0.25 * face.yaw, canvas.v + 0.07, face.half_width, face.half_height)
    canvas.paint(-lit, _shade(skin, 0.22), blur=0.16, within=canvas.outline)
    shine = canvas.window(face.middle - 0.1, -0.36, 0.3)
    shine.paint(_ellipse(shine.u, shine.v, 0.17, 0.11), _mix(skin, _WHITE, 0.4), 0.5, blur=0.2, within=shine.outline)
    for side in (-1, 1):
        u, squeeze = _turned(face, side * 0.27)
        cheek = canvas.window(u, 0.21, 0.17)
        blush = _ellipse(cheek.u, cheek.v, 0.11 * squeeze, 0.075)
        rosy = _mix(_shade(skin, 0.15), _LIPSTICK, 0.2)
        cheek.paint(blush, rosy, 0.5 + 0.3 * face.blush, blur=0.1, within=cheek.outline)


def _beard(face, canvas):
    u, v = canvas.u - 0.6 * face.middle, canvas.v
    hair = _shade(face.hair, 0.1)
    beard = -_ellipse(u, v + 0.1, face.half_width * 1.02, face.mouth_v + 0.01)
    if face.beard == "stubble":
        shadow = _mix(_shade(face.skin_color, 0.4), hair, 0.2)
        canvas.paint(_all(beard, -v), shadow, 0.5, blur=0.1, within=canvas.outline)
    if face.beard == "full":
        beard = _all(canvas.outline - 0.025, beard, -0.02 - v)
        canvas.paint(beard, hair)
        canvas.paint(np.sin(60 * u) * 0.02, _shade(hair, 0.3), 0.25, within=beard)
        canvas.paint(0.3 - np.abs(canvas.u), _shade(hair, 0.4), 0.7, blur=0.2, within=beard)
    if face.beard in ("moustache", "full"):
        lip = canvas.window(face.middle * 1.05, face.mouth_v - 0.075, 0.3)
        lip.paint(_lens(lip.u, lip.v, 0.2, -0.06, 0.05, 0.03), hair)


def _mouth(face, canvas):
    mouth = canvas.window(face.middle, face.mouth_v, 0.3)
    u, v = mouth.u, mouth.v
    width = (0.165 + 0.02 * face.mouth_width) * _turned(face, 0)[1]
    lip = _mix(_shade(face.skin_color, 0.22), _LIPSTICK, (0.5 if face.long_haired else 0.25) + 0.15 * face.lips)
    line, curve = _shade(lip, 0.5), 0.012 * face.mouth_curve
    if face.mouth in ("neutral", "frown"):
        bend = curve - (0.075 if face.mouth == "frown" else 0)
        mouth.paint(_lens(u, v, width, bend, 0.038, 0.052), lip)
        mouth.paint(_lens(u, v, width * 1.06, bend, 0.012, 0.012), line)
    elif face.mouth == "smile":
        mouth.paint(_lens(u, v, width * 1.1, 0.085 + curve, 0.02, 0.075), lip)
        mouth.paint(_lens(u, v, width * 1.2, 0.10 + curve, 0.015, 0.015), line)
    elif face.mouth == "grin":
        mouth.paint(_lens(u, v + 0.02, width * 1.28, 0.10 + curve, 0.02, 0.155), lip)
        gap = _lens(u, v + 0.015, width * 1.16, 0.09 + curve, 0, 0.118)
        mouth.paint(gap, _THROAT)
        mouth.paint(_lens(u, v + 0.015, width * 1.16, 0.09 + curve, 0, 0.068), _TEETH, within=gap)
    else:
        mouth.paint(_ellipse(u, v - 0.02, width * 0.68, 0.105), lip)
        gap = _ellipse(u, v - 0.02, width * 0.52, 0.078)
        mouth.paint(gap, _THROAT)
        mouth.paint(v + 0.025, _TEETH, within=gap)
        mouth.paint(_ellipse(u, v - 0.085, width * 0.42, 0.05), _TONGUE, within=gap)


def _nose(face, canvas):
    skin, size = face.skin_color, 1 + 0.18 * face.nose_size
    tip = 0.185 + 0.02 * face.nose_length
    bridge = canvas.window(face.middle + 0.04 + 0.1 * face.yaw, tip - 0.13, 0.22)
    bridge.paint(_ellipse(bridge.u, bridge.v, 0.03, 0.15), _shade(skin, 0.24), 0.45, blur=0.06)
    nose = canvas.window(face.middle + 0.16 * face.yaw, tip, 0.16)
    nose.paint(_ellipse(nose.u - 0.01, nose.v - 0.014, 0.082 * size, 0.058), _shade(skin, 0.32), blur=0.012)
    nose.paint(_ellipse(nose.u + 0.008, nose.v + 0.008, 0.070 * size, 0.052), _shade(skin, 0.04), blur=0.012)
    nose.paint(_ellipse(nose.u + 0.02, nose.v + 0.02, 0.022, 0.018), _mix(skin, _WHITE, 0.6), 0.7, blur=0.03)


def _eye(face, canvas, side):
    centre, squeeze = _turned(face, side * (0.218 + 0.012 * face.eye_gap))
    eye = canvas.window(centre, -0.02 + 0.02 * face.eye_height, 0.22)
    u, v, size = eye.u, eye.v, 1.07 + 0.07 * face.eye_size
    width, height = 0.12 * size * squeeze, (0.09 + 0.012 * face.openness) * size
    eye.paint(_ellipse(u, v + 0.02, width * 1.25, height * 1.25), _shade(face.skin_color, 0.2), 0.6, blur=0.06)
    white = _ellipse(u, v, width, height)
    eye.paint(white, _TEETH)
    gaze_u, gaze_v = u - 0.018 * face.gaze_x - 0.05 * face.yaw, v - 0.008 * face.gaze_y
    iris, ball = _tinted(_IRIS[face.eye_color], face.hue, 0), _ellipse(gaze_u, gaze_v, 0.07 * size, 0.07 * size)
    eye.paint(ball, _shade(iris, 0.4), within=white)
    eye.paint(ball + 0.012, iris, within=white)
    eye.paint(_ellipse(gaze_u, gaze_v - 0.03, 0.04, 0.025), _mix(iris, _WHITE, 0.35), blur=0.03, within=ball + 0.012)
    eye.paint(ball + 0.036 * size, _INK)
    eye.paint(v + height * 0.6, _INK, 0.3, blur=0.05, within=white)
    eye.paint(_ellipse(gaze_u + 0.024, gaze_v + 0.026, 0.022, 0.022), _WHITE)
    eye.paint(_ellipse(gaze_u - 0.024, gaze_v - 0.024, 0.011, 0.011), _WHITE, 0.7)
    lid = _shade(_mix(face.hair, _INK, 0.7), 0.3)
    eye.paint(np.abs(white) - 0.015, lid, within=v + 0.01 - 0.25 * side * u)
    if face.long_haired:
        lash = u - side * width
        eye.paint(_lens(lash, v + 0.04 + 0.6 * side * lash, 0.05, 0, 0.016, 0.016), lid)


def _brow(face, canvas, side):
    u, squeeze = _turned(face, side * (0.225 + 0.012 * face.eye_gap))
    brow = canvas.window(u, -0.205 - 0.025 * face.brow_height, 0.25)
    weight = 0.023 + 0.007 * face.brow_weight
    level = brow.v - side * (0.08 + 0.14 * face.brow_slope) * brow.u
    brow.paint(_lens(brow.u, level, 0.15 * squeeze, -0.035, weight, weight), _shade(face.hair, 0.35))


def _rims(face):
    return [(u, 0.18 * squeeze) for u, squeeze in (_turned(face, -0.225), _turned(face, 0.225))]


def _temples(face, canvas):
    for (u, half), side in zip(_rims(face), (-1, 1), strict=True):
        hinge, ear = side * u + half, face.half_width - side * 0.1 * face.yaw
        if ear > hinge:
            temple = canvas.window(side * (hinge + ear) / 2, -0.03, 0.2)
            temple.paint(_box(temple.u, temple.v, (ear - hinge) / 2 + 0.01, 0.017, 0.01), _pick(_FRAMES, face.frame))


def _glasses(face, canvas):
    rim, rims = _pick(_FRAMES, face.frame), _rims(face)
    for u, half in rims:
        glass = canvas.window(u, -0.01, 0.27)
        round_lens = _ellipse(glass.u, glass.v, half, 0.175)
        lens = round_lens if face.eyewear == "round" else _box(glass.u, glass.v, half, 0.14, 0.055)
        stripe = glass.u + 0.6 * glass.v + 0.06
        shine = _any(np.abs(stripe) - 0.022, np.abs(stripe - 0.06) - 0.008)
        tint = _mix(_INK, _WHITE, np.maximum(0.1 + glass.v, 0)) if face.eyewear == "dark" else _WHITE
        glass.paint(lens, tint, 0.93 if face.eyewear == "dark" else 0.1)
        glass.paint(shine, _WHITE, 0.35, within=lens + 0.03)
        glass.paint(np.abs(lens) - 0.018, rim)
    left, right = rims[0][0] + rims[0][1], rims[1][0] - rims[1][1]
    bridge = canvas.window((left + right) / 2, -0.03, 0.12)
    bridge.paint(_box(bridge.u, bridge.v, max(right - left, 0) / 2 + 0.01, 0.018, 0.01), rim)


def _cap(face, u, v, volume=0.0):
    """The outline of hair on the skull; it slips behind the head at the height of the ears."""
    height = face.half_height - 0.05 + 0.02 * face.hair_volume
    return _ellipse(u, v + 0.14, face.half_width + 0.045 + volume, height + volume)


def _curls(face, u, v, volume):
    v = v + 0.09
    bumps = np.abs(np.sin(np.arctan2(u, v) * 9 + 3 * face.hair_phase))
    volume += 0.03 * face.hair_volume
    return _ellipse(u, v, face.half_width + 0.05 + volume, face.half_height + volume) - 0.045 * bumps


def _curtain(face, u, v, grow):
    """Hair that falls straight down from the temples and gets wider by `grow` for each unit."""
    width = face.half_width + 0.06 + 0.015 * face.hair_volume
    skull = _ellipse(u, v, width, face.half_height + 0.07 + 0.02 * face.hair_volume)
    return _any(skull, _all(np.abs(u) - width - grow * v, -v))


def _hair_behind(face, canvas):
    u, v, dark = canvas.u, canvas.v, _shade(face.hair, 0.32)
    if face.hair_style == "long":
        canvas.paint(_curtain(face, u, v, 0.14), dark)
    elif face.hair_style == "bob":
        canvas.paint(_round_all(_curtain(face, u, v, 0.12), v - 0.52 - 0.06 * face.hair_phase, 0.2), dark)
    elif face.hair_style == "fringe":
        canvas.paint(_round_all(_curtain(face, u, v, 0.04), v - 0.62 - 0.1 * face.hair_phase, 0.05), dark)
    elif face.hair_style == "bun":
        bun = canvas.window(0.14 * face.hair_phase, -face.half_height - 0.09, 0.3)
        bun.paint(_ellipse(bun.u, bun.v, 0.2, 0.16), face.hair)
        bun.paint(np.abs(_ellipse(bun.u + 0.03, bun.v - 0.03, 0.13, 0.09)) - 0.012, dark)
    elif face.hair_style == "curly":
        canvas.paint(_curls(face, u, v, 0.08), dark)


def _hair(face, canvas):
    u, v, side = canvas.u, canvas.v, 1 if face.hair_phase > 0 else -1
    p = u - 0.8 * face.yaw * face.half_width
    outline, hairline = _STYLES[face.hair_style](face, u, v, p, side)
    shape = _all(outline, hairline)
    canvas.paint(shape - 0.03, _shade(face.skin_color, 0.3), 0.5, blur=0.05, within=canvas.outline)
    canvas.paint(shape, face.hair)
    if face.hair_style == "curly":
        strands = np.sin(26 * u + 2 * np.sin(19 * v)) * np.sin(26 * v + 2 * np.sin(19 * u)) - 0.1
    else:
        strands = np.sin((u - 0.1 * side) / (v + 1.25) * 75) + 0.2
    canvas.paint(strands * 0.02, _shade(face.hair, 0.3), 0.3, within=shape)
    shine = _all(np.abs(outline + 0.13) - 0.03, _ellipse(u + 0.2, v + 0.45, 0.34, 0.3))
    canvas.paint(shine, _mix(face.hair, _WHITE, 0.45), 0.55, blur=0.04, within=shape)
    lit = _ellipse(u + 0.15, v + 0.1, face.half_width, face.half_height)
    canvas.paint(-lit, _shade(face.hair, 0.32), 0.7, blur=0.2, within=shape)


def _sideburns(face, u, v, p):
    edge = 0.86 * face.half_width + 0.5 * np.maximum(v + 0.15, 0)
    return _all(edge - _all(np.abs(p), np.abs(u) - 0.06), v - 0.05)


def _short(face, u, v, p, side):
    line = -0.31 + 0.03 * face.hair_line + 0.05 * _waves(p, 4, face.hair_phase)
    return _cap(face, u, v, 0.03) - 0.025 * _waves(u + v, 6, 0), _any(v - line, _sideburns(face, u, v, p))


def _parted(face, u, v, p, side):
    swept = p * side + 0.2
    bend = np.where(swept > 0, 0.75, 3.6).astype(np.float32)
    line = -0.42 + 0.03 * face.hair_line + bend * np.square(swept)
    return _cap(face, u - 0.03 * side, v, 0.045), _all((v - line) / np.sqrt(1 + np.square(2 * bend * swept)), v - 0.06)


def _spiky(face, u, v, p, side):
    spikes = _waves(np.arctan2(u, -v - 0.1), 3.2, face.hair_phase) * np.clip(-3 * v, 0, 1)
    line = -0.30 + 0.03 * face.hair_line + 0.1 * _waves(p, 5, face.hair_phase)
    return _cap(face, u, v) - 0.13 * spikes, _any((v - line) * 0.7, _sideburns(face, u, v, p))


def _curly(face, u, v, p, side):
    bumps = 0.05 * np.abs(np.sin(np.arctan2(p, v - 0.25) * 10))
    opening = _ellipse(p, v - 0.25, 0.93 * face.half_width, 0.56 - 0.03 * face.hair_line)
    return _curls(face, u, v, 0.06), _all(-opening - bumps, v - 0.12)


def _fringe(face, u, v, p, side):
    line = -0.225 + 0.02 * face.hair_line + 0.25 * np.square(p) + 0.02 * _waves(p, 6, 0)
    sides = _all(0.86 * face.half_width - np.abs(p), v - 0.5 - 0.1 * face.hair_phase)
    return _curtain(face, u, v, 0.04), _any(v - line, sides)


def _bob(face, u, v, p, side):
    swept = p * side + 0.12
    line = -0.36 + 0.03 * face.hair_line + np.where(swept > 0, 0.7, 1.8).astype(np.float32) * np.square(swept)
    outline = _round_all(_curtain(face, u, v, 0.12), v - 0.46 - 0.06 * face.hair_phase, 0.2)
    return outline, _any((v - line) * 0.9, 0.86 * face.half_width + 0.1 * v - np.abs(p))


def _long(face, u, v, p, side):
    from_part = np.abs(p - 0.08 * face.hair_phase)
    line = -0.50 + 0.03 * face.hair_line + 0.4 * from_part + 1.1 * from_part * np.sqrt(from_part)
    wave = 0.03 * np.sin(v * 8 + 3 * face.hair_phase)
    return _curtain(face, u + 0.5 * wave, v, 0.14), _any((v - line) * 0.6, 0.88 * face.half_width - np.abs(p + wave))


def _bun(face, u, v, p, side):
    return _cap(face, u, v), _all(-_ellipse(p, v - 0.25, 0.98 * face.half_width, 0.6 - 0.03 * face.hair_line), v - 0.12)


_STYLES = {"short": _short, "parted": _parted, "spiky": _spiky, "curly": _curly, "fringe": _fringe, "bob": _bob,
           "long": _long, "bun": _bun}
