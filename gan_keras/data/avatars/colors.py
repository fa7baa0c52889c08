"""The colors of avatars: float32 arrays (3, 1, 1) in [0, 1]."""

import numpy as np


def _rgb(code):
    levels = [code >> 16, code >> 8 & 255, code & 255]
    return np.array(levels, np.float32).reshape(3, 1, 1) / 255


HAIR = {
    "black": _rgb(0x2A242C),
    "brown": _rgb(0x5A3A2A),
    "chestnut": _rgb(0x8A5030),
    "blonde": _rgb(0xE8BC6C),
    "red": _rgb(0xC4542C),
    "grey": _rgb(0xB4B4BA),
    "blue": _rgb(0x4E74C4),
}
SKIN = {
    "porcelain": _rgb(0xFCE2D0),
    "fair": _rgb(0xF4C8AA),
    "tan": _rgb(0xE2AE86),
    "bronze": _rgb(0xC68A62),
    "brown": _rgb(0x9C6646),
    "deep": _rgb(0x744A36),
}
IRIS = {"brown": _rgb(0x6E4224), "blue": _rgb(0x3E86CC), "green": _rgb(0x4A9656), "grey": _rgb(0x7A8A96)}
BACKDROPS = [
    _rgb(code)
    for code in (0xF7CA78, 0xF3A08E, 0x96CEC4, 0x8EBCE6, 0xBCAAE2, 0xF0B8CC, 0xB0D08C, 0xE8DECC, 0x5C80A8, 0x549690)
]
SHIRTS = [
    _rgb(code) for code in (0xE85454, 0x345C9A, 0xFAFAF6, 0x2C3442, 0x3E927A, 0xF6B240, 0x8E5AA0, 0xF08AA0, 0x60B0D6)
]
FRAMES = [_rgb(code) for code in (0x26242C, 0x703E28, 0xB22E3E, 0x224678)]
WHITE, INK, TEETH, GOLD = _rgb(0xFFFFFF), _rgb(0x16121A), _rgb(0xFCFAF4), _rgb(0xFAD66E)
LIPSTICK, THROAT, TONGUE = _rgb(0xC82C42), _rgb(0x701C28), _rgb(0xD65C60)
# Shadows are warm: red light passes through skin and hair.
_SHADOW = np.array([0.75, 1, 0.95], np.float32).reshape(3, 1, 1)
_WARMTH = np.array([0.02, 0, -0.024], np.float32).reshape(3, 1, 1)


def pick(colors, trait):
    return colors[int((trait + 1) / 2 * len(colors))]


def mix(first, second, amount):
    return first + (second - first) * amount


def shade(color, amount):
    return color * (1 - amount * _SHADOW)


def tinted(color, tone, warmth):
    return color * (1 + 0.05 * tone) + _WARMTH * warmth
