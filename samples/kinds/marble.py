"""Polished marble: veins are the zero lines of noise that was warped by noise."""

from __future__ import annotations

import numpy

from canvas import Canvas, colorize
from dice import Dice
from kinds.kind import GRAINY, MIXED, Kind
from noise import cloud_noise, smooth_noise
from palette import colors, even

# From the vein to the ground.
_STONES = [
    colors("#6d6a6b #bdb8b4 #e9e5e0 #f8f6f3"),
    colors("#e8d9b0 #3a4a44 #1f2f2b #13201d"),
    colors("#f3e9e2 #3b3a40 #211f25 #141318"),
    colors("#8a4b3c #d9a48f #efd2c4 #f8e8df"),
    colors("#f0e6d0 #7d3038 #5a1f2a #3d131d"),
    colors("#3f6f63 #8fbcae #cfe4da #eef6f1"),
    colors("#b88a3a #e9e2d6 #f5f2ec #fcfaf7"),
    colors("#e9eef5 #35558a #1d3766 #10244a"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    size = (canvas.width, canvas.height)
    stone = dice.turn(_STONES)
    slant = dice.uniform(-1, 1)
    axis_x = numpy.linspace(0, canvas.width / canvas.unit, canvas.width, dtype=numpy.float32)
    axis_y = numpy.linspace(0, canvas.height / canvas.unit, canvas.height, dtype=numpy.float32)
    along = axis_x[None, :] * slant + axis_y[:, None] * (1 - abs(slant) / 2)
    warp = cloud_noise(dice, size, (2.2, 2.2), 5) - 0.5
    broad = numpy.abs(numpy.sin((along * 1.4 + warp * dice.uniform(1.6, 2.6)) * numpy.pi))
    fine = numpy.abs(smooth_noise(dice, size, (4, 4)) + warp * 1.6)
    veins = numpy.minimum(broad**0.6, numpy.clip(fine * 2.2 + 0.25, 0, 1) ** 0.5)
    clouds = cloud_noise(dice, size, (3, 3), 3)
    values = numpy.clip(veins * 0.82 + clouds * 0.25, 0, 1)
    canvas.pixels(colorize(values, even(stone)))


KIND = Kind("marble", draw, shapes=MIXED, formats=GRAINY, supersampling=1, side_max=800)
