"""Conifers in fog, or tall bare trunks with light between them."""

from __future__ import annotations

from canvas import Canvas
from dice import Dice
from kinds.kind import MIXED, Kind
from palette import Color, colors, darken, even, fade, lighten, mix

# Top of the fog, bottom of the fog, nearest trees.
_MOODS = [
    colors("#dfe9df #b9d0c0 #14352b"),
    colors("#e8e4d0 #c9c79a #2b3a17"),
    colors("#d5e3ea #a4c0cd #12303f"),
    colors("#f3dfc8 #e0ad7d #4a2313"),
    colors("#d9ccd9 #a794b3 #2a1d3a"),
    colors("#f4ecc2 #a9c37a #1d3a1c"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    mood = dice.turn(_MOODS)
    canvas.gradient(even([mood[0], mood[1]]))
    center = (canvas.width * dice.uniform(0.2, 0.8), canvas.height * dice.uniform(0.1, 0.4))
    canvas.glow(center, canvas.unit * 0.7, fade(lighten(mood[0], 0.7), 0.8))
    if dice.index % 3 == 2:
        _trunks(canvas, dice, mood)
    else:
        _conifers(canvas, dice, mood)


def _conifers(canvas: Canvas, dice: Dice, mood: list[Color]) -> None:
    layers = 5
    for layer in range(layers):
        depth = (layer + 1) / layers
        color = mix(mood[1], mood[2], depth**1.4)
        ground = canvas.height * (0.5 + 0.5 * depth)
        tall = canvas.height * (0.2 + 0.42 * depth)
        x = -tall * 0.1
        while x < canvas.width + tall * 0.1:
            _conifer(canvas, dice, (x, ground, tall * dice.uniform(0.6, 1.1)), color)
            x += tall * dice.uniform(0.14, 0.34)
        fog = mix(color, mood[0], 0.55)
        canvas.rectangle(
            (0, ground - 1, canvas.width, canvas.height), mix(color, fog, 0.5 * (1 - depth))
        )


def _conifer(canvas: Canvas, dice: Dice, place: tuple[float, float, float], color: Color) -> None:
    """`place`: the foot's x and y and the height."""
    x, y, tall = place
    tiers = 9
    right: list[tuple[float, float]] = []
    left: list[tuple[float, float]] = []
    for tier in range(tiers):
        share = (tier + 1) / tiers
        low = y - tall * (1 - share) * 0.95
        reach = tall * 0.19 * share * dice.uniform(0.75, 1.15)
        right += [(x + reach, low), (x + reach * 0.45, low - tall * 0.015)]
        reach = tall * 0.19 * share * dice.uniform(0.75, 1.15)
        left += [(x - reach, low), (x - reach * 0.45, low - tall * 0.015)]
    canvas.polygon([(x, y - tall), *right, (x, y + 2), *reversed(left)], color)


def _trunks(canvas: Canvas, dice: Dice, mood: list[Color]) -> None:
    ground = canvas.height * 0.86
    layers = 4
    for layer in range(layers):
        depth = (layer + 1) / layers
        color = mix(mood[1], mood[2], depth**1.3)
        foot = ground + canvas.height * 0.12 * (depth - 0.5)
        x = dice.uniform(0, 0.05) * canvas.width
        while x < canvas.width:
            wide = canvas.unit * (0.008 + 0.05 * depth**1.6) * dice.uniform(0.7, 1.3)
            lean = canvas.width * dice.uniform(-0.02, 0.02)
            trunk = [
                (x + lean, 0),
                (x + lean + wide * 0.7, 0),
                (x + wide, foot),
                (x + wide * 1.7, foot + 6),
            ]
            canvas.polygon([*trunk, (x - wide * 0.7, foot + 6), (x, foot)], color)
            for _ in range(2):
                y, side = dice.uniform(0.05, 0.55) * foot, dice.pick((-1, 1))
                twig = [(x + wide / 2, y), (x + side * wide * 4, y - wide * dice.uniform(1, 3))]
                canvas.line(twig, color, max(1.0, wide * 0.16))
            x += canvas.width * dice.uniform(0.05, 0.12) * (1.5 - 0.3 * depth)
        floor = [(0, foot), (canvas.width, foot), (canvas.width, canvas.height), (0, canvas.height)]
        canvas.polygon(floor, mix(color, mood[1], 0.35 * (1 - depth)))
    _light_shafts(canvas, dice, mood)


def _light_shafts(canvas: Canvas, dice: Dice, mood: list[Color]) -> None:
    for _ in range(6):
        x, wide = dice.uniform(-0.1, 0.9) * canvas.width, canvas.width * dice.uniform(0.03, 0.09)
        shift = canvas.width * 0.3
        shaft = [
            (x, 0),
            (x + wide, 0),
            (x + wide * 2 + shift, canvas.height),
            (x + shift, canvas.height),
        ]
        canvas.polygon(shaft, fade(lighten(mood[0], 0.4), 0.12))
    canvas.rectangle((0, canvas.height * 0.97, canvas.width, canvas.height), darken(mood[2], 0.2))


KIND = Kind("forests", draw, shapes=MIXED)
