"""Seigaiha, the Japanese pattern of blue waves, and two of its relatives: scales and fans."""

from __future__ import annotations

from canvas import Canvas
from dice import Dice
from kinds.kind import FLAT, MIXED, Kind
from palette import Color, colors

_CLOTHS = [
    colors("#f5f1e6 #1d3f72 #6f9bd1"),
    colors("#1b2a49 #e9e3d0 #7fa0c9"),
    colors("#fbeae3 #c8453b #f0a08a"),
    colors("#eef4ea #2f6b4f #8fbf9a"),
    colors("#2b2230 #e6b85c #8a5a83"),
    colors("#fdf6e3 #0f7f8c #f2b84b"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    cloth = dice.turn(_CLOTHS)
    canvas.fill(cloth[0])
    radius = canvas.unit / dice.uniform(3.5, 8)
    rings = dice.integer(3, 5)
    style = dice.turn(("waves", "fans", "scales"))
    for row in range(-1, int(canvas.height / (radius * 0.5)) + 3):
        for column in range(-1, int(canvas.width / (2 * radius)) + 2):
            x = (column + 0.5 * (row % 2)) * 2 * radius + radius / 2
            _motif(
                canvas,
                (x, row * radius * 0.5),
                (radius, rings, style, (row * 3 + column) % 5),
                cloth,
            )


def _motif(
    canvas: Canvas,
    center: tuple[float, float],
    form: tuple[float, int, str, int],
    cloth: list[Color],
) -> None:
    radius, rings, style, number = form
    ground, ink, accent = cloth
    if style == "scales":
        canvas.circle(center, radius, ground)
        canvas.circle(center, radius * 0.93, ink if number % 2 else accent)
        canvas.circle(center, radius * 0.4, ground)
        return
    for ring in range(rings):
        outer = radius * (1 - ring / rings)
        canvas.circle(center, outer, ink if ring or number else accent)
        canvas.circle(center, outer - radius * 0.45 / rings, ground)
    if style == "fans":
        for spoke in range(1, 6):
            degrees = 180 + 30 * spoke
            canvas.slice(center, radius * 0.98, (degrees - 2.2, degrees + 2.2), ink)
    canvas.circle(center, radius * 0.16, accent)


KIND = Kind("seigaiha", draw, shapes=MIXED, formats=FLAT, supersampling=2)
