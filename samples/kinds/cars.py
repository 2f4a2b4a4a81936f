"""Cars from the side: sedans, hatchbacks, vans, pick-ups, buses and beetles on a road."""

from __future__ import annotations

import math

from canvas import Canvas, smooth
from dice import Dice
from kinds.kind import WIDE, Kind
from noise import ridge
from palette import SKIES, Color, colors, darken, even, fade, lighten, mix

_PAINTS = colors("#d62828 #1d70b8 #f4b41a #2a9d8f #f1f1ee #6a4c93 #ef7d3c #3d4a5c #7fb069 #c9ced6")

# Outlines in units of the car's length: x from tail to nose, y upward from the sill.
_BODIES = {
    "sedan": [
        (0, 0.02),
        (0, 0.13),
        (0.02, 0.17),
        (0.17, 0.185),
        (0.3, 0.295),
        (0.58, 0.295),
        (0.71, 0.185),
        (0.93, 0.155),
        (0.99, 0.1),
        (1, 0.02),
    ],
    "hatchback": [
        (0, 0.02),
        (0.0, 0.18),
        (0.07, 0.31),
        (0.15, 0.345),
        (0.52, 0.345),
        (0.68, 0.215),
        (0.93, 0.175),
        (0.99, 0.11),
        (1, 0.02),
    ],
    "van": [
        (0, 0.02),
        (0, 0.41),
        (0.03, 0.44),
        (0.72, 0.44),
        (0.8, 0.41),
        (0.93, 0.22),
        (0.99, 0.18),
        (1, 0.02),
    ],
    "pick-up": [
        (0, 0.02),
        (0, 0.19),
        (0.42, 0.19),
        (0.44, 0.34),
        (0.66, 0.34),
        (0.75, 0.2),
        (0.95, 0.175),
        (1, 0.12),
        (1, 0.02),
    ],
    "bus": [(0, 0.02), (0, 0.42), (0.03, 0.455), (0.96, 0.455), (0.995, 0.4), (1, 0.02)],
    "beetle": [
        (0, 0.03),
        (0.02, 0.12),
        (0.1, 0.24),
        (0.24, 0.33),
        (0.42, 0.37),
        (0.57, 0.34),
        (0.67, 0.23),
        (0.82, 0.2),
        (0.95, 0.14),
        (1, 0.03),
    ],
}
_GLASS = {
    "sedan": [
        [(0.205, 0.19), (0.305, 0.275), (0.43, 0.275), (0.43, 0.19)],
        [(0.445, 0.19), (0.445, 0.275), (0.57, 0.275), (0.67, 0.19)],
    ],
    "hatchback": [
        [(0.06, 0.21), (0.11, 0.315), (0.3, 0.32), (0.3, 0.21)],
        [(0.32, 0.21), (0.32, 0.32), (0.51, 0.32), (0.63, 0.215)],
    ],
    "van": [
        [(0.66, 0.25), (0.66, 0.4), (0.76, 0.39), (0.88, 0.245)],
        [(0.46, 0.25), (0.46, 0.4), (0.63, 0.4), (0.63, 0.25)],
    ],
    "pick-up": [[(0.465, 0.21), (0.465, 0.32), (0.65, 0.32), (0.72, 0.21)]],
    "bus": [
        [(x, 0.24), (x, 0.4), (x + 0.135, 0.4), (x + 0.135, 0.24)]
        for x in (0.04, 0.19, 0.34, 0.49, 0.64, 0.81)
    ],
    "beetle": [
        [(0.18, 0.235), (0.27, 0.315), (0.39, 0.34), (0.39, 0.235)],
        [(0.41, 0.235), (0.41, 0.34), (0.54, 0.315), (0.62, 0.235)],
    ],
}
_ROUNDED = ("sedan", "hatchback", "beetle")


def draw(canvas: Canvas, dice: Dice) -> None:
    sky = SKIES[dice.turn(("day", "morning", "gold", "rose", "mint"))]
    road = canvas.height * dice.uniform(0.68, 0.74)
    canvas.gradient(even(sky), (0, 0, canvas.width, road))
    _backdrop(canvas, dice, road, sky)
    canvas.gradient([(0, (92, 96, 104)), (1, (58, 61, 68))], (0, road, canvas.width, canvas.height))
    canvas.rectangle((0, road, canvas.width, road + canvas.height * 0.018), (190, 186, 176))
    y = canvas.height * 0.93
    for dash in range(6):
        x = canvas.width * (dash + 0.2) / 6
        canvas.rectangle(
            (x, y, x + canvas.width * 0.08, y + canvas.height * 0.014), (238, 226, 170)
        )
    body = dice.turn(("sedan", "van", "hatchback", "beetle", "pick-up", "bus"))
    long = min(canvas.width * 0.78, canvas.height * 1.25) * dice.uniform(0.88, 1.0)
    start = (canvas.width - long) * dice.uniform(0.35, 0.65)
    foot = road + canvas.height * 0.1
    _car(canvas, dice, body, (start, foot, long, dice.pick((-1, 1))))


