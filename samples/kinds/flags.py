"""Invented flags that wave: stripes, crosses, triangles, discs and stars."""

from __future__ import annotations

import math

import numpy
from PIL import Image

from canvas import Canvas, turned
from dice import Dice
from kinds.kind import Kind
from palette import Color, colors

_TINCTURES = [
    colors("#c8102e #ffffff #012169"),
    colors("#006847 #ffffff #ce1126"),
    colors("#ffcd00 #003087 #c8102e"),
    colors("#009739 #fedd00 #012169"),
    colors("#00a3ad #ffffff #f6a800"),
    colors("#2d2926 #e4002b #ffcd00"),
    colors("#5b2b82 #ffffff #f2a900"),
    colors("#0057b7 #ffd700 #ffffff"),
    colors("#8a1538 #ffffff #00693e"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    tinctures = dice.shuffled(dice.turn(_TINCTURES))
    layout = dice.turn((_bars, _cross, _triangle, _disc, _canton, _saltire, _pales, _rays))
    layout(canvas, dice, tinctures)
    _wave(canvas, dice)


def _bars(canvas: Canvas, dice: Dice, tinctures: list[Color]) -> None:
    count = dice.pick((3, 3, 5, 7))
    for bar in range(count):
        canvas.rectangle(
            (0, canvas.height * bar / count, canvas.width, canvas.height * (bar + 1) / count),
            tinctures[bar % (3 if count == 3 else 2)],
        )
    if count == 3 and dice.chance(0.6):
        _star(canvas, (canvas.width / 2, canvas.height / 2), canvas.height * 0.13, tinctures[2])


def _pales(canvas: Canvas, dice: Dice, tinctures: list[Color]) -> None:
    for pale in range(3):
        canvas.rectangle(
            (canvas.width * pale / 3, 0, canvas.width * (pale + 1) / 3, canvas.height),
            tinctures[pale],
        )
    if dice.chance(0.5):
        canvas.circle((canvas.width / 2, canvas.height / 2), canvas.height * 0.14, tinctures[0])


def _cross(canvas: Canvas, dice: Dice, tinctures: list[Color]) -> None:
    canvas.fill(tinctures[0])
    x = canvas.width * dice.pick((0.36, 0.5))
    for share, color in ((0.13, tinctures[1]), (0.06, tinctures[2])):
        half = canvas.height * share
        canvas.rectangle((x - half, 0, x + half, canvas.height), color)
        canvas.rectangle(
            (0, canvas.height / 2 - half, canvas.width, canvas.height / 2 + half), color
        )


def _saltire(canvas: Canvas, dice: Dice, tinctures: list[Color]) -> None:
    canvas.fill(tinctures[0])
    for share, color in ((0.16, tinctures[1]), (0.07, tinctures[2])):
        width = canvas.height * share
        for start, end in (
            ((-9, -9), (canvas.width + 9, canvas.height + 9)),
            ((-9, canvas.height + 9), (canvas.width + 9, -9)),
        ):
            canvas.line([start, end], color, width)


def _triangle(canvas: Canvas, dice: Dice, tinctures: list[Color]) -> None:
    canvas.rectangle((0, 0, canvas.width, canvas.height / 2), tinctures[0])
    canvas.rectangle((0, canvas.height / 2, canvas.width, canvas.height), tinctures[1])
    canvas.polygon(
        [(0, 0), (canvas.width * dice.uniform(0.38, 0.5), canvas.height / 2), (0, canvas.height)],
        tinctures[2],
    )
    _star(canvas, (canvas.width * 0.15, canvas.height / 2), canvas.height * 0.12, tinctures[0])


def _disc(canvas: Canvas, dice: Dice, tinctures: list[Color]) -> None:
    canvas.fill(tinctures[0])
    center = (canvas.width * dice.pick((0.5, 0.4)), canvas.height / 2)
    canvas.circle(center, canvas.height * 0.3, tinctures[1])
    if dice.chance(0.5):
        canvas.circle(
            (center[0] + canvas.height * 0.1, center[1]), canvas.height * 0.24, tinctures[0]
        )
        _star(
            canvas,
            (center[0] + canvas.height * 0.14, center[1]),
            canvas.height * 0.12,
            tinctures[1],
        )


def _canton(canvas: Canvas, dice: Dice, tinctures: list[Color]) -> None:
    count = dice.pick((7, 9, 11))
    for bar in range(count):
        canvas.rectangle(
            (0, canvas.height * bar / count, canvas.width, canvas.height * (bar + 1) / count),
            tinctures[bar % 2],
        )
    low = canvas.height * (count // 2 + 1) / count
    canvas.rectangle((0, 0, canvas.width * 0.42, low), tinctures[2])
    for row in range(3):
        for column in range(4):
            place = (canvas.width * 0.42 * (column + 0.5) / 4, low * (row + 0.5) / 3)
            _star(canvas, place, canvas.height * 0.05, tinctures[1])


def _rays(canvas: Canvas, dice: Dice, tinctures: list[Color]) -> None:
    canvas.fill(tinctures[1])
    center, far = (canvas.width / 2, canvas.height / 2), canvas.width
    for ray in range(12):
        turn, half = math.radians(30 * ray), math.radians(7.5)
        ends = [
            (
                center[0] + far * math.cos(turn + s * half),
                center[1] + far * math.sin(turn + s * half),
            )
            for s in (-1, 1)
        ]
        canvas.polygon([center, *ends], tinctures[0])
    canvas.circle(center, canvas.height * 0.24, tinctures[1])
    canvas.circle(center, canvas.height * 0.19, tinctures[2])


def _star(canvas: Canvas, center: tuple[float, float], radius: float, color: Color) -> None:
    points = []
    for corner in range(10):
        away = 1.0 if corner % 2 == 0 else 0.4
        turn = math.pi * corner / 5
        points.append((away * math.sin(turn), -away * math.cos(turn)))
    canvas.polygon(turned(points, center, 0, radius), color)


def _wave(canvas: Canvas, dice: Dice) -> None:
    """Shifts columns up and down and lights the slopes; sky shows above and below."""
    width, height = canvas.image.size
    flag = numpy.asarray(
        canvas.image.resize((width * 9 // 10, height * 8 // 10), Image.Resampling.BILINEAR)
    )
    rows, columns = flag.shape[:2]
    t = numpy.linspace(0, 1, columns)
    phase, waves = dice.uniform(0, 6.28), dice.uniform(1.1, 1.9)
    angle = phase + t * waves * 2 * math.pi
    shift = (numpy.sin(angle) * height * 0.035 * (0.3 + 0.7 * t) + height * 0.1).astype(int)
    light = 1 + 0.2 * numpy.cos(angle + 0.6)
    lit = numpy.clip(flag * light[None, :, None], 0, 255).astype(numpy.uint8)
    canvas.gradient([(0, (118, 176, 222)), (1, (222, 236, 244))])
    picture = numpy.array(canvas.image)
    left = (width - columns) // 2
    source = numpy.arange(height)[:, None] - shift[None, :]
    inside = (source >= 0) & (source < rows)
    block = picture[:, left : left + columns]
    block[inside] = lit[source.clip(0, rows - 1), numpy.arange(columns)[None, :]][inside]
    canvas.image.paste(Image.fromarray(picture))
    pole = left / canvas.scale
    canvas.gradient(
        [(0, (120, 96, 70)), (0.4, (214, 190, 150)), (1, (96, 74, 52))],
        (pole - canvas.unit * 0.022, canvas.height * 0.04, pole, canvas.height),
        angle=0,
    )
    canvas.circle(
        (pole - canvas.unit * 0.011, canvas.height * 0.04), canvas.unit * 0.02, (226, 184, 74)
    )


KIND = Kind("flags", draw, shapes=(3 / 2, 4 / 3, 16 / 9), supersampling=2, side_max=640)
