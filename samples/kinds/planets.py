"""A planet in space: banded or cloudy, lit from one side, some with rings and moons."""

from __future__ import annotations

import math

import numpy
from PIL import Image

from canvas import Canvas, colorize
from dice import Dice
from kinds.kind import MIXED, Kind
from noise import cloud_noise
from palette import Color, colors, even, fade, mix, rgb

_SURFACES = [
    colors("#5b2a1c #b5643c #e7b27c #f6e1bd #c98a5a"),
    colors("#0b2f66 #1d66a8 #58a6d6 #e9f3f5 #2f7d5b"),
    colors("#3a1a4f #7c3f93 #c98acb #f6d7ea #8d5fb0"),
    colors("#0f3d3a #2a8a7a #86cdb0 #e5f4d9 #4aa58d"),
    colors("#5c1010 #a82e1a #dd6b3a #f7c38b #7d2516"),
    colors("#33383f #6b727b #a9afb5 #e3e6e8 #83898f"),
    colors("#7a5a12 #c99a2e #f0cf73 #fff3cc #a87d24"),
]
# A ball is painted no larger than this and enlarged: its clouds are soft anyway.
_GLOBE_SIDE_MAX = 340

_NEBULAE = colors("#3b1c6e #7a1f5c #123f6b #0f5650 #5c2a1a #2a2f7a")


def draw(canvas: Canvas, dice: Dice) -> None:
    _space(canvas, dice)
    surface = dice.turn(_SURFACES)
    radius = canvas.unit * dice.uniform(0.22, 0.36)
    center = (canvas.width * dice.uniform(0.4, 0.6), canvas.height * dice.uniform(0.42, 0.58))
    light = dice.uniform(0, 2 * math.pi)
    ringed = dice.index % 5 in (0, 3)
    tilt = dice.uniform(-30, 30)
    canvas.glow(center, radius * 1.5, fade(surface[2], 0.5))
    globe = _globe(dice, round(2 * radius * canvas.scale), surface, (light, tilt))
    if ringed:
        radius *= 0.75
        _rings(canvas, (center, radius, tilt), surface, front=False)
    canvas.paste(globe, center, (2 * radius, 2 * radius))
    if ringed:
        _rings(canvas, (center, radius, tilt), surface, front=True)
    for _ in range(dice.integer(0, 2)):
        away, turn = radius * dice.uniform(1.5, 2.0), dice.uniform(0, 2 * math.pi)
        place = (center[0] + away * math.cos(turn), center[1] + away * math.sin(turn))
        size = radius * dice.uniform(0.08, 0.2)
        moon = _globe(dice, round(2 * size * canvas.scale) + 2, dice.pick(_SURFACES), (light, 0))
        canvas.paste(moon, place, (2 * size, 2 * size))


def _space(canvas: Canvas, dice: Dice) -> None:
    small = (canvas.width // 3, canvas.height // 3)
    clouds = cloud_noise(dice, small, (3, 3), 4)[..., None] ** 2.2
    tint = numpy.array(dice.pick(_NEBULAE), numpy.float32)
    canvas.pixels(numpy.array(rgb("#05060f"), numpy.float32) + clouds * tint * 0.9)
    for _ in range(260):
        place = (dice.uniform(0, canvas.width), dice.uniform(0, canvas.height))
        canvas.circle(
            place, 0.3 + 1.0 * dice.uniform(0, 1) ** 4, fade((255, 255, 255), dice.uniform(0.3, 1))
        )
    for _ in range(5):
        place = (dice.uniform(0, canvas.width), dice.uniform(0, canvas.height))
        canvas.glow(place, canvas.unit * 0.025, (220, 230, 255, 200))


def _globe(dice: Dice, side: int, surface: list[Color], light: tuple[float, float]) -> Image.Image:
    """A lit ball on transparency; `light`: the sun's direction (radians), tilt (degrees)."""
    side = min(side, _GLOBE_SIDE_MAX)
    axis = numpy.linspace(-1, 1, side, dtype=numpy.float32)
    x, y = numpy.meshgrid(axis, axis)
    squared = numpy.minimum(x * x + y * y, 1)
    z = numpy.sqrt(1 - squared)
    tilt = math.radians(light[1])
    latitude = y * math.cos(tilt) - x * math.sin(tilt)
    if dice.index % 2 == 0:
        swirl = cloud_noise(dice, (side, side), (2, 6), 3) - 0.5
        values = 0.5 + 0.5 * numpy.sin(latitude * dice.uniform(7, 13) + swirl * 2.4)
    else:
        values = cloud_noise(dice, (side, side), (3, 3), 5)
        values = numpy.clip((values - 0.5) * 1.7 + 0.5, 0, 1)
    shade = x * math.cos(light[0]) * 0.8 + y * math.sin(light[0]) * 0.8 + z * 0.6
    pixels = colorize(values, even(surface)) * numpy.clip(shade * 1.15, 0.05, 1.1)[..., None]
    edge = numpy.clip((1 - numpy.sqrt(x * x + y * y)) * side / 3, 0, 1)
    picture = numpy.dstack([numpy.clip(pixels, 0, 255), edge * 255]).astype(numpy.uint8)
    return Image.fromarray(picture, "RGBA")


def _rings(canvas: Canvas, place: tuple, surface: list[Color], front: bool) -> None:
    """The half of the rings behind or before the globe, as thin arcs."""
    center, radius, tilt = place
    turns = [math.pi * i / 60 + (0 if front else math.pi) for i in range(61)]
    cosine, sine = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    for band in range(12):
        if band == 7:
            continue
        out = radius * (1.35 + band * 0.065)
        flat = [(out * math.cos(turn), out * 0.28 * math.sin(turn)) for turn in turns]
        arc = [
            (center[0] + x * cosine - y * sine, center[1] + x * sine + y * cosine) for x, y in flat
        ]
        color = mix(surface[3], surface[1], (band * 5 % 7) / 8)
        canvas.line(arc, fade(color, 0.85), radius * 0.055)


KIND = Kind("planets", draw, shapes=MIXED)