def _backdrop(canvas: Canvas, dice: Dice, road: float, sky: list[Color]) -> None:
    if dice.index % 2:
        x = 0.0
        while x < canvas.width:
            wide, tall = canvas.unit * dice.uniform(0.08, 0.2), road * dice.uniform(0.2, 0.62)
            color = mix(mix(sky[0], sky[-1], 0.5), (150, 160, 175), 0.35)
            canvas.rectangle(
                (x, road - tall, x + wide, road), lighten(color, dice.uniform(0, 0.25))
            )
            x += wide
        return
    for layer in range(2):
        heights = ridge(dice, 65, 0.4)
        tone = mix(dice.pick(colors("#7fa35c #5f8a5a #93a86a")), sky[-1], 0.5 - 0.4 * layer)
        line = [
            (i * canvas.width / 64, road - road * (0.34 - 0.16 * layer) * h - 4)
            for i, h in enumerate(heights)
        ]
        canvas.polygon([*line, (canvas.width, road), (0, road)], tone)


def _car(canvas: Canvas, dice: Dice, body: str, place: tuple[float, float, float, int]) -> None:
    start, foot, long, facing = place
    paint = dice.turn(_PAINTS)
    sill = foot - long * 0.06

    def at(points: list) -> list:
        return [(start + long * (x if facing > 0 else 1 - x), sill - long * y) for x, y in points]

    floor = [
        (start - long * 0.02, foot),
        (start + long * 1.02, foot),
        (start + long * 0.97, foot + long * 0.035),
        (start + long * 0.03, foot + long * 0.035),
    ]
    canvas.shadow(floor, (10, 10, 20, 170), long * 0.012)
    outline = _BODIES[body]
    curve = smooth(outline, steps=8) if body in _ROUNDED else outline
    canvas.gradient_polygon(
        at([*curve, (1, -0.02), (0, -0.02)]),
        [(0, lighten(paint, 0.3)), (0.5, paint), (1, darken(paint, 0.25))],
    )
    canvas.polygon(
        at([(0.005, 0.045), (0.995, 0.045), (0.995, -0.02), (0.005, -0.02)]), darken(paint, 0.3)
    )
    for pane in _GLASS[body]:
        canvas.gradient_polygon(at(pane), [(0, (205, 228, 240)), (1, (104, 140, 165))])
    doors = (0.44,) if body != "bus" else (0.79,)
    for x in doors:
        canvas.line(
            at([(x - 0.006, 0.05), (x - 0.006, 0.19)]), darken(paint, 0.35), max(0.8, long * 0.003)
        )
        canvas.line(
            at([(x - 0.06, 0.15), (x - 0.025, 0.15)]), lighten(paint, 0.6), max(1, long * 0.006)
        )
    if body == "bus" or dice.chance(0.25):
        canvas.polygon(
            at([(0.004, 0.11), (0.996, 0.11), (0.996, 0.085), (0.004, 0.085)]),
            fade((255, 255, 255), 0.75),
        )
    canvas.ellipse(at([(0.972, 0.105)])[0], (long * 0.018, long * 0.022), (255, 243, 190))
    canvas.rectangle(_box(at([(0.002, 0.14), (0.02, 0.09)])), (200, 40, 40))
    for x in (0.19, 0.8):
        _wheel(
            canvas,
            (at([(x, 0)])[0][0], foot - long * 0.062),
            long * (0.088 if body != "beetle" else 0.092),
        )


def _wheel(canvas: Canvas, center: tuple[float, float], radius: float) -> None:
    canvas.circle(center, radius * 1.14, (30, 31, 36))
    canvas.circle(center, radius, (44, 46, 52))
    canvas.circle(center, radius * 0.62, (200, 205, 212))
    for spoke in range(5):
        turn = 2 * math.pi * spoke / 5
        hole = (
            center[0] + radius * 0.38 * math.cos(turn),
            center[1] + radius * 0.38 * math.sin(turn),
        )
        canvas.circle(hole, radius * 0.12, (96, 100, 110))
    canvas.circle(center, radius * 0.14, (120, 124, 134))


def _box(corners: list) -> tuple[float, float, float, float]:
    (x1, y1), (x2, y2) = corners
    return (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


KIND = Kind("cars", draw, shapes=WIDE)
