"""One tropical fish in portrait: stripes, spots or scales, flowing fins."""

from __future__ import annotations

import math

from canvas import Canvas, smooth
from dice import Dice
from kinds.kind import WIDE, Kind
from palette import Color, colors, darken, even, fade, lighten, mix

# Body, belly, pattern, fins.
_FISHES = [
    colors("#f77f00 #ffd6a0 #ffffff #d62828"),
    colors("#ffd60a #fff3b0 #1d3557 #f4a300"),
    colors("#3a86ff #a8d1ff #ffbe0b #0b4fb3"),
    colors("#e63973 #ffc2d4 #7b2cbf #ff8fab"),
    colors("#2ec4b6 #d8fff5 #ff9f1c #0f8b80"),
    colors("#8338ec #dcc6ff #ffbe0b #5a189a"),
    colors("#c1121f #ffb5a7 #fdf0d5 #780000"),
    colors("#8d99ae #edf2f4 #2b2d42 #5c677d"),
]
_WATERS = [
    colors("#d8f3f5 #8fd3de #4aa5bd"),
    colors("#e8f7ee #a9dcc3 #5fae98"),
    colors("#e6ecfb #a7bdf0 #6480c9"),
    colors("#fdf1e3 #f3d1b0 #d99b7c"),
    colors("#1b3a57 #12304a #0a1e33"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    canvas.gradient(even(dice.turn(_WATERS)))
    for _ in range(22):
        place = (canvas.width * dice.uniform(0, 1), canvas.height * dice.uniform(0, 1))
        radius = canvas.unit * dice.uniform(0.008, 0.03)
        canvas.circle(place, radius, (255, 255, 255, 50))
        canvas.ring(place, radius, (255, 255, 255, 140), max(0.7, radius * 0.1))
    size = min(canvas.width * 0.31, canvas.height * 0.42) * dice.uniform(0.88, 1.0)
    tall = dice.turn((0.62, 0.45, 0.8, 0.54))
    facing = dice.pick((-1, 1))
    center = (canvas.width * 0.5 + facing * 0.27 * size, canvas.height * dice.uniform(0.48, 0.53))

    def at(points: list) -> list:
        return [(center[0] + facing * x * size, center[1] + y * size) for x, y in points]

    fish = dice.turn(_FISHES)
    _fins(canvas, dice, at, (tall, fish))
    half = [
        (1.0, 0.02),
        (0.7, -tall * 0.62),
        (0.1, -tall),
        (-0.5, -tall * 0.62),
        (-0.98, -tall * 0.16),
    ]
    outline = smooth(half + [(x, -y * 0.95) for x, y in reversed(half[1:])], closed=True)
    canvas.gradient_polygon(
        at(outline), [(0, darken(fish[0], 0.12)), (0.45, fish[0]), (1, fish[1])]
    )
    _pattern(canvas, dice, at, (tall, size, fish))
    _head(canvas, at, size, fish)


def _fins(canvas: Canvas, dice: Dice, at, look: tuple[float, list[Color]]) -> None:
    tall, fish = look
    flare = dice.uniform(0.5, 0.85)
    tail = smooth(
        [(-0.85, 0), (-1.25, -0.25), (-1.6, -flare), (-1.42, 0), (-1.6, flare), (-1.25, 0.25)],
        closed=True,
    )
    back = smooth(
        [
            (0.35, -tall * 0.85),
            (0.1, -tall * 1.45),
            (-0.45, -tall * 1.25),
            (-0.85, -tall * 0.75),
            (-0.5, -tall * 0.4),
        ],
        closed=True,
    )
    belly = smooth(
        [(0.05, tall * 0.8), (-0.2, tall * 1.4), (-0.65, tall * 1.15), (-0.6, tall * 0.4)],
        closed=True,
    )
    for fin in (tail, back, belly):
        canvas.gradient_polygon(
            at(fin), [(0, lighten(fish[3], 0.2)), (1, darken(fish[3], 0.1))], angle=0
        )
    for ray in range(7):
        share = (ray - 3) / 3
        canvas.line(
            at([(-0.95, 0.08 * share), (-1.48, flare * 0.85 * share)]),
            fade(darken(fish[3], 0.4), 0.6),
            1.2,
        )
        x = 0.3 - 0.16 * ray
        canvas.line(
            at([(x, -tall * 0.7), (x - 0.14, -tall * 1.22)]), fade(darken(fish[3], 0.4), 0.5), 1.2
        )


def _pattern(canvas: Canvas, dice: Dice, at, look: tuple[float, float, list[Color]]) -> None:
    tall, size, fish = look
    style = dice.turn(("bands", "scales", "spots", "stripes", "scales"))
    if style == "bands":
        for x in (0.38, -0.12, -0.58):
            high = _reach(x, tall) * 0.96
            band = smooth([(x + 0.1, -high), (x + 0.16, 0), (x + 0.08, high)]) + smooth(
                [(x - 0.1, high), (x - 0.04, 0), (x - 0.08, -high)]
            )
            canvas.polygon(at(band), fish[2])
        return
    if style == "stripes":
        for row in (-0.55, -0.2, 0.15, 0.5):
            line = [(x / 10, row * _reach(x / 10, tall)) for x in range(-8, 6)]
            canvas.line(at(line), fish[2], size * 0.055)
        return
    for row in range(9):
        for column in range(13):
            x = -0.82 + column * 0.105 + (row % 2) * 0.052
            y = (row - 4) * tall * 0.21
            if x > 0.42 or abs(y) > _reach(x, tall) * 0.86:
                continue
            place = at([(x, y)])[0]
            if style == "scales":
                canvas.ring(
                    place, size * 0.06, fade(mix(fish[0], fish[2], 0.45), 0.8), max(1, size * 0.012)
                )
            elif (row + column) % 3 == 0:
                canvas.circle(place, size * dice.uniform(0.035, 0.07), fish[2])


def _reach(x: float, tall: float) -> float:
    """Half the body's height at x, roughly that of the outline."""
    return (
        tall
        * math.sqrt(max(0.02, 1 - ((x - 0.08) / 1.02) ** 2))
        * (1 if x > -0.4 else 0.86 + 0.35 * (x + 0.4))
    )


def _head(canvas: Canvas, at, size: float, fish: list[Color]) -> None:
    gill = smooth([(0.5, -0.3), (0.4, 0.0), (0.52, 0.3)])
    canvas.line(at(gill), fade(darken(fish[0], 0.4), 0.7), max(1, size * 0.022))
    flipper = smooth([(0.32, 0.08), (0.05, 0.02), (-0.14, 0.2), (0.06, 0.3)], closed=True)
    canvas.polygon(at(flipper), fade(lighten(fish[3], 0.15), 0.95))
    eye = at([(0.68, -0.1)])[0]
    for radius, color in ((0.105, (255, 255, 255)), (0.066, (22, 24, 34))):
        canvas.circle(eye, size * radius, color)
    canvas.circle((eye[0] - size * 0.025, eye[1] - size * 0.03), size * 0.022, (255, 255, 255))
    canvas.line(
        at(smooth([(0.97, 0.1), (0.88, 0.14), (0.82, 0.12)])),
        darken(fish[0], 0.5),
        max(1, size * 0.02),
    )


KIND = Kind("fish", draw, shapes=WIDE)
