"""Wood grain: planks cut from noise that is stretched along the trunk, with knots and rings."""

from __future__ import annotations

import numpy

from canvas import Canvas, colorize
from dice import Dice
from kinds.kind import GRAINY, MIXED, Kind
from noise import cloud_noise, smooth_noise
from palette import colors, even

_TIMBERS = [
    colors("#5a3418 #8f5a2b #b9803f #d8a765"),
    colors("#3a2114 #5c3620 #7a4a2b #9a6a43"),
    colors("#a97c50 #c99b6b #e2bd8c #f0d8b0"),
    colors("#6e2f1a #9b4a28 #bf6a3c #d98f5c"),
    colors("#4b4640 #6f685f #948c80 #b8b0a3"),
    colors("#b89b74 #d3ba93 #e7d5b5 #f4e9d2"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    size = (canvas.width, canvas.height)
    timber = dice.turn(_TIMBERS)
    planks = dice.turn((1, 4, 6, 1, 3))
    rows, columns = numpy.mgrid[0 : canvas.height, 0 : canvas.width].astype(numpy.float32)
    plank = numpy.floor(rows * planks / canvas.height)
    offsets = dice.arrays.random(planks).astype(numpy.float32)[plank.astype(int)]
    bend = smooth_noise(dice, size, (1.6, 3.0)) * dice.uniform(0.1, 0.3)
    across = rows / canvas.unit + bend + offsets * 7
    for _ in range(dice.integer(0, 3)):
        across += _knot(canvas, dice, rows, columns)
    rings = 0.5 + 0.5 * numpy.sin(across * dice.uniform(28, 60))
    fibers = smooth_noise(dice, size, (6, canvas.height / 3))
    pores = cloud_noise(dice, size, (10, canvas.height / 5), 2)
    values = 0.58 * rings**1.6 + 0.16 * fibers + 0.3 * pores + (offsets - 0.5) * 0.25
    pixels = colorize(numpy.clip(values, 0, 1), even(timber))
    if planks > 1:
        seam = numpy.abs((rows * planks / canvas.height) % 1 - 0.5)
        pixels *= numpy.clip((0.5 - seam) * 40 * 6 / planks, 0.3, 1)[..., None]
    canvas.pixels(pixels)


def _knot(canvas: Canvas, dice: Dice, rows: numpy.ndarray, columns: numpy.ndarray) -> numpy.ndarray:
    """Rings are pushed aside around a knot."""
    x, y = dice.uniform(0.1, 0.9) * canvas.width, dice.uniform(0.1, 0.9) * canvas.height
    radius = canvas.unit * dice.uniform(0.05, 0.11)
    squared = ((columns - x) / (radius * 1.9)) ** 2 + ((rows - y) / radius) ** 2
    return dice.uniform(0.25, 0.5) * numpy.exp(-squared)


KIND = Kind("wood", draw, shapes=MIXED, formats=GRAINY, supersampling=1, side_max=800)
