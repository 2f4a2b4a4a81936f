"""Pictures that look like matrix codes; they carry no message."""

from __future__ import annotations

from canvas import Canvas
from dice import Dice
from kinds.kind import FLAT, Kind
from palette import Color, colors, mix

_LOOKS = [
    colors("#ffffff #000000"),
    colors("#ffffff #1d3557"),
    colors("#fff8e7 #6a040f"),
    colors("#eef7f2 #14532d"),
    colors("#f3f0ff #4c1d95"),
    colors("#101418 #f5f5f0"),
    colors("#fff3e0 #bf360c"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    ground, ink = dice.turn(_LOOKS)
    canvas.fill(mix(ground, ink, 0.08) if dice.index % 3 == 2 else ground)
    modules = dice.turn((21, 25, 29, 33, 37))
    side = canvas.unit * dice.uniform(0.72, 0.88)
    cell = side / modules
    left, top = (canvas.width - side) / 2, (canvas.height - side) / 2
    card = (left - 3 * cell, top - 3 * cell, left + side + 3 * cell, top + side + 3 * cell)
    canvas.rectangle(card, ground, radius=cell * 2)
    shape = dice.turn(("square", "square", "round", "square", "dot"))
    for row in range(modules):
        for column in range(modules):
            if _in_finder(row, column, modules) or not dice.chance(0.5):
                continue
            x, y = left + column * cell, top + row * cell
            if shape == "square":
                canvas.rectangle((x, y, x + cell, y + cell), ink)
            elif shape == "round":
                canvas.rectangle(
                    (x + cell * 0.06, y + cell * 0.06, x + cell * 0.94, y + cell * 0.94),
                    ink,
                    cell * 0.3,
                )
            else:
                canvas.circle((x + cell / 2, y + cell / 2), cell * 0.42, ink)
    for corner in ((0, 0), (0, modules - 7), (modules - 7, 0)):
        place = (left + corner[1] * cell, top + corner[0] * cell)
        _finder(canvas, place, cell, (ground, ink, shape != "square"))


def _in_finder(row: int, column: int, modules: int) -> bool:
    return (row < 8 or row >= modules - 8) and column < 8 or row < 8 and column >= modules - 8


def _finder(
    canvas: Canvas, place: tuple[float, float], cell: float, look: tuple[Color, Color, bool]
) -> None:
    ground, ink, rounded = look
    x, y = place
    for inset, color in ((0, ink), (1, ground), (2, ink)):
        far = 7 - inset
        radius = cell * (2.2 - inset * 0.7) if rounded else 0
        canvas.rectangle(
            (x + inset * cell, y + inset * cell, x + far * cell, y + far * cell), color, radius
        )


KIND = Kind("matrix-codes", draw, shapes=(1.0, 1.0, 4 / 3, 3 / 4), formats=FLAT, side_max=640)
