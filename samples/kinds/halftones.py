"""Halftone prints: rasters of dots whose size carries the tone, in one, two or four inks."""

from __future__ import annotations

import numpy

from canvas import Canvas
from dice import Dice
from kinds.kind import GRAINY, MIXED, Kind
from noise import cloud_noise
from palette import colors

_INKS = [
    colors("#f6f1e4 #1f2430"),
    colors("#fff3d6 #e4343f #1f5fa8"),
    colors("#fdf8ef #00a3d7 #e2348b #f7d51d"),
    colors("#fce4ec #5e2ca5"),
    colors("#e9f7f2 #00695c #ff7043"),
    colors("#fff #111 #ffcc00"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    inks = dice.turn(_INKS)
    width, height = canvas.width, canvas.height
    rows, columns = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
    pitch = min(width, height) / dice.integer(22, 46)
    page = numpy.empty((height, width, 3), numpy.float32)
    page[:] = inks[0]
    for number, ink in enumerate(inks[1:]):
        tone = _tone(canvas, dice, number)
        angle = numpy.radians(45 + 30 * number)
        u = (columns * numpy.cos(angle) + rows * numpy.sin(angle)) * (2 * numpy.pi / pitch)
        v = (rows * numpy.cos(angle) - columns * numpy.sin(angle)) * (2 * numpy.pi / pitch)
        screen = (numpy.cos(u) + numpy.cos(v)) * 0.25 + 0.5
        cover = numpy.clip((tone + screen - 1) * pitch * 0.45 + 0.5, 0, 1)[..., None]
        page *= 1 - cover * (1 - numpy.array(ink, numpy.float32) / 255)
    canvas.pixels(page)


def _tone(canvas: Canvas, dice: Dice, ink: int) -> numpy.ndarray:
    """Darkness of 0..1."""
    width, height = canvas.width, canvas.height
    axes = (numpy.linspace(-1, 1, size, dtype=numpy.float32) for size in (width, height))
    x, y = numpy.meshgrid(*axes)
    x, y = x * width / min(width, height), y * height / min(width, height)
    motif = (dice.index + ink) % 4
    if motif == 0:
        return _ball(x - dice.uniform(-0.25, 0.25), y - dice.uniform(-0.25, 0.25), 0.8)
    if motif == 1:
        turn = dice.uniform(0, 6.28)
        return numpy.clip(
            0.5 + 0.45 * (x * numpy.cos(turn) + y * numpy.sin(turn)), 0.02, 0.98
        ).astype(numpy.float32)
    if motif == 2:
        away = numpy.hypot(x - dice.uniform(-0.5, 0.5), y - dice.uniform(-0.5, 0.5))
        return (0.5 + 0.45 * numpy.cos(away * dice.uniform(5, 9))).astype(numpy.float32)
    return 0.08 + 0.84 * cloud_noise(dice, (width, height), (2.4, 2.4), 2)


def _ball(x: numpy.ndarray, y: numpy.ndarray, radius: float) -> numpy.ndarray:
    squared = (x * x + y * y) / radius**2
    light = (-x * 0.5 - y * 0.6) / radius + numpy.sqrt(numpy.clip(1 - squared, 0, 1)) * 0.6
    return numpy.where(squared < 1, 0.95 - 0.85 * numpy.clip(light, 0, 1), 0.12).astype(
        numpy.float32
    )


KIND = Kind("halftones", draw, shapes=MIXED, formats=GRAINY, supersampling=1, side_max=640)
