"""Fruit on a table: still lifes of apples, oranges, lemons, pears, plums, cherries and melons."""

from __future__ import annotations

import math

from canvas import Canvas, smooth, turned
from dice import Dice
from kinds.kind import MIXED, Kind
from palette import Color, colors, darken, fade, lighten, mix

_TABLES = [
    colors("#f3e3cf #c99a6b"),
    colors("#dfe7e4 #9fb3ab"),
    colors("#f7d9d0 #d99a86"),
    colors("#2f3a45 #6b5240"),
    colors("#fbeec2 #d9b25f"),
    colors("#d6e4f0 #8fa9c4"),
]
_SORTS = ("apple", "orange", "lemon", "pear", "plum", "cherries", "melon", "strawberry", "grapes")


def draw(canvas: Canvas, dice: Dice) -> None:
    wall, table = dice.turn(_TABLES)
    edge = canvas.height * dice.uniform(0.52, 0.6)
    canvas.gradient([(0, lighten(wall, 0.15)), (1, darken(wall, 0.08))], (0, 0, canvas.width, edge))
    canvas.gradient(
        [(0, lighten(table, 0.12)), (1, darken(table, 0.2))], (0, edge, canvas.width, canvas.height)
    )
    first, second = dice.turn(_SORTS), dice.turn(_SORTS[4:] + _SORTS[:4])
    count = dice.turn((1, 3, 5, 2))
    size = canvas.unit * {1: 0.28, 2: 0.22, 3: 0.2, 5: 0.16}[count]
    ground = edge + (canvas.height - edge) * (0.35 if count > 1 else 0.45)
    for number in range(count):
        sort = first if number % 2 == 0 else second
        x = canvas.width / 2 + (number - (count - 1) / 2) * min(
            size * 2.1, canvas.width / (count + 0.3)
        )
        y = ground + (number % 2) * size * 0.5
        _shadow(canvas, (x, y), size)
        _DRAWERS[sort](canvas, dice, (x, y - size), size)


def _shadow(canvas: Canvas, foot: tuple[float, float], size: float) -> None:
    shape = [
        (
            foot[0] + size * 0.3 + size * 1.05 * math.cos(t / 4),
            foot[1] - size * 0.03 + size * 0.2 * math.sin(t / 4),
        )
        for t in range(25)
    ]
    canvas.shadow(shape, (40, 25, 20, 120), size * 0.09)


def _round(
    canvas: Canvas, outline: list, center: tuple[float, float], look: tuple[float, Color]
) -> None:
    """A body lit from the upper left: a gradient, a bounce of light and a highlight."""
    size, color = look
    dark = darken(mix(color, (90, 20, 40), 0.25), 0.25)
    canvas.gradient_polygon(
        outline, [(0, lighten(color, 0.25)), (0.45, color), (1, dark)], angle=52
    )
    x, y = center
    canvas.glow(
        (x - size * 0.32, y - size * 0.36),
        size * 0.55,
        fade(lighten(color, 0.75), 0.75),
        falloff=1.4,
    )
    canvas.ellipse(
        (x - size * 0.36, y - size * 0.42), (size * 0.13, size * 0.08), (255, 255, 255, 190), -40
    )


def _leaf(canvas: Canvas, root: tuple[float, float], size: float, angle: float) -> None:
    shape = smooth([(0, 0), (0.4, -0.24), (1, 0), (0.4, 0.24)], closed=True)
    canvas.polygon(turned(shape, root, angle, size), (84, 140, 62))
    canvas.line(
        turned([(0.05, 0), (0.85, 0)], root, angle, size), (150, 190, 110), max(0.8, size * 0.04)
    )


def _stalk(canvas: Canvas, root: tuple[float, float], size: float) -> None:
    canvas.line(
        smooth(
            [
                root,
                (root[0] + size * 0.05, root[1] - size * 0.2),
                (root[0] + size * 0.16, root[1] - size * 0.34),
            ]
        ),
        (92, 64, 40),
        size * 0.07,
    )


