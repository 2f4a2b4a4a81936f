"""One bloom or a few, close up, before a garden out of focus."""

from __future__ import annotations

import math

from canvas import Canvas, smooth, turned
from dice import Dice
from kinds.kind import MIXED, Kind
from palette import Color, colors, darken, fade, lighten, mix

# Outer petal, inner petal, heart.
_BLOOMS = [
    colors("#f7f7f2 #e9e4d4 #f2b632"),
    colors("#e63973 #ff8fb3 #ffd447"),
    colors("#f7a41d #ffd60a #5a3416"),
    colors("#7b4bd6 #b79cf2 #ffe066"),
    colors("#d62828 #f45b4f #2b1b1b"),
    colors("#3a6fd8 #8db7f5 #fff1b8"),
    colors("#ff7f51 #ffc49b #8c2f39"),
    colors("#f4b6d2 #fde2ee #d9772b"),
]
_GARDENS = colors("#4f7f4a #7aa35c #2f5f4f #a3b86c #56776b #8aa79a")


def draw(canvas: Canvas, dice: Dice) -> None:
    green = dice.turn(_GARDENS)
    canvas.gradient([(0, lighten(green, 0.4)), (1, darken(green, 0.3))])
    for _ in range(26):
        spot = (canvas.width * dice.uniform(0, 1), canvas.height * dice.uniform(0, 1))
        tone = mix(dice.pick(_GARDENS), dice.pick(_BLOOMS)[0], dice.uniform(0, 0.5))
        canvas.circle(spot, canvas.unit * dice.uniform(0.03, 0.12), fade(tone, 0.5))
    canvas.blur(canvas.unit * 0.03)
    bloom = dice.turn(_BLOOMS)
    if dice.index % 3 == 2:
        for number in range(3):
            place = (canvas.width * (0.22 + 0.28 * number), canvas.height * dice.uniform(0.28, 0.6))
            _flower(canvas, dice, place, (canvas.unit * dice.uniform(0.16, 0.22), bloom))
        return
    place = (canvas.width * dice.uniform(0.44, 0.56), canvas.height * dice.uniform(0.4, 0.5))
    _flower(canvas, dice, place, (canvas.unit * dice.uniform(0.33, 0.43), bloom))


def _flower(
    canvas: Canvas, dice: Dice, center: tuple[float, float], look: tuple[float, list[Color]]
) -> None:
    size, bloom = look
    _stem(canvas, dice, center, size)
    form = (dice.index // 2) % 4
    if form == 0:
        _petals(canvas, dice, (center, size, dice.integer(14, 22), 0.13), bloom)
        _heart(canvas, center, size * 0.27, bloom[2])
    elif form == 1:
        _petals(canvas, dice, (center, size, 5, 0.5), bloom)
        _heart(canvas, center, size * 0.14, bloom[2])
    elif form == 2:
        for ring in range(5):
            _petals(
                canvas,
                dice,
                (center, size * (1 - 0.18 * ring), 9 - ring, 0.34),
                [mix(bloom[0], bloom[1], ring / 4)] * 2,
            )
    else:
        _petals(canvas, dice, (center, size, 24, 0.11), bloom)
        _petals(canvas, dice, (center, size * 0.8, 20, 0.12), [bloom[1], bloom[0]])
        _heart(canvas, center, size * 0.36, bloom[2])


def _stem(canvas: Canvas, dice: Dice, center: tuple[float, float], size: float) -> None:
    x, y = center
    green = dice.pick(colors("#3f7d3a #4f8f4a #2f6b4a"))
    bend = size * dice.uniform(-0.3, 0.3)
    stem = smooth(
        [(x, y), (x + bend, (y + canvas.height) / 2), (x + bend * 0.4, canvas.height + 4)]
    )
    canvas.line(stem, green, size * 0.075)
    leaf = smooth(
        [(0, 0), (0.35, -0.2), (0.85, -0.12), (1.05, 0.02), (0.6, 0.14), (0.25, 0.12)], closed=True
    )
    for side in (-1, 1):
        root = stem[len(stem) // 2 + 2 * side]
        shape = turned([(px * side, py) for px, py in leaf], root, -side * 28, size * 0.8)
        canvas.gradient_polygon(shape, [(0, lighten(green, 0.25)), (1, darken(green, 0.1))])


def _petals(canvas: Canvas, dice: Dice, ring: tuple, tones: list[Color]) -> None:
    """`ring`: center, radius, number of petals, half a petal's width as a share of its length."""
    center, size, count, half = ring
    petal = smooth(
        [
            (0.06, 0),
            (0.45, -half * 0.75),
            (0.82, -half),
            (1.0, 0),
            (0.82, half),
            (0.45, half * 0.75),
        ],
        closed=True,
    )
    inner = [(x * 0.62, y * 0.5) for x, y in petal]
    start = dice.uniform(0, 360)
    for number in range(count):
        angle = start + 360 * number / count + dice.uniform(-3, 3)
        long = size * dice.uniform(0.93, 1.04)
        light = 0.5 - 0.5 * math.sin(math.radians(angle))
        color = mix(darken(tones[0], 0.18), lighten(tones[0], 0.08), light)
        outline = turned(petal, center, angle, long)
        canvas.polygon(
            turned(petal, (center[0], center[1] + size * 0.02), angle, long * 1.02),
            fade(darken(color, 0.55), 0.5),
        )
        canvas.polygon(outline, color)
        canvas.polygon(turned(inner, center, angle, long), fade(tones[1], 0.6))


def _heart(canvas: Canvas, center: tuple[float, float], radius: float, color: Color) -> None:
    """A disc of florets in the sunflower's spiral (Vogel 1979)."""
    canvas.circle(center, radius, darken(color, 0.25))
    for number in range(110):
        away = radius * 0.95 * math.sqrt(number / 110)
        turn = number * 2.39996
        spot = (center[0] + away * math.cos(turn), center[1] + away * math.sin(turn))
        canvas.circle(spot, radius * 0.055, lighten(color, 0.3 * (1 - number / 110) + 0.05))


KIND = Kind("flowers", draw, shapes=MIXED)
