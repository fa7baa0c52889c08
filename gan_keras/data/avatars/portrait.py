"""A face of the avatars in layers, from the background to the glasses."""

import math

import numpy as np

from gan_keras.data.avatars.colors import BACKDROPS
from gan_keras.data.avatars.colors import FRAMES
from gan_keras.data.avatars.colors import GOLD
from gan_keras.data.avatars.colors import INK
from gan_keras.data.avatars.colors import IRIS
from gan_keras.data.avatars.colors import LIPSTICK
from gan_keras.data.avatars.colors import SHIRTS
from gan_keras.data.avatars.colors import TEETH
from gan_keras.data.avatars.colors import THROAT
from gan_keras.data.avatars.colors import TONGUE
from gan_keras.data.avatars.colors import WHITE
from gan_keras.data.avatars.colors import mix
from gan_keras.data.avatars.colors import pick
from gan_keras.data.avatars.colors import shade
from gan_keras.data.avatars.colors import tinted
from gan_keras.data.avatars.hair import CURTAINS
from gan_keras.data.avatars.hair import hair
from gan_keras.data.avatars.hair import hair_behind
from gan_keras.data.avatars.shapes import Canvas
from gan_keras.data.avatars.shapes import box
from gan_keras.data.avatars.shapes import ellipse
from gan_keras.data.avatars.shapes import lens
from gan_keras.data.avatars.shapes import overlap
from gan_keras.data.avatars.shapes import union


def turned(face, u):
    """Where a feature at `u` of the frontal face lies after the turn, and how much narrower it is, as on a cylinder."""
    radius = 1.2 * face.half_width
    angle = math.asin(u / radius)
    return radius * math.sin(angle + face.yaw), math.cos(angle + face.yaw) / math.cos(angle)


