"""Scatter plots: clusters, trends and bubbles."""

from __future__ import annotations

import math

from canvas import Canvas
from dice import Dice
from kinds.chart import GROUPS, THEMES, frame, label_below, legend, value_axis
from kinds.kind import FLAT, Kind
from palette import fade


def draw(canvas: Canvas, dice: Dice) -> None:
    theme = dice.turn(THEMES)
    box = frame(canvas, dice, theme)
    left, upper, right, lower = box
    value_axis(canvas, theme, box, dice.pick((1, 5, 20, 100)))
    for step in range(6):
        x = left + (right - left) * step / 5
        canvas.rectangle((x - 0.5, upper, x + 0.5, lower), theme.grid)
        label_below(canvas, theme, (x, lower), f"{step * 20}")
    style = dice.turn(("clusters", "trend", "bubbles", "ring"))
    groups = 1 if style in ("trend", "ring") else dice.integer(3, 5)
    for group in range(groups):
        middle = (dice.uniform(0.2, 0.8), dice.uniform(0.2, 0.8))
        spread = (dice.uniform(0.04, 0.1), dice.uniform(0.05, 0.11))
        slope = dice.pick((-1, 1))
        for _ in range(26 if style == "bubbles" else 90 if groups > 1 else 240):
            u, v = _point(dice, style, middle, (spread, slope))
            if not (0.01 < u < 0.99 and 0.01 < v < 0.99):
                continue
            place = (left + (right - left) * u, lower - (lower - upper) * v)
            radius = canvas.unit * (dice.uniform(0.008, 0.04) if style == "bubbles" else 0.008)
            canvas.circle(place, radius, fade(theme.series[group], 0.7))
    if groups > 1:
        legend(canvas, theme, (right - canvas.unit * 0.16, upper), list(GROUPS[:groups]))


def _point(dice: Dice, style: str, middle: tuple, shape: tuple) -> tuple[float, float]:
    spread, slope = shape
    a, b = (float(v) for v in dice.arrays.standard_normal(2))
    if style == "trend":
        u = dice.uniform(0.03, 0.97)
        return u, 0.5 + slope * (u - 0.5) * 0.7 + b * 0.07
    if style == "ring":
        turn = dice.uniform(0, 2 * math.pi)
        away = 0.33 + 0.03 * a
        return 0.5 + away * math.cos(turn), 0.5 + away * math.sin(turn)
    return middle[0] + a * spread[0], middle[1] + (b + a * 0.4 * slope) * spread[1]


KIND = Kind("scatter-plots", draw, formats=FLAT, side_max=800)
