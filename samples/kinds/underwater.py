"""Under the sea: light from above, corals, weeds, bubbles and a shoal."""

from __future__ import annotations

import math

from canvas import Canvas, smooth, turned
from dice import Dice
from kinds.kind import Kind
from noise import ridge
from palette import Color, colors, darken, even, fade, lighten, mix

_WATERS = [
    colors("#7fe0e6 #2aa4c4 #0f5f8f #08304f"),
    colors("#8be3cf #2a9d93 #0f5f69 #07303c"),
    colors("#7ab8f0 #2c6fc9 #173f8a #0b1f4a"),
    colors("#9ad9f2 #4a8fd0 #4456a6 #2a2560"),
]
_CORALS = colors("#ff6b6b #ff9f68 #f15bb5 #ffd166 #b56bd6 #ef476f #f78c6b")
_FISHES = colors("#ffb703 #fb8500 #ffd6e0 #f4f1de #ff5d8f #c1fba4")


def draw(canvas: Canvas, dice: Dice) -> None:
    water = dice.turn(_WATERS)
    canvas.gradient(even(water))
    for _ in range(9):
        x, wide = canvas.width * dice.uniform(-0.2, 1.1), canvas.width * dice.uniform(0.02, 0.07)
        lean = canvas.width * dice.uniform(0.05, 0.25)
        ray = [
            (x, 0),
            (x + wide, 0),
            (x + wide * 3 + lean, canvas.height),
            (x + lean, canvas.height),
        ]
        canvas.polygon(ray, fade((255, 255, 255), dice.uniform(0.03, 0.09)))
    for layer in range(3):
        _sea_bed(canvas, dice, layer / 2, water)
    _shoal(canvas, dice)
    for _ in range(dice.integer(15, 40)):
        place = (dice.uniform(0, canvas.width), dice.uniform(0, canvas.height * 0.9))
        radius = canvas.unit * dice.uniform(0.004, 0.018)
        canvas.circle(place, radius, (255, 255, 255, 40))
        canvas.ring(place, radius, (255, 255, 255, 150), max(0.6, radius * 0.12))


def _sea_bed(canvas: Canvas, dice: Dice, depth: float, water: list[Color]) -> None:
    ground = canvas.height * (0.74 + 0.14 * depth)
    color = mix(water[2], darken(water[3], 0.35), 0.3 + 0.7 * depth)
    heights = ridge(dice, 65, 0.45)
    line = [
        (i * canvas.width / 64, ground - canvas.height * 0.09 * h) for i, h in enumerate(heights)
    ]
    plants = dice.integer(4, 7)
    for _ in range(plants):
        x, y = dice.pick(line)
        size = canvas.unit * dice.uniform(0.12, 0.26) * (0.6 + 0.5 * depth)
        tone = mix(dice.pick(_CORALS), water[2], 0.65 * (1 - depth))
        style = dice.integer(0, 2)
        if style == 0:
            _coral(canvas, dice, ((x, y + 4), -90, size * 0.36, 0), tone)
        elif style == 1:
            _weed(
                canvas,
                dice,
                (x, y + 4, size * 1.5),
                mix((60, 150, 90), water[2], 0.5 * (1 - depth)),
            )
        else:
            _brain_coral(canvas, (x, y + size * 0.1), size * 0.4, tone)
    canvas.polygon([*line, (canvas.width, canvas.height), (0, canvas.height)], color)


def _coral(canvas: Canvas, dice: Dice, branch: tuple, color: Color) -> None:
    """`branch`: start, angle in degrees, length, how many forks lie before it."""
    start, angle, long, level = branch
    end = (
        start[0] + long * math.cos(math.radians(angle)),
        start[1] + long * math.sin(math.radians(angle)),
    )
    canvas.line([start, end], color, max(1.5, long * 0.32))
    if level == 3:
        canvas.circle(end, max(1.2, long * 0.25), lighten(color, 0.35))
        return
    for turn in (-1, 1) if level else (-1, 0, 1):
        spread = turn * dice.uniform(18, 38)
        shorter = long * dice.uniform(0.68, 0.85)
        _coral(canvas, dice, (end, angle + spread, shorter, level + 1), color)


def _weed(canvas: Canvas, dice: Dice, place: tuple[float, float, float], color: Color) -> None:
    x, y, tall = place
    for blade in range(4):
        sway, phase = tall * 0.09, dice.uniform(0, 6.28)
        foot = x + (blade - 1.5) * tall * 0.06
        long = tall * dice.uniform(0.6, 1)
        spine = [
            (foot + sway * math.sin(phase + t * 5) * t, y - long * t)
            for t in (i / 10 for i in range(11))
        ]
        wide = tall * 0.03
        left = [(px - wide * (1 - i / 10), py) for i, (px, py) in enumerate(spine)]
        right = [(px + wide * (1 - i / 10), py) for i, (px, py) in enumerate(spine)]
        canvas.polygon(
            smooth(left, steps=4) + smooth(right, steps=4)[::-1], lighten(color, 0.12 * blade)
        )


def _brain_coral(canvas: Canvas, center: tuple[float, float], radius: float, color: Color) -> None:
    canvas.circle(center, radius, color)
    for ring in range(1, 4):
        canvas.ring(center, radius * ring / 4, darken(color, 0.22), radius * 0.07)


def _shoal(canvas: Canvas, dice: Dice) -> None:
    body = [(-1, 0), (-0.4, -0.42), (0.4, -0.36), (0.95, 0), (0.4, 0.36), (-0.4, 0.42)]
    tail = [(-0.85, 0), (-1.55, -0.45), (-1.35, 0), (-1.55, 0.45)]
    color = dice.pick(_FISHES)
    heading = dice.pick((0, 180)) + dice.uniform(-12, 12)
    middle = (canvas.width * dice.uniform(0.3, 0.7), canvas.height * dice.uniform(0.25, 0.5))
    for _ in range(dice.integer(5, 14)):
        place = (
            middle[0] + canvas.width * dice.uniform(-0.28, 0.28),
            middle[1] + canvas.height * dice.uniform(-0.18, 0.18),
        )
        size = canvas.unit * dice.uniform(0.022, 0.045)
        canvas.polygon(turned(tail, place, heading, size), darken(color, 0.15))
        canvas.polygon(turned(smooth(body, closed=True, steps=6), place, heading, size), color)
        eye = turned([(0.55, -0.1 if heading < 90 else 0.1)], place, heading, size)[0]
        canvas.circle(eye, size * 0.11, (20, 25, 40))


KIND = Kind("underwater", draw)