def portrait(face, resolution):
    # Small pictures are drawn finer and averaged: a line thinner than a pixel keeps its weight.
    finer = -(-64 // resolution)
    pixels = np.empty((3, finer * resolution, finer * resolution), np.float32)
    body = Canvas(pixels, x=0.05 * face.shift_x)
    head = Canvas(pixels, 0.11 * face.tilt, 1.18 + 0.05 * face.scale, body.x, 0.01 + 0.035 * face.shift_y)
    taper = np.square(np.maximum(head.v, 0)) * (0.42 + 0.22 * face.jaw)
    head.outline = ellipse(head.u * (1 + taper), head.v, face.half_width, face.half_height)
    _background(face, body)
    hair_behind(face, head)
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
        hair(face, head)
    _brow(face, head, -1)
    _brow(face, head, 1)
    if face.eyewear != "none":
        _glasses(face, head)
    pixels = pixels.reshape(3, resolution, finer, resolution, finer).mean(axis=(2, 4))
    return (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8).transpose(1, 2, 0)


def _background(face, canvas):
    color = tinted(pick(BACKDROPS, face.backdrop), face.hue, 2 * face.hue)
    canvas.pixels[:] = color
    if face.background == "gradient":
        canvas.pixels[:] = mix(shade(color, 0.08), mix(color, WHITE, 0.6), (1 + canvas.v) / 2)
    if face.background == "halo":
        canvas.paint(ellipse(canvas.u, canvas.v, 0.9, 0.9), mix(color, WHITE, 0.4))


def _body(face, canvas):
    u, v = canvas.u, canvas.v
    shirt = tinted(pick(SHIRTS, face.shirt), face.hue, face.hue)
    shoulders = ellipse(u, v - 1.46, 1.05, 0.68)
    canvas.paint(shoulders, shirt)
    canvas.paint(ellipse(u - 0.85, v - 1.05, 0.4, 0.6), shade(shirt, 0.2), blur=0.3, within=shoulders)
    width = 0.22 + 0.03 * face.width
    round_collar = ellipse(u, v - 0.78, width + 0.09, 0.16)
    collar = round_collar if face.collar < 0 else overlap(np.abs(u) * 0.8 + (v - 1.02) * 0.6, 0.7 - v)
    canvas.paint(np.abs(collar) - 0.03, shade(shirt, 0.22), within=shoulders)
    neck = union(overlap(np.abs(u) - width, np.abs(v - 0.5) - 0.3), overlap(collar, shoulders))
    canvas.paint(neck, face.skin_color)
    canvas.paint(ellipse(u - 0.05, v - 0.46, 0.42, 0.36), shade(face.skin_color, 0.28), blur=0.05, within=neck)


def _ears(face, canvas):
    if face.hair_style in CURTAINS:
        return
    for side in (-1, 1):
        ear = canvas.window(side * (face.half_width + 0.015) - 0.16 * face.yaw, 0.06, 0.2)
        ear.paint(ellipse(ear.u, ear.v, 0.085, 0.125), shade(face.skin_color, 0.06))
        ear.paint(ellipse(ear.u + side * 0.01, ear.v, 0.035, 0.07), shade(face.skin_color, 0.26), blur=0.03)
        if face.earring > 0.45:
            ear.paint(ellipse(ear.u - side * 0.01, ear.v - 0.13, 0.034, 0.034), GOLD)


def _skin(face, canvas):
    skin = face.skin_color
    canvas.paint(canvas.outline, skin)
    lit = ellipse(canvas.u + 0.12 - 0.25 * face.yaw, canvas.v + 0.07, face.half_width, face.half_height)
    canvas.paint(-lit, shade(skin, 0.22), blur=0.16, within=canvas.outline)
    shine = canvas.window(face.middle - 0.1, -0.36, 0.3)
    shine.paint(ellipse(shine.u, shine.v, 0.17, 0.11), mix(skin, WHITE, 0.4), 0.5, blur=0.2, within=shine.outline)
    for side in (-1, 1):
        u, squeeze = turned(face, side * 0.27)
        cheek = canvas.window(u, 0.21, 0.17)
        blush = ellipse(cheek.u, cheek.v, 0.11 * squeeze, 0.075)
        rosy = mix(shade(skin, 0.15), LIPSTICK, 0.2)
        cheek.paint(blush, rosy, 0.5 + 0.3 * face.blush, blur=0.1, within=cheek.outline)


def _beard(face, canvas):
    u, v = canvas.u - 0.6 * face.middle, canvas.v
    hair = shade(face.hair, 0.1)
    beard = -ellipse(u, v + 0.1, face.half_width * 1.02, face.mouth_v + 0.01)
    if face.beard == "stubble":
        shadow = mix(shade(face.skin_color, 0.4), hair, 0.2)
        canvas.paint(overlap(beard, -v), shadow, 0.5, blur=0.1, within=canvas.outline)
    if face.beard == "full":
        beard = overlap(canvas.outline - 0.025, beard, -0.02 - v)
        canvas.paint(beard, hair)
        canvas.paint(np.sin(60 * u) * 0.02, shade(hair, 0.3), 0.25, within=beard)
        canvas.paint(0.3 - np.abs(canvas.u), shade(hair, 0.4), 0.7, blur=0.2, within=beard)
    if face.beard in ("moustache", "full"):
        lip = canvas.window(face.middle * 1.05, face.mouth_v - 0.075, 0.3)
        lip.paint(lens(lip.u, lip.v, 0.2, -0.06, 0.05, 0.03), hair)


def _mouth(face, canvas):
    mouth = canvas.window(face.middle, face.mouth_v, 0.3)
    u, v = mouth.u, mouth.v
    width = (0.165 + 0.02 * face.mouth_width) * turned(face, 0)[1]
    lip = mix(shade(face.skin_color, 0.22), LIPSTICK, (0.5 if face.long_haired else 0.25) + 0.15 * face.lips)
    line, curve = shade(lip, 0.5), 0.012 * face.mouth_curve
    if face.mouth in ("neutral", "frown"):
        bend = curve - (0.075 if face.mouth == "frown" else 0)
        mouth.paint(lens(u, v, width, bend, 0.038, 0.052), lip)
        mouth.paint(lens(u, v, width * 1.06, bend, 0.012, 0.012), line)
    elif face.mouth == "smile":
        mouth.paint(lens(u, v, width * 1.1, 0.085 + curve, 0.02, 0.075), lip)
        mouth.paint(lens(u, v, width * 1.2, 0.10 + curve, 0.015, 0.015), line)
    elif face.mouth == "grin":
        mouth.paint(lens(u, v + 0.02, width * 1.28, 0.10 + curve, 0.02, 0.155), lip)
        gap = lens(u, v + 0.015, width * 1.16, 0.09 + curve, 0, 0.118)
        mouth.paint(gap, THROAT)
        mouth.paint(lens(u, v + 0.015, width * 1.16, 0.09 + curve, 0, 0.068), TEETH, within=gap)
    else:
        mouth.paint(ellipse(u, v - 0.02, width * 0.68, 0.105), lip)
        gap = ellipse(u, v - 0.02, width * 0.52, 0.078)
        mouth.paint(gap, THROAT)
        mouth.paint(v + 0.025, TEETH, within=gap)
        mouth.paint(ellipse(u, v - 0.085, width * 0.42, 0.05), TONGUE, within=gap)


def _nose(face, canvas):
    skin, size = face.skin_color, 1 + 0.18 * face.nose_size
    tip = 0.185 + 0.02 * face.nose_length
    bridge = canvas.window(face.middle + 0.04 + 0.1 * face.yaw, tip - 0.13, 0.22)
    bridge.paint(ellipse(bridge.u, bridge.v, 0.03, 0.15), shade(skin, 0.24), 0.45, blur=0.06)
    nose = canvas.window(face.middle + 0.16 * face.yaw, tip, 0.16)
    nose.paint(ellipse(nose.u - 0.01, nose.v - 0.014, 0.082 * size, 0.058), shade(skin, 0.32), blur=0.012)
    nose.paint(ellipse(nose.u + 0.008, nose.v + 0.008, 0.070 * size, 0.052), shade(skin, 0.04), blur=0.012)
    nose.paint(ellipse(nose.u + 0.02, nose.v + 0.02, 0.022, 0.018), mix(skin, WHITE, 0.6), 0.7, blur=0.03)


def _eye(face, canvas, side):
    centre, squeeze = turned(face, side * (0.218 + 0.012 * face.eye_gap))
    eye = canvas.window(centre, -0.02 + 0.02 * face.eye_height, 0.22)
    u, v, size = eye.u, eye.v, 1.07 + 0.07 * face.eye_size
    width, height = 0.12 * size * squeeze, (0.09 + 0.012 * face.openness) * size
    eye.paint(ellipse(u, v + 0.02, width * 1.25, height * 1.25), shade(face.skin_color, 0.2), 0.6, blur=0.06)
    white = ellipse(u, v, width, height)
    eye.paint(white, TEETH)
    gaze_u, gaze_v = u - 0.018 * face.gaze_x - 0.05 * face.yaw, v - 0.008 * face.gaze_y
    iris, ball = tinted(IRIS[face.eye_color], face.hue, 0), ellipse(gaze_u, gaze_v, 0.07 * size, 0.07 * size)
    eye.paint(ball, shade(iris, 0.4), within=white)
    eye.paint(ball + 0.012, iris, within=white)
    eye.paint(ellipse(gaze_u, gaze_v - 0.03, 0.04, 0.025), mix(iris, WHITE, 0.35), blur=0.03, within=ball + 0.012)
    eye.paint(ball + 0.036 * size, INK)
    eye.paint(v + height * 0.6, INK, 0.3, blur=0.05, within=white)
    eye.paint(ellipse(gaze_u + 0.024, gaze_v + 0.026, 0.022, 0.022), WHITE)
    eye.paint(ellipse(gaze_u - 0.024, gaze_v - 0.024, 0.011, 0.011), WHITE, 0.7)
    lid = shade(mix(face.hair, INK, 0.7), 0.3)
    eye.paint(np.abs(white) - 0.015, lid, within=v + 0.01 - 0.25 * side * u)
    if face.long_haired:
        lash = u - side * width
        eye.paint(lens(lash, v + 0.04 + 0.6 * side * lash, 0.05, 0, 0.016, 0.016), lid)


def _brow(face, canvas, side):
    u, squeeze = turned(face, side * (0.225 + 0.012 * face.eye_gap))
    brow = canvas.window(u, -0.205 - 0.025 * face.brow_height, 0.25)
    weight = 0.023 + 0.007 * face.brow_weight
    level = brow.v - side * (0.08 + 0.14 * face.brow_slope) * brow.u
    brow.paint(lens(brow.u, level, 0.15 * squeeze, -0.035, weight, weight), shade(face.hair, 0.35))


def _rims(face):
    return [(u, 0.18 * squeeze) for u, squeeze in (turned(face, -0.225), turned(face, 0.225))]


def _temples(face, canvas):
    for (u, half), side in zip(_rims(face), (-1, 1), strict=True):
        hinge, ear = side * u + half, face.half_width - side * 0.1 * face.yaw
        if ear > hinge:
            temple = canvas.window(side * (hinge + ear) / 2, -0.03, 0.2)
            temple.paint(box(temple.u, temple.v, (ear - hinge) / 2 + 0.01, 0.017, 0.01), pick(FRAMES, face.frame))


def _glasses(face, canvas):
    rim, rims = pick(FRAMES, face.frame), _rims(face)
    for u, half in rims:
        glass = canvas.window(u, -0.01, 0.27)
        round_lens = ellipse(glass.u, glass.v, half, 0.175)
        lens = round_lens if face.eyewear == "round" else box(glass.u, glass.v, half, 0.14, 0.055)
        stripe = glass.u + 0.6 * glass.v + 0.06
        shine = union(np.abs(stripe) - 0.022, np.abs(stripe - 0.06) - 0.008)
        tint = mix(INK, WHITE, np.maximum(0.1 + glass.v, 0)) if face.eyewear == "dark" else WHITE
        glass.paint(lens, tint, 0.93 if face.eyewear == "dark" else 0.1)
        glass.paint(shine, WHITE, 0.35, within=lens + 0.03)
        glass.paint(np.abs(lens) - 0.018, rim)
    left, right = rims[0][0] + rims[0][1], rims[1][0] - rims[1][1]
    bridge = canvas.window((left + right) / 2, -0.03, 0.12)
    bridge.paint(box(bridge.u, bridge.v, max(right - left, 0) / 2 + 0.01, 0.018, 0.01), rim)
