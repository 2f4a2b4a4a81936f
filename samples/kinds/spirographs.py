"""Spirographs: curves of a wheel rolling in a wheel, in inks that change along the way."""

from __future__ import annotations

import math

from canvas import Canvas
from dice import Dice
from kinds.kind import MIXED, Kind
from palette import colors, fade, mix

_INKS = [
    colors("#fffdf7 #d62828 #f77f00 #003049"),
    colors("#0b1026 #4cc9f0 #f72585 #ffd166"),
    colors("#fdf6ec #2a9d8f #e76f51 #264653"),
    colors("#111111 #f8f32b #ff6f59 #43aa8b"),
    colors("#f5f0ff #7209b7 #3a86ff #ff006e"),
    colors("#12261e #95d5b2 #ffd60a #ffffff"),
]


# Teeth of ring and wheel: the curve closes after 5 to 40 turns and has nine or more loops.
_WHEELS = [
    (ring, wheel)
    for ring in (84, 90, 96, 100, 105)
    for wheel in (24, 30, 36, 40, 45, 52, 63, 64, 75)
    if 5 <= wheel // math.gcd(ring, wheel) <= 40 and ring // math.gcd(ring, wheel) >= 9
]


def draw(canvas: Canvas, dice: Dice) -> None:
    ground, *inks = dice.turn(_INKS)
    canvas.fill(ground)
    center = (canvas.width / 2, canvas.height / 2)
    for layer in range(dice.turn((1, 2, 3))):
        fixed, rolling = dice.pick(_WHEELS)
        reach = canvas.unit * (0.45 - 0.13 * layer)
        _curve(
            canvas,
            (center, reach),
            (fixed, rolling, dice.uniform(0.55, 1.05)),
            inks[layer % 3 :] + inks[: layer % 3],
        )


def _curve(canvas: Canvas, place: tuple, wheels: tuple[int, int, float], inks: list) -> None:
    """A hypotrochoid; `wheels`: teeth of ring and wheel, the pen's share of the wheel's radius."""
    (center, reach), (fixed, rolling, pen) = place, wheels
    turns = rolling // math.gcd(fixed, rolling)
    away = fixed - rolling
    arm = pen * rolling
    size = reach / (abs(away) + arm)
    steps = 90 * turns
    points = []
    for step in range(steps + 1):
        t = 2 * math.pi * turns * step / steps
        x = away * math.cos(t) + arm * math.cos(away / rolling * t)
        y = away * math.sin(t) - arm * math.sin(away / rolling * t)
        points.append((center[0] + size * x, center[1] + size * y))
    chunk = 15
    for start in range(0, steps, chunk):
        share = start / steps * len(inks)
        first = inks[int(share) % len(inks)]
        color = mix(first, inks[(int(share) + 1) % len(inks)], share % 1)
        canvas.line(
            points[start : start + chunk + 1], fade(color, 0.92), max(0.8, canvas.unit * 0.0055)
        )


KIND = Kind("spirographs", draw, shapes=MIXED)
