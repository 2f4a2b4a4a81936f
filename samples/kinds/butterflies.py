"""Butterflies: mirrored wings with bands, veins and eye spots; alone or as a plate of six."""

from __future__ import annotations

import math

from canvas import Canvas, smooth
from dice import Dice
from kinds.kind import MIXED, Kind
from palette import Color, colors, darken, even, fade, lighten

# Dark rim, wing, light part, spots.
_WINGS = [
    colors("#2b1b17 #e8772e #f6c667 #fff6e0"),
    colors("#101a3a #2f6fde #7cc6f7 #ffffff"),
    colors("#2a1836 #8c4fc4 #d6a4f0 #ffe45e"),
    colors("#1d2a20 #2fa36b #b6e388 #f6f7c1"),
    colors("#3a1010 #d62839 #ff8a5b #ffe0c2"),
    colors("#3b2f1e #f2c230 #fff0a8 #e4572e"),
    colors("#222222 #f4f1ea #ffffff #e4572e"),
    colors("#0f2c33 #1fa6a6 #9be6d4 #ff9f68"),
]
_GROUNDS = colors("#faf3e3 #e8f1ea #f3e9f2 #e6eef7 #fdf1e6 #2b3038 #dfe8d5")

_FORE = [
    (0.04, -0.1),
    (0.3, -0.62),
    (0.75, -0.86),
    (0.98, -0.74),
    (0.9, -0.38),
    (0.62, -0.06),
    (0.05, 0.06),
]
_HIND = [
    (0.04, 0.02),
    (0.5, 0.02),
    (0.78, 0.2),
    (0.74, 0.52),
    (0.48, 0.78),
    (0.2, 0.62),
    (0.04, 0.24),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    ground = dice.turn(_GROUNDS)
    canvas.gradient([(0, lighten(ground, 0.3)), (1, darken(ground, 0.06))], angle=60)
    if dice.index % 3 == 2:
        columns, rows = (3, 2) if canvas.width >= canvas.height else (2, 3)
        for number in range(6):
            center = (
                canvas.width * (number % columns + 0.5) / columns,
                canvas.height * (number // columns + 0.5) / rows,
            )
            _butterfly(
                canvas, dice, center, (min(canvas.width / columns, canvas.height / rows) * 0.42, 0)
            )
        return
    _leaves(canvas, dice)
    center = (canvas.width * dice.uniform(0.46, 0.54), canvas.height * dice.uniform(0.48, 0.54))
    _butterfly(
        canvas, dice, center, (canvas.unit * dice.uniform(0.36, 0.42), dice.uniform(-25, 25))
    )


def _leaves(canvas: Canvas, dice: Dice) -> None:
    """Blurred leaves around, so that the butterfly stands before something."""
    for _ in range(14):
        place = (canvas.width * dice.uniform(0, 1), canvas.height * dice.uniform(0, 1))
        green = dice.pick(colors("#9cc5a1 #b7d3a8 #c9d8b6 #a3b899 #f2b5a7 #f6d7a7"))
        size = canvas.unit * dice.uniform(0.06, 0.16)
        canvas.ellipse(place, (size, size * 0.4), fade(green, 0.55), dice.uniform(0, 180))
    canvas.blur(canvas.unit * 0.018)


def _butterfly(
    canvas: Canvas, dice: Dice, center: tuple[float, float], pose: tuple[float, float]
) -> None:
    size, angle = pose
    wing = dice.pick(_WINGS) if dice.index % 3 == 2 else dice.turn(_WINGS)
    fore = [(x * dice.uniform(0.94, 1.06), y * dice.uniform(0.92, 1.06)) for x, y in _FORE]
    hind = [(x * dice.uniform(0.92, 1.06), y * dice.uniform(0.9, 1.12)) for x, y in _HIND]
    if dice.chance(0.35):
        hind[4] = (0.55, 1.05)
    spots = [(dice.uniform(0.6, 0.85), dice.uniform(0.03, 0.075)) for _ in range(4)]
    veins = dice.integer(4, 6)
    for side in (-1, 1):
        for outline in (hind, fore):
            _wing(canvas, outline, (center, size, angle, side), (wing, spots, veins))
    _body(canvas, (center, size, angle, 1), wing[0])


def _place(points: list, frame: tuple) -> list:
    """From wing coordinates (right wing, unit length) to the canvas."""
    center, size, angle, side = frame
    cosine, sine = math.cos(math.radians(angle)) * size, math.sin(math.radians(angle)) * size
    return [
        (center[0] + side * x * cosine - y * sine, center[1] + side * x * sine + y * cosine)
        for x, y in points
    ]


def _wing(canvas: Canvas, outline: list, frame: tuple, pattern: tuple) -> None:
    wing, spots, veins = pattern
    size = frame[1]
    root = (0.04, 0.0)
    curve = smooth(outline, closed=True)
    below = [(x + size * 0.03, y + size * 0.05) for x, y in _place(outline, frame)]
    canvas.shadow(below, (40, 30, 40, 70), size * 0.04)
    for share, color in ((1.0, wing[0]), (0.88, wing[1]), (0.56, wing[2])):
        shrunk = [
            (root[0] + (x - root[0]) * share, root[1] + (y - root[1]) * share) for x, y in curve
        ]
        if share == 1.0:
            canvas.polygon(_place(shrunk, frame), color)
            continue
        canvas.gradient_polygon(
            _place(shrunk, frame), even([lighten(color, 0.15), darken(color, 0.1)])
        )
    tips = curve[10 : 6 * 12 : max(1, 60 // veins)]
    for x, y in tips:
        canvas.line(_place([root, (x * 0.9, y * 0.9)], frame), wing[0], max(0.7, size * 0.012))
    for number, (reach, radius) in enumerate(spots):
        x, y = curve[18 + number * 13]
        spot = _place([(x * (reach + 0.08), y * (reach + 0.08))], frame)[0]
        canvas.circle(spot, radius * size * 1.25, wing[0])
        canvas.circle(spot, radius * size * 0.85, wing[3])


def _body(canvas: Canvas, frame: tuple, color: Color) -> None:
    _, size, angle, _ = frame
    for side in (-1, 1):
        feeler = smooth([(0, -0.3), (side * 0.12, -0.56), (side * 0.25, -0.72)])
        canvas.line(_place(feeler, frame), color, max(0.8, size * 0.014))
        canvas.circle(_place([(side * 0.25, -0.72)], frame)[0], size * 0.022, color)
    canvas.ellipse(_place([(0, 0.14)], frame)[0], (size * 0.05, size * 0.36), color, angle)
    canvas.ellipse(
        _place([(0, -0.1)], frame)[0], (size * 0.065, size * 0.17), lighten(color, 0.12), angle
    )
    canvas.circle(_place([(0, -0.31)], frame)[0], size * 0.06, color)


KIND = Kind("butterflies", draw, shapes=MIXED)
