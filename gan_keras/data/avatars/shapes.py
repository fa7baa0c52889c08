"""Shapes as signed distances (negative inside), and the canvas that paints them with antialiased edges."""

import copy
import functools
import math
from typing import Any

import numpy as np


class Canvas:
    """Float32 pixels (3, rows, columns) in [0, 1] and the coordinates (u, v) of their centers in a frame of their own.

    The picture spans [-1, 1] from left to right and from top to bottom; the frame is turned by `angle` (radians,
    clockwise), scaled, and has its origin at (x, y). `pixel` is the side of a pixel in the frame, `outline` the
    distance from the head.
    """

    def __init__(self, pixels, angle=0.0, scale=1.0, x=0.0, y=0.0):
        size = pixels.shape[1]
        axis = ((np.arange(size) + 0.5) * 2 / size - 1).astype(np.float32)
        across, down = (axis[None, :] - x) / scale, (axis[:, None] - y) / scale
        self.cos, self.sin, self.scale, self.x, self.y = math.cos(angle), math.sin(angle), scale, x, y
        self.pixels, self.pixel = pixels, 2 / size / scale
        self.outline: Any = None
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
        return np.clip(distance * (-1 / width) + 0.5, 0, 1)


def ellipse(u, v, a, b):
    # The implicit function over the length of its gradient: a distance to first order, which is enough at the edge.
    p, q = u * (1 / a), v * (1 / b)
    slope = np.sqrt(np.square(p * (1 / a)) + np.square(q * (1 / b))) + 1e-6
    return (p * p + q * q - 1) * 0.5 / slope


def box(u, v, a, b, corner):
    return round_all(np.abs(u) - a, np.abs(v) - b, corner)


def lens(u, v, half_width, bend, top, bottom):
    """Between two curves that meet at both ends: lips, brows, lashes. `bend` > 0 raises the ends."""
    square = np.square(u * (1 / half_width))
    level, rest = v + bend * square, 1 - square * square
    slope = np.sqrt(1 + np.square(u * (2 * bend / half_width**2)))
    return overlap(overlap(-level - top * rest, level - bottom * rest) / slope, np.abs(u) - half_width)


def overlap(*distances):
    return functools.reduce(np.maximum, distances)


def round_all(first, second, corner):
    """The part inside both, with round corners where the two edges meet."""
    p, q = first + corner, second + corner
    return np.sqrt(np.square(np.maximum(p, 0)) + np.square(np.maximum(q, 0))) + np.minimum(np.maximum(p, q), 0) - corner


def union(*distances):
    return functools.reduce(np.minimum, distances)


def waves(u, frequency, phase):
    """A triangle wave in [0, 1]."""
    return np.abs(np.mod(u * frequency + phase, 1) * 2 - 1)
