"""The hair of avatars: behind the body, and on the head, where a style is an outline and a hairline."""

import numpy as np

from gan_keras.data.avatars.colors import WHITE
from gan_keras.data.avatars.colors import mix
from gan_keras.data.avatars.colors import shade
from gan_keras.data.avatars.shapes import ellipse
from gan_keras.data.avatars.shapes import overlap
from gan_keras.data.avatars.shapes import round_all
from gan_keras.data.avatars.shapes import union
from gan_keras.data.avatars.shapes import waves

CURTAINS = ("fringe", "bob", "long")  # These styles hide the ears.


def hair_behind(face, canvas):
    u, v, dark = canvas.u, canvas.v, shade(face.hair, 0.32)
    if face.hair_style == "long":
        canvas.paint(_curtain(face, u, v, 0.14), dark)
    elif face.hair_style == "bob":
        canvas.paint(round_all(_curtain(face, u, v, 0.12), v - 0.52 - 0.06 * face.hair_phase, 0.2), dark)
    elif face.hair_style == "fringe":
        canvas.paint(round_all(_curtain(face, u, v, 0.04), v - 0.62 - 0.1 * face.hair_phase, 0.05), dark)
    elif face.hair_style == "bun":
        bun = canvas.window(0.14 * face.hair_phase, -face.half_height - 0.09, 0.3)
        bun.paint(ellipse(bun.u, bun.v, 0.2, 0.16), face.hair)
        bun.paint(np.abs(ellipse(bun.u + 0.03, bun.v - 0.03, 0.13, 0.09)) - 0.012, dark)
    elif face.hair_style == "curly":
        canvas.paint(_curls(face, u, v, 0.08), dark)


def hair(face, canvas):
    u, v, side = canvas.u, canvas.v, 1 if face.hair_phase > 0 else -1
    p = u - 0.8 * face.yaw * face.half_width
    outline, hairline = _STYLES[face.hair_style](face, u, v, p, side)
    shape = overlap(outline, hairline)
    canvas.paint(shape - 0.03, shade(face.skin_color, 0.3), 0.5, blur=0.05, within=canvas.outline)
    canvas.paint(shape, face.hair)
    if face.hair_style == "curly":
        strands = np.sin(26 * u + 2 * np.sin(19 * v)) * np.sin(26 * v + 2 * np.sin(19 * u)) - 0.1
    else:
        strands = np.sin((u - 0.1 * side) / (v + 1.25) * 75) + 0.2
    canvas.paint(strands * 0.02, shade(face.hair, 0.3), 0.3, within=shape)
    shine = overlap(np.abs(outline + 0.13) - 0.03, ellipse(u + 0.2, v + 0.45, 0.34, 0.3))
    canvas.paint(shine, mix(face.hair, WHITE, 0.45), 0.55, blur=0.04, within=shape)
    lit = ellipse(u + 0.15, v + 0.1, face.half_width, face.half_height)
    canvas.paint(-lit, shade(face.hair, 0.32), 0.7, blur=0.2, within=shape)


def _cap(face, u, v, volume=0.0):
    """The outline of hair on the skull; it slips behind the head at the height of the ears."""
    height = face.half_height - 0.05 + 0.02 * face.hair_volume
    return ellipse(u, v + 0.14, face.half_width + 0.045 + volume, height + volume)


def _curls(face, u, v, volume):
    v = v + 0.09
    bumps = np.abs(np.sin(np.arctan2(u, v) * 9 + 3 * face.hair_phase))
    volume += 0.03 * face.hair_volume
    return ellipse(u, v, face.half_width + 0.05 + volume, face.half_height + volume) - 0.045 * bumps


def _curtain(face, u, v, grow):
    """Hair that falls straight down from the temples and gets wider by `grow` for each unit."""
    width = face.half_width + 0.06 + 0.015 * face.hair_volume
    skull = ellipse(u, v, width, face.half_height + 0.07 + 0.02 * face.hair_volume)
    return union(skull, overlap(np.abs(u) - width - grow * v, -v))


def _sideburns(face, u, v, p):
    edge = 0.86 * face.half_width + 0.5 * np.maximum(v + 0.15, 0)
    return overlap(edge - overlap(np.abs(p), np.abs(u) - 0.06), v - 0.05)


def _short(face, u, v, p, side):
    line = -0.31 + 0.03 * face.hair_line + 0.05 * waves(p, 4, face.hair_phase)
    return _cap(face, u, v, 0.03) - 0.025 * waves(u + v, 6, 0), union(v - line, _sideburns(face, u, v, p))


def _parted(face, u, v, p, side):
    swept = p * side + 0.2
    bend = np.where(swept > 0, 0.75, 3.6).astype(np.float32)
    line = -0.42 + 0.03 * face.hair_line + bend * np.square(swept)
    slope = np.sqrt(1 + np.square(2 * bend * swept))
    return _cap(face, u - 0.03 * side, v, 0.045), overlap((v - line) / slope, v - 0.06)


def _spiky(face, u, v, p, side):
    spikes = waves(np.arctan2(u, -v - 0.1), 3.2, face.hair_phase) * np.clip(-3 * v, 0, 1)
    line = -0.30 + 0.03 * face.hair_line + 0.1 * waves(p, 5, face.hair_phase)
    return _cap(face, u, v) - 0.13 * spikes, union((v - line) * 0.7, _sideburns(face, u, v, p))


def _curly(face, u, v, p, side):
    bumps = 0.05 * np.abs(np.sin(np.arctan2(p, v - 0.25) * 10))
    opening = ellipse(p, v - 0.25, 0.93 * face.half_width, 0.56 - 0.03 * face.hair_line)
    return _curls(face, u, v, 0.06), overlap(-opening - bumps, v - 0.12)


def _fringe(face, u, v, p, side):
    line = -0.225 + 0.02 * face.hair_line + 0.25 * np.square(p) + 0.02 * waves(p, 6, 0)
    sides = overlap(0.86 * face.half_width - np.abs(p), v - 0.5 - 0.1 * face.hair_phase)
    return _curtain(face, u, v, 0.04), union(v - line, sides)


def _bob(face, u, v, p, side):
    swept = p * side + 0.12
    line = -0.36 + 0.03 * face.hair_line + np.where(swept > 0, 0.7, 1.8).astype(np.float32) * np.square(swept)
    outline = round_all(_curtain(face, u, v, 0.12), v - 0.46 - 0.06 * face.hair_phase, 0.2)
    return outline, union((v - line) * 0.9, 0.86 * face.half_width + 0.1 * v - np.abs(p))


def _long(face, u, v, p, side):
    from_part = np.abs(p - 0.08 * face.hair_phase)
    line = -0.50 + 0.03 * face.hair_line + 0.4 * from_part + 1.1 * from_part * np.sqrt(from_part)
    wave = 0.03 * np.sin(v * 8 + 3 * face.hair_phase)
    return _curtain(face, u + 0.5 * wave, v, 0.14), union((v - line) * 0.6, 0.88 * face.half_width - np.abs(p + wave))


def _bun(face, u, v, p, side):
    opening = ellipse(p, v - 0.25, 0.98 * face.half_width, 0.6 - 0.03 * face.hair_line)
    return _cap(face, u, v), overlap(-opening, v - 0.12)


_STYLES = {
    "short": _short,
    "parted": _parted,
    "spiky": _spiky,
    "curly": _curly,
    "fringe": _fringe,
    "bob": _bob,
    "long": _long,
    "bun": _bun,
}
