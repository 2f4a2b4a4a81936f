"""Brick walls in several bonds, each brick of its own shade."""

from __future__ import annotations

from canvas import Canvas
from dice import Dice
from kinds.kind import GRAINY, MIXED, Kind
from noise import cloud_noise
from palette import Color, colors, darken, lighten, mix

# Mortar, then shades of brick.
_WALLS = [
    colors("#cfc6ba #a5482f #b95b3c #8e3a28 #c46f4c"),
    colors("#e9e4da #d9c9ae #cbb794 #e5d8c2 #bfa985"),
    colors("#8c8279 #5e3a30 #6d453a #4a2d27 #7c5446"),
    colors("#f2f0ec #dfe3e6 #c9d0d5 #eef0f2 #b9c2c9"),
    colors("#d8cfc0 #c9793b #d98f4e #b3652d #e0a567"),
    colors("#55585c #7a8288 #666e74 #8d959b #5d646a"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    wall = dice.turn(_WALLS)
    rows = dice.integer(7, 15)
    high = canvas.height / rows
    wide = high * dice.uniform(2.2, 3.0)
    bond = dice.turn(("stretcher", "flemish", "stretcher", "stack", "third"))
    canvas.fill(wall[0])
    for row in range(rows):
        x = -wide * _shift(bond, row)
        column = 0
        while x < canvas.width:
            long = wide * (0.5 if bond == "flemish" and column % 2 else 1.0)
            _brick(canvas, dice, (x, row * high, x + long, (row + 1) * high), wall)
            x += long
            column += 1
    grain = cloud_noise(
        dice, (canvas.width, canvas.height), (canvas.width / 5, canvas.height / 5), 2
    )
    stains = cloud_noise(dice, (canvas.width // 4, canvas.height // 4), (3, 3), 3)
    canvas.multiply(0.72 + 0.34 * grain)
    canvas.multiply(0.78 + 0.3 * stains)


def _shift(bond: str, row: int) -> float:
    """How far a row is moved to the left, in bricks."""
    if bond == "stack":
        return 0.0
    if bond == "third":
        return (row % 3) / 3
    return 0.75 if bond == "flemish" and row % 2 else 0.5 * (row % 2)


def _brick(canvas: Canvas, dice: Dice, box: tuple, wall: list[Color]) -> None:
    left, top, right, bottom = box
    joint = (bottom - top) * 0.07
    color = mix(dice.pick(wall[1:]), dice.pick(wall[1:]), dice.uniform(0, 1))
    color = (
        lighten(color, dice.uniform(0, 0.08))
        if dice.chance(0.6)
        else darken(color, dice.uniform(0, 0.25))
    )
    left, top, right, bottom = left + joint, top + joint, right - joint, bottom - joint
    canvas.rectangle((left, top, right, bottom), darken(color, 0.35), joint)
    canvas.rectangle(
        (left, top, right - joint * 0.5, bottom - joint * 0.7), lighten(color, 0.12), joint
    )
    canvas.rectangle(
        (left + joint * 0.5, top + joint * 0.6, right - joint * 0.5, bottom - joint * 0.7),
        color,
        joint,
    )


KIND = Kind("bricks", draw, shapes=MIXED, formats=GRAINY, supersampling=2, side_max=800)
