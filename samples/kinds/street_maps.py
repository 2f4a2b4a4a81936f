"""Maps of invented towns: streets, blocks, parks, a river, place names."""

from __future__ import annotations

import math

from canvas import Canvas, smooth
from dice import Dice
from fonts import Font
from kinds.kind import MIXED, Kind
from palette import Color, colors, darken

# Ground, blocks, minor streets, major streets, water, park, names.
_STYLES = [
    colors("#f2efe9 #e6e0d6 #ffffff #f9d77e #a6d3e8 #c5e3b3 #5b5148"),
    colors("#1d2633 #263244 #3a485e #e0a458 #13344f #24473c #cfd8e3"),
    colors("#fbf6ea #efe3cb #fffdf6 #d9785f #9fc4c9 #bcd1a0 #6b4a3a"),
    colors("#eef1f4 #dde3e9 #ffffff #9db4c8 #b9dcef #d3e8cf #4a5866"),
    colors("#f7ead9 #efd9bd #fff8ee #b5523b #7fb0b8 #a9bf8f #503528"),
]
_NAMES = (
    "Old Town",
    "Mill Lane",
    "Harbor",
    "St. Anne",
    "Riverside",
    "North Gate",
    "Market Sq.",
    "The Elms",
    "Station",
    "Hill Park",
    "Weir",
    "Orchard",
)


def draw(canvas: Canvas, dice: Dice) -> None:
    style = dice.turn(_STYLES)
    canvas.fill(style[0])
    tilt = dice.uniform(-25, 25)
    block = canvas.unit * dice.uniform(0.07, 0.12)
    _blocks(canvas, dice, (tilt, block), style)
    for _ in range(dice.integer(1, 3)):
        _park(canvas, dice, style[5])
    _river(canvas, dice, style[4])
    _streets(canvas, dice, (tilt, block), style)
    _names(canvas, dice, style)


def _grid_point(canvas: Canvas, tilt: float, u: float, v: float) -> tuple[float, float]:
    """From street coordinates, slightly bent, to the canvas."""
    bend = 0.035 * canvas.unit * math.sin(u / canvas.unit * 3.1) + 0.03 * canvas.unit * math.sin(
        v / canvas.unit * 2.3
    )
    cosine, sine = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    return (
        canvas.width / 2 + u * cosine - (v + bend) * sine,
        canvas.height / 2 + u * sine + (v + bend) * cosine,
    )


def _blocks(canvas: Canvas, dice: Dice, grid: tuple[float, float], style: list[Color]) -> None:
    """Houses as small rectangles in the cells between streets."""
    tilt, block = grid
    reach = int(math.hypot(canvas.width, canvas.height) / block / 2) + 2
    for row in range(-reach, reach):
        for column in range(-reach, reach):
            for part in range(2):
                if dice.chance(0.25):
                    continue
                u, v = (column + 0.14 + part * 0.4) * block, (row + 0.16) * block
                wide, tall = block * dice.uniform(0.24, 0.34), block * dice.uniform(0.45, 0.68)
                corners = [(u, v), (u + wide, v), (u + wide, v + tall), (u, v + tall)]
                house = [_grid_point(canvas, tilt, *corner) for corner in corners]
                canvas.polygon(house, style[1] if dice.chance(0.8) else darken(style[1], 0.07))


def _park(canvas: Canvas, dice: Dice, color: Color) -> None:
    x, y = canvas.width * dice.uniform(0.1, 0.9), canvas.height * dice.uniform(0.1, 0.9)
    size = canvas.unit * dice.uniform(0.1, 0.22)
    outline = [
        (
            x + size * dice.uniform(0.7, 1.2) * math.cos(turn),
            y + size * dice.uniform(0.6, 1.0) * math.sin(turn),
        )
        for turn in (i * math.pi / 4 for i in range(8))
    ]
    canvas.polygon(smooth(outline, closed=True), color)
    for _ in range(14):
        place = (x + size * dice.uniform(-0.6, 0.6), y + size * dice.uniform(-0.5, 0.5))
        canvas.circle(place, size * 0.05, darken(color, 0.14))


def _river(canvas: Canvas, dice: Dice, color: Color) -> None:
    level = canvas.height * dice.uniform(0.2, 0.8)
    points = [
        (canvas.width * i / 5, level + canvas.height * dice.uniform(-0.17, 0.17))
        for i in range(-1, 7)
    ]
    if dice.chance(0.4):
        points = [
            (y * canvas.width / canvas.height, x * canvas.height / canvas.width) for x, y in points
        ]
    canvas.line(smooth(points), color, canvas.unit * dice.uniform(0.05, 0.11))


def _streets(canvas: Canvas, dice: Dice, grid: tuple[float, float], style: list[Color]) -> None:
    tilt, block = grid
    reach = int(math.hypot(canvas.width, canvas.height) / block / 2) + 2
    far = reach * block
    majors = []
    for number in range(-reach, reach):
        for direction in (0, 1):
            if dice.chance(0.08):
                continue
            along = [i * far / 12 for i in range(-12, 13)]
            line = [
                _grid_point(
                    canvas, tilt, *((s, number * block) if direction else (number * block, s))
                )
                for s in along
            ]
            if number % 4 == 1:
                majors.append(line)
                continue
            canvas.line(line, style[2], canvas.unit * 0.009)
    angle = dice.uniform(0, math.pi)
    ring = [
        (
            canvas.width / 2 + canvas.unit * 0.4 * math.cos(angle + t / 10),
            canvas.height / 2 + canvas.unit * 0.34 * math.sin(angle + t / 10),
        )
        for t in range(64)
    ]
    majors.append(ring)
    for width, shade in ((0.021, 0.22), (0.015, 0.0)):
        for line in majors:
            canvas.line(line, darken(style[3], shade), canvas.unit * width)


def _names(canvas: Canvas, dice: Dice, style: list[Color]) -> None:
    size = canvas.unit * 0.034
    for number, name in enumerate(dice.shuffled(_NAMES)[:6]):
        place = (
            canvas.width * (0.2 + 0.3 * (number % 3) + dice.uniform(-0.05, 0.05)),
            canvas.height * (0.25 + 0.45 * (number // 3) + dice.uniform(-0.1, 0.1)),
        )
        font = Font("Sans-Bold" if number % 2 else "Serif", size)
        for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            canvas.text(
                (place[0] + dx * size * 0.08, place[1] + dy * size * 0.08),
                name,
                font,
                style[0],
                "mm",
            )
        canvas.text(place, name, font, style[6], "mm")
    pin = (canvas.width * dice.uniform(0.25, 0.75), canvas.height * dice.uniform(0.3, 0.7))
    radius = canvas.unit * 0.028
    canvas.polygon(
        [
            (pin[0] - radius * 0.8, pin[1] - radius * 1.6),
            (pin[0] + radius * 0.8, pin[1] - radius * 1.6),
            pin,
        ],
        (217, 48, 56),
    )
    canvas.circle((pin[0], pin[1] - radius * 2), radius, (217, 48, 56))
    canvas.circle((pin[0], pin[1] - radius * 2), radius * 0.4, (255, 255, 255))


KIND = Kind("street-maps", draw, shapes=MIXED)
