"""Snow crystals: six mirrored arms with side branches, alone or falling."""

from __future__ import annotations

import math

from canvas import Canvas
from dice import Dice
from kinds.kind import MIXED, Kind
from palette import Color, colors, even, fade, lighten

_NIGHTS = [
    colors("#0a2a5c #2f6fb5"), colors("#10223f #4a7fa8"), colors("#2b2a63 #7d86d1"),
    colors("#0b4a5e #59a9bd"), colors("#dfeaf5 #b4cbe2"), colors("#3a1f4f #9270b5"),
]  # fmt: skip


def draw(canvas: Canvas, dice: Dice) -> None:
    ground = dice.turn(_NIGHTS)
    canvas.gradient(even(ground))
    ice = (255, 255, 255) if sum(ground[0]) < 500 else (58, 104, 160)
    for _ in range(60):
        place = (canvas.width * dice.uniform(0, 1), canvas.height * dice.uniform(0, 1))
        canvas.glow(place, canvas.unit * dice.uniform(0.005, 0.03), fade(ice, 0.35))
    if dice.index % 3 == 2:
        for number in range(7):
            column, row = number % 3, number // 3
            place = (
                canvas.width * (column + dice.uniform(0.35, 0.65)) / 3,
                canvas.height * (row + dice.uniform(0.35, 0.65)) / 3,
            )
            _crystal(canvas, dice, place, (canvas.unit * dice.uniform(0.09, 0.17), ice))
        return
    center = (canvas.width / 2, canvas.height / 2)
    canvas.glow(center, canvas.unit * 0.6, fade(lighten(ground[1], 0.4), 0.5))
    _crystal(canvas, dice, center, (canvas.unit * 0.43, ice))


def _crystal(
    canvas: Canvas, dice: Dice, center: tuple[float, float], look: tuple[float, Color]
) -> None:
    size, ice = look
    nodes = [
        (0.2 + 0.75 * i / 5, dice.uniform(0.06, 0.34) * (1.15 - 0.12 * i))
        for i in range(dice.integer(4, 6))
    ]
    twigs = dice.chance(0.7)
    plate = dice.uniform(0.12, 0.3)
    start = dice.uniform(0, 60)
    pen = size * 0.026
    for arm in range(6):
        angle = math.radians(start + 60 * arm)

        def at(along: float, aside: float) -> tuple[float, float]:
            return (
                center[0] + size * (along * math.cos(angle) - aside * math.sin(angle)),
                center[1] + size * (along * math.sin(angle) + aside * math.cos(angle)),
            )

        canvas.line([center, at(1, 0)], ice, pen * 1.5)
        for along, long in nodes:
            for side in (-1, 1):
                tip = at(along + long * 0.5, side * long * 0.866)
                canvas.line([at(along, 0), tip], ice, pen)
                if twigs and long > 0.14:
                    middle = at(along + long * 0.28, side * long * 0.485)
                    canvas.line(
                        [middle, at(along + long * 0.28 + long * 0.3, side * long * 0.485)],
                        ice,
                        pen * 0.7,
                    )
        for reach in (plate, plate * 0.6):
            other = math.radians(start + 60 * arm + 60)
            ends = [
                (center[0] + size * reach * math.cos(a), center[1] + size * reach * math.sin(a))
                for a in (angle, other)
            ]
            canvas.line(ends, ice, pen)
        canvas.circle(at(1, 0), pen * 1.3, ice)


KIND = Kind("snowflakes", draw, shapes=MIXED)
