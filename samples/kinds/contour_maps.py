"""Contour maps: height lines and layer tints of invented islands and hills."""

from __future__ import annotations

import numpy

from canvas import Canvas, colorize
from dice import Dice
from kinds.kind import GRAINY, MIXED, Kind
from noise import cloud_noise
from palette import colors, even

# Lowest to highest.
_TINTS = [
    colors("#7fb8d8 #a9d3e5 #b8d8a0 #e3dfa0 #d6b37a #b58a64 #f4efe8"),
    colors("#f7f3e8 #f2ead6 #ede0c3 #e6d4ad #dcc597 #d0b482 #c2a26d"),
    colors("#0c1e2e #12304a #1a4460 #245a72 #327482 #4a9190 #74b09c"),
    colors("#fff8f0 #ffe5d4 #ffc9ae #ffa589 #f57f6c #d95a57 #a83a48"),
    colors("#2a3f5f #3f6184 #86a8b8 #cfdcc4 #a8bf8a #7a9a62 #55753f"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    size = (canvas.width, canvas.height)
    cells = dice.uniform(2.2, 4.5)
    land = cloud_noise(
        dice, size, (cells * canvas.width / canvas.unit, cells * canvas.height / canvas.unit), 3
    )
    if dice.index % 2:
        x, y = numpy.meshgrid(
            numpy.linspace(-1, 1, canvas.width), numpy.linspace(-1, 1, canvas.height)
        )
        land = land * 0.75 + 0.55 * numpy.exp(-2.2 * (x * x + y * y)) - 0.15
    tints = dice.turn(_TINTS)
    count = dice.integer(10, 20)
    levels = numpy.clip(land, 0, 0.999) * count
    layered = numpy.floor(levels) / count
    pixels = colorize(layered, even(tints))
    down, across = numpy.gradient(levels)
    slope = numpy.hypot(down, across) + 1e-6
    # Distance to the nearest contour in pixels: level difference over slope.
    away = numpy.abs(levels - numpy.round(levels)) / slope
    main = numpy.round(levels) % 5 == 0
    line = numpy.clip(numpy.where(main, 1.5, 0.9) - away, 0, 1)[..., None] * 0.75
    ink = numpy.array(tints[0] if sum(tints[0]) < 200 else tints[-1]) * 0.45
    if sum(tints[0]) < 200:
        ink = numpy.array((220, 240, 230))
    shade = numpy.clip(1 + (across - down) * dice.uniform(1.5, 3.0), 0.75, 1.2)[..., None]
    canvas.pixels(pixels * shade * (1 - line) + ink * line)


KIND = Kind("contour-maps", draw, shapes=MIXED, formats=GRAINY, supersampling=1, side_max=640)