def _apple(canvas: Canvas, dice: Dice, center: tuple[float, float], size: float) -> None:
    half = [
        (0, -0.78),
        (0.32, -0.95),
        (0.82, -0.72),
        (1.0, -0.15),
        (0.8, 0.55),
        (0.38, 0.98),
        (0, 0.9),
    ]
    outline = half + [(-x, y) for x, y in half[-2:0:-1]]
    color = dice.pick(colors("#c8202f #7fae2e #d94b2b #e3b82f"))
    _round(canvas, turned(smooth(outline, closed=True), center, 0, size), center, (size, color))
    canvas.ellipse(
        (center[0], center[1] - size * 0.76),
        (size * 0.26, size * 0.07),
        fade(darken(color, 0.5), 0.6),
    )
    _stalk(canvas, (center[0], center[1] - size * 0.74), size)
    _leaf(canvas, (center[0] + size * 0.1, center[1] - size * 0.95), size * 0.6, -18)


def _orange(canvas: Canvas, dice: Dice, center: tuple[float, float], size: float) -> None:
    _round(
        canvas,
        turned([(math.cos(t / 12), math.sin(t / 12)) for t in range(76)], center, 0, size),
        center,
        (size, (245, 140, 30)),
    )
    for _ in range(130):
        away, turn = size * 0.93 * dice.uniform(0, 1) ** 0.5, dice.uniform(0, 6.28)
        canvas.circle(
            (center[0] + away * math.cos(turn), center[1] + away * math.sin(turn)),
            size * 0.014,
            (190, 90, 10, 70),
        )
    _leaf(canvas, (center[0], center[1] - size * 0.95), size * 0.5, -25)
    canvas.circle((center[0], center[1] - size * 0.93), size * 0.06, (80, 110, 50))


def _lemon(canvas: Canvas, dice: Dice, center: tuple[float, float], size: float) -> None:
    outline = [
        (-1.2, 0),
        (-1.0, -0.2),
        (-0.55, -0.68),
        (0.1, -0.78),
        (0.75, -0.5),
        (1.05, -0.16),
        (1.25, 0),
        (1.05, 0.16),
        (0.75, 0.5),
        (0.1, 0.78),
        (-0.55, 0.68),
        (-1.0, 0.2),
    ]
    color = dice.pick(colors("#f4d01f #f7dd4a #a9cf3a"))
    place = (center[0], center[1] + size * 0.22)
    _round(
        canvas,
        turned(smooth(outline, closed=True), place, dice.uniform(-14, 14), size * 0.95),
        place,
        (size * 0.9, color),
    )
    _leaf(canvas, (place[0] - size * 1.05, place[1] - size * 0.1), size * 0.6, -60)


def _pear(canvas: Canvas, dice: Dice, center: tuple[float, float], size: float) -> None:
    half = [
        (0, -1.45),
        (0.26, -1.36),
        (0.42, -0.9),
        (0.62, -0.35),
        (0.92, 0.2),
        (0.82, 0.75),
        (0.35, 1.0),
        (0, 0.97),
    ]
    outline = half + [(-x, y) for x, y in half[-2:0:-1]]
    color = dice.pick(colors("#b7c93d #d9b83a #a4b84a #c98a3a"))
    _round(
        canvas,
        turned(smooth(outline, closed=True), center, 0, size),
        (center[0], center[1] + size * 0.2),
        (size, color),
    )
    _stalk(canvas, (center[0], center[1] - size * 1.38), size)


def _plum(canvas: Canvas, dice: Dice, center: tuple[float, float], size: float) -> None:
    outline = turned(
        [(0.86 * math.cos(t / 12), math.sin(t / 12)) for t in range(76)], center, 12, size
    )
    color = dice.pick(colors("#5b2a6e #7a2c5c #3f3a7d"))
    _round(canvas, outline, center, (size, color))
    canvas.line(
        smooth(
            [
                (center[0] + size * 0.1, center[1] - size * 0.92),
                (center[0] + size * 0.42, center[1]),
                (center[0] + size * 0.12, center[1] + size * 0.9),
            ]
        ),
        fade(darken(color, 0.5), 0.55),
        size * 0.04,
    )
    _stalk(canvas, (center[0] + size * 0.12, center[1] - size * 0.92), size)


