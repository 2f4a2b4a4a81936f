"""A single tree through the seasons: branches that fork and fork again, leaves, blossom or snow."""

from __future__ import annotations

import math

from canvas import Canvas
from dice import Dice
from kinds.kind import MIXED, Kind
from palette import Color, colors, darken, even, fade, lighten, mix

# Sky, ground, leaves.
_SEASONS = [
    (
        colors("#bfe3f5 #eef8f0"),
        colors("#9ccc65 #6f9e46"),
        colors("#f8bbd0 #f48fb1 #fde4ec #f06292"),
    ),
    (
        colors("#7fc4ee #e3f4fa"),
        colors("#7cb342 #4f7f2d"),
        colors("#4c8c3a #66a844 #3a702f #8bc34a"),
    ),
    (
        colors("#f7d9b0 #fdf1dc"),
        colors("#c9a25c #8f6b35"),
        colors("#e4572e #f3a712 #d1495b #f6c343"),
    ),
    (colors("#b9c9dc #eef3f8"), colors("#f5f8fb #ccd8e4"), []),
    (
        colors("#e8c7dc #fbe9e0"),
        colors("#a9b87a #76864d"),
        colors("#8e7cc3 #b4a7d6 #d9d2e9 #674ea7"),
    ),
    (
        colors("#f2c879 #fbe7b8"),
        colors("#7a6a3a #4f4426"),
        colors("#59662f #7f8c3a #414d22 #a3a845"),
    ),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    sky, ground, leaves = dice.turn(_SEASONS)
    horizon = canvas.height * dice.uniform(0.78, 0.86)
    canvas.gradient(even(sky), (0, 0, canvas.width, horizon + canvas.height * 0.06))
    canvas.glow(
        (canvas.width * dice.uniform(0.1, 0.9), canvas.height * 0.2),
        canvas.unit * 0.4,
        (255, 255, 240, 150),
    )
    hill = [
        (canvas.width * i / 40, horizon + canvas.height * 0.05 * (1 - math.sin(math.pi * i / 40)))
        for i in range(41)
    ]
    canvas.gradient_polygon(
        [*hill, (canvas.width, canvas.height), (0, canvas.height)], even(ground)
    )
    foot = (canvas.width * dice.uniform(0.42, 0.58), horizon + canvas.height * 0.03)
    bark = dice.pick(colors("#5d4037 #4e3b31 #6b4a35 #3e3532"))
    tall = min(canvas.height * 0.2, canvas.width * 0.22) * dice.uniform(0.86, 1.0)
    shade = [
        (foot[0] + 2.1 * tall * math.cos(t / 6), foot[1] + 0.14 * tall * math.sin(t / 6))
        for t in range(38)
    ]
    canvas.shadow(shade, (40, 50, 30, 90), tall * 0.06)
    tips: list[tuple[float, float]] = []
    _branch(canvas, dice, (foot, -90 + dice.uniform(-5, 5), tall, 7), (bark, tips))
    if leaves:
        _crown(canvas, dice, tips, (tall, leaves))
    else:
        _snow(canvas, dice, tips)


def _branch(canvas: Canvas, dice: Dice, limb: tuple, tree: tuple[Color, list]) -> None:
    """`limb`: start, angle in degrees, length, level; 1 is a twig, whose end is kept in tips."""
    (start, angle, long, level), (bark, tips) = limb, tree
    end = (
        start[0] + long * math.cos(math.radians(angle)),
        start[1] + long * math.sin(math.radians(angle)),
    )
    canvas.line(
        [start, end], lighten(bark, 0.03 * (7 - level)), max(0.8, long * 0.24 * (level / 7) ** 1.1)
    )
    if level <= 3:
        tips.append(end)
    if level == 1:
        return
    for side in (-1, 1):
        turn = side * dice.uniform(14, 34) + dice.uniform(-6, 6)
        shorter = long * dice.uniform(0.7, 0.86)
        _branch(canvas, dice, (end, angle + turn, shorter, level - 1), tree)


def _crown(canvas: Canvas, dice: Dice, tips: list, look: tuple[float, list[Color]]) -> None:
    tall, leaves = look
    for x, y in tips:
        for _ in range(4):
            place = (x + tall * dice.uniform(-0.19, 0.19), y + tall * dice.uniform(-0.19, 0.19))
            color = dice.pick(leaves)
            canvas.circle(place, tall * dice.uniform(0.03, 0.085), fade(color, 0.85))
    lit = mix(leaves[0], (255, 255, 255), 0.35)
    for x, y in tips[::3]:
        canvas.circle((x - tall * 0.03, y - tall * 0.05), tall * 0.025, fade(lit, 0.7))
    for _ in range(30):
        place = (canvas.width * dice.uniform(0.1, 0.9), canvas.height * dice.uniform(0.85, 0.98))
        canvas.ellipse(
            place,
            (tall * 0.025, tall * 0.012),
            darken(dice.pick(leaves), 0.05),
            dice.uniform(0, 90),
        )


def _snow(canvas: Canvas, dice: Dice, tips: list) -> None:
    for x, y in tips:
        canvas.circle((x, y), canvas.unit * 0.005, (255, 255, 255, 230))
    for _ in range(160):
        place = (canvas.width * dice.uniform(0, 1), canvas.height * dice.uniform(0, 1))
        canvas.circle(place, canvas.unit * dice.uniform(0.002, 0.007), (255, 255, 255, 220))


KIND = Kind("trees", draw, shapes=MIXED)
