"""Star charts: invented constellations on a graticule."""

from __future__ import annotations

import math

from canvas import Canvas
from dice import Dice
from fonts import Font
from kinds.kind import MIXED, Kind
from palette import Color, colors, fade

# Sky, graticule, lines, stars.
_CHARTS = [
    colors("#0b1437 #2c3e75 #7fa6e8 #ffffff"),
    colors("#071a1f #1f4a50 #7fd1c7 #fffbe0"),
    colors("#1a0f2e #46307a #c6a2f2 #fff4d6"),
    colors("#f5ecd7 #d9c7a0 #9a6b3f #3a2a1c"),
    colors("#10131a #353c4a #c9a659 #fdf6e3"),
]
_NAMES = (
    "Heron",
    "Lantern",
    "Anvil",
    "Otter",
    "Windmill",
    "Harp",
    "Kettle",
    "Salmon",
    "Ladder",
    "Sparrow",
    "Plow",
    "Thimble",
)


def draw(canvas: Canvas, dice: Dice) -> None:
    chart = dice.turn(_CHARTS)
    canvas.fill(chart[0])
    _graticule(canvas, dice, chart[1])
    for _ in range(240):
        place = (canvas.width * dice.uniform(0, 1), canvas.height * dice.uniform(0, 1))
        canvas.circle(
            place, canvas.unit * 0.0045 * dice.uniform(0.15, 1) ** 2 + 0.25, fade(chart[3], 0.75)
        )
    columns, rows = dice.turn(((2, 2), (1, 1), (3, 2), (2, 1)))
    names = dice.shuffled(_NAMES)
    for number in range(columns * rows):
        column, row = number % columns, number // columns
        box = (
            canvas.width * column / columns,
            canvas.height * row / rows,
            canvas.width / columns,
            canvas.height / rows,
        )
        _constellation(canvas, dice, box, (chart, names[number]))


def _graticule(canvas: Canvas, dice: Dice, color: Color) -> None:
    pole = (canvas.width * dice.uniform(0.3, 0.7), canvas.height * dice.uniform(0.3, 0.7))
    far = math.hypot(canvas.width, canvas.height)
    for ring in range(1, 9):
        canvas.ring(pole, far * ring / 9, color, max(0.7, canvas.unit * 0.002))
    for spoke in range(12):
        turn = math.pi * spoke / 6
        end = (pole[0] + far * math.cos(turn), pole[1] + far * math.sin(turn))
        canvas.line([pole, end], color, max(0.7, canvas.unit * 0.002))


def _constellation(canvas: Canvas, dice: Dice, box: tuple, look: tuple[list[Color], str]) -> None:
    left, top, wide, tall = box
    chart, name = look
    stars = []
    for _ in range(dice.integer(6, 10)):
        for _ in range(12):
            star = (left + wide * dice.uniform(0.14, 0.86), top + tall * dice.uniform(0.12, 0.78))
            if all(math.dist(star, other) > min(wide, tall) * 0.15 for other in stars):
                stars.append(star)
                break
    # Each star is joined to the nearest one before it: a tree without long jumps.
    for number in range(1, len(stars)):
        nearest = min(stars[:number], key=lambda other: math.dist(other, stars[number]))
        canvas.line([stars[number], nearest], fade(chart[2], 0.85), max(1, canvas.unit * 0.004))
    for star in stars:
        radius = canvas.unit * dice.uniform(0.007, 0.015)
        canvas.glow(star, radius * 3.5, fade(chart[3], 0.45))
        canvas.circle(star, radius, chart[3])
    size = canvas.unit * 0.04
    canvas.text(
        (left + wide / 2, top + tall * 0.9), name.upper(), Font("Serif", size), chart[2], "mm"
    )


KIND = Kind("constellations", draw, shapes=MIXED)
