"""Clocks of many faces at all times of the day."""

from __future__ import annotations

import math

from canvas import Canvas
from dice import Dice
from fonts import Font
from kinds.kind import MIXED, Kind
from palette import Color, colors, darken, lighten

# Wall, rim, dial, ink, second hand.
_CLOCKS = [
    colors("#e8d8c3 #6b4a33 #fdf9f0 #2b2320 #b23a48"),
    colors("#cfe0e8 #1f3b4d #ffffff #1f2a33 #e4572e"),
    colors("#2f3640 #c9ced6 #15181d #f0f0ea #ffb703"),
    colors("#f4c9c0 #a83a48 #fff6f2 #5a1e28 #2a6f77"),
    colors("#d8e6cf #c9a227 #fffdf5 #3b3a2a #3a7d44"),
    colors("#d9d2ea #4b3b76 #f7f4ff #2d2350 #f2836b"),
    colors("#f2e3a9 #222222 #ffd23f #222222 #d62828"),
]
_ROMAN = ("XII", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI")


def draw(canvas: Canvas, dice: Dice) -> None:
    wall, rim, dial, ink, accent = dice.turn(_CLOCKS)
    canvas.gradient([(0, lighten(wall, 0.25)), (1, darken(wall, 0.12))], angle=65)
    center = (canvas.width / 2, canvas.height / 2)
    radius = canvas.unit * dice.uniform(0.36, 0.43)
    shadow = [
        (
            center[0] + radius * (0.06 + 1.02 * math.cos(t / 8)),
            center[1] + radius * (0.09 + 1.02 * math.sin(t / 8)),
        )
        for t in range(50)
    ]
    canvas.shadow(shadow, (20, 15, 15, 120), radius * 0.06)
    canvas.circle(center, radius, darken(rim, 0.25))
    canvas.circle(
        (center[0] - radius * 0.008, center[1] - radius * 0.012), radius * 0.975, lighten(rim, 0.12)
    )
    canvas.circle(center, radius * 0.9, darken(dial, 0.12))
    canvas.circle((center[0], center[1] + radius * 0.008), radius * 0.885, dial)
    _marks(canvas, dice, (center, radius), ink)
    hour, minute, second = dice.integer(0, 11), dice.integer(0, 59), dice.integer(0, 59)
    _hand(canvas, (center, radius), (hour * 30 + minute / 2, 0.5, 0.06), ink)
    _hand(canvas, (center, radius), (minute * 6, 0.74, 0.042), ink)
    _hand(canvas, (center, radius), (second * 6, 0.8, 0.014), accent)
    canvas.circle(center, radius * 0.055, accent)


def _marks(canvas: Canvas, dice: Dice, dial: tuple, ink: Color) -> None:
    center, radius = dial
    style = dice.turn(("digits", "roman", "strokes", "quarters"))
    for minute in range(60):
        major = minute % 5 == 0
        if not major and style == "strokes" and dice.index % 2:
            continue
        inner = 0.76 if major and style == "strokes" else 0.81 if major else 0.84
        ends = [_on_dial(dial, minute * 6, share) for share in (inner, 0.865)]
        canvas.line(ends, ink, radius * (0.03 if major else 0.01))
    for hour in range(12):
        if style == "strokes" or style == "quarters" and hour % 3:
            continue
        words = _ROMAN[hour] if style == "roman" else str(hour or 12)
        face = "Serif-Bold" if style == "roman" else "Sans-Bold"
        size = radius * (0.13 if style == "roman" else 0.17 if style == "digits" else 0.24)
        canvas.text(_on_dial(dial, hour * 30, 0.67), words, Font(face, size), ink, "mm")


def _hand(canvas: Canvas, dial: tuple, hand: tuple[float, float, float], color: Color) -> None:
    """`hand`: degrees from twelve, length and width as shares of the radius."""
    degrees, long, wide = hand
    ends = [_on_dial(dial, degrees + 180, 0.13), _on_dial(dial, degrees, long)]
    canvas.line(ends, color, dial[1] * wide)


def _on_dial(dial: tuple, degrees: float, share: float) -> tuple[float, float]:
    (x, y), radius = dial
    return (
        x + radius * share * math.sin(math.radians(degrees)),
        y - radius * share * math.cos(math.radians(degrees)),
    )


KIND = Kind("clocks", draw, shapes=MIXED)