def _cherries(canvas: Canvas, dice: Dice, center: tuple[float, float], size: float) -> None:
    top = (center[0] + size * 0.2, center[1] - size * 1.25)
    for side in (-1, 1):
        place = (center[0] + side * size * 0.52, center[1] + size * (0.44 + 0.1 * side))
        canvas.line(
            smooth(
                [
                    top,
                    (place[0] * 0.6 + top[0] * 0.4, place[1] - size),
                    (place[0], place[1] - size * 0.4),
                ]
            ),
            (96, 120, 50),
            size * 0.05,
        )
        _round(
            canvas,
            turned([(math.cos(t / 12), math.sin(t / 12)) for t in range(76)], place, 0, size * 0.5),
            place,
            (size * 0.5, (170, 16, 40)),
        )
    _leaf(canvas, top, size * 0.75, 10)


def _melon(canvas: Canvas, dice: Dice, center: tuple[float, float], size: float) -> None:
    place = (center[0], center[1] - size * 0.15)
    for radius, color in (
        (1.15, (46, 110, 60)),
        (1.07, (198, 222, 160)),
        (1.0, dice.pick(colors("#e8384f #f25f4c #f2a03d"))),
    ):
        canvas.slice(place, size * radius, (0, 180), color)
    for ring, count in ((0.8, 9), (0.5, 6)):
        for seed in range(count):
            turn = math.pi * (seed + 0.5) / count
            spot = (
                place[0] + size * ring * math.cos(turn),
                place[1] + size * ring * math.sin(turn),
            )
            canvas.ellipse(spot, (size * 0.055, size * 0.032), (50, 26, 24), math.degrees(turn))


def _strawberry(canvas: Canvas, dice: Dice, center: tuple[float, float], size: float) -> None:
    half = [(0, -0.75), (0.5, -0.85), (0.88, -0.5), (0.78, 0.05), (0.4, 0.72), (0, 1.0)]
    outline = half + [(-x, y) for x, y in half[-2:0:-1]]
    _round(
        canvas, turned(smooth(outline, closed=True), center, 0, size), center, (size, (222, 36, 54))
    )
    for row in range(6):
        for column in range(6 - row // 2):
            x = (column - (5 - row // 2) / 2) * 0.27
            canvas.ellipse(
                (center[0] + x * size, center[1] + size * (-0.5 + row * 0.24)),
                (size * 0.028, size * 0.045),
                (250, 214, 110),
            )
    for leaf in range(7):
        _leaf(canvas, (center[0], center[1] - size * 0.74), size * 0.55, 180 * leaf / 6)


def _grapes(canvas: Canvas, dice: Dice, center: tuple[float, float], size: float) -> None:
    color = dice.pick(colors("#6a2c70 #8cae3a #37306b"))
    _stalk(canvas, (center[0], center[1] - size * 1.0), size * 1.2)
    for row in range(5):
        for column in range(5 - row):
            place = (
                center[0] + (column - (4 - row) / 2) * size * 0.44,
                center[1] + size * (-0.8 + row * 0.38),
            )
            tone = lighten(color, dice.uniform(0, 0.18))
            _round(
                canvas,
                turned(
                    [(math.cos(t / 6), math.sin(t / 6)) for t in range(38)], place, 0, size * 0.26
                ),
                place,
                (size * 0.26, tone),
            )
    _leaf(canvas, (center[0], center[1] - size * 1.05), size * 0.8, 170)


_DRAWERS = {
    "apple": _apple, "orange": _orange, "lemon": _lemon, "pear": _pear, "plum": _plum,
    "cherries": _cherries, "melon": _melon, "strawberry": _strawberry, "grapes": _grapes,
}  # fmt: skip

KIND = Kind("fruit", draw, shapes=MIXED)
