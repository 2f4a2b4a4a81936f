"""A city by night: towers with lit windows, often mirrored in a river."""

from __future__ import annotations

from canvas import Canvas
from dice import Dice
from kinds.kind import Kind
from palette import Color, colors, darken, even, fade, lighten, mix

_NIGHTS = [
    colors("#0a0e27 #1b2150 #43336e #8a4b7d"),
    colors("#050a18 #0c1b3a #17365f #2f6080"),
    colors("#140a24 #33164a #6b2358 #c2475c"),
    colors("#02100f #07282b #0f4a4c #2b7a6b"),
    colors("#0b0b13 #1c1c2b #33334a #5c5a70"),
    colors("#10122e #2d2a5a #6d4c86 #e08a7a"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    night = dice.turn(_NIGHTS)
    ground = canvas.height * (dice.uniform(0.68, 0.8) if dice.index % 3 else 1.0)
    canvas.gradient(even(night), (0, 0, canvas.width, ground))
    for _ in range(90):
        place = (dice.uniform(0, canvas.width), dice.uniform(0, ground * 0.6))
        canvas.circle(place, dice.uniform(0.3, 0.9), fade((255, 255, 255), dice.uniform(0.2, 0.8)))
    _moon(canvas, dice, ground)
    layers = 3
    for layer in range(layers):
        depth = layer / (layers - 1)
        color = mix(mix(night[2], night[3], 0.3), darken(night[0], 0.45), 0.25 + 0.75 * depth)
        _row_of_towers(canvas, dice, (ground, 0.62 - 0.16 * depth), (color, depth))
    if ground < canvas.height:
        canvas.mirror_below(ground, darken(night[1], 0.35), 0.45)
        _ripples(canvas, dice, ground, night)


def _moon(canvas: Canvas, dice: Dice, ground: float) -> None:
    center = (canvas.width * dice.uniform(0.12, 0.88), ground * dice.uniform(0.12, 0.35))
    canvas.glow(center, canvas.unit * 0.3, (255, 244, 214, 110))
    canvas.circle(center, canvas.unit * dice.uniform(0.04, 0.07), (255, 246, 222))


def _row_of_towers(
    canvas: Canvas, dice: Dice, stand: tuple[float, float], look: tuple[Color, float]
) -> None:
    """`stand`: the ground's y, the row's height as a share of it; `look`: color, brightness."""
    (ground, share), (color, lit) = stand, look
    x = -canvas.unit * dice.uniform(0, 0.08)
    while x < canvas.width:
        wide = canvas.unit * dice.uniform(0.07, 0.17)
        tall = ground * share * dice.uniform(0.4, 1.0)
        box = (x, ground - tall, x + wide, ground)
        canvas.rectangle(box, color)
        _roof(canvas, dice, box, color)
        if lit > 0:
            _windows(canvas, dice, box, lit)
        x += wide * dice.uniform(0.92, 1.15)


def _roof(canvas: Canvas, dice: Dice, box: tuple, color: Color) -> None:
    left, top, right, _ = box
    middle, wide = (left + right) / 2, right - left
    style = dice.integer(0, 4)
    if style == 0:
        canvas.line([(middle, top), (middle, top - wide * 0.7)], color, max(1.0, wide * 0.04))
        canvas.circle((middle, top - wide * 0.7), max(1.0, wide * 0.03), (255, 80, 80))
    elif style == 1:
        canvas.polygon([(left, top + 1), (middle, top - wide * 0.5), (right, top + 1)], color)
    elif style == 2:
        canvas.rectangle((left + wide * 0.2, top - wide * 0.22, right - wide * 0.2, top + 1), color)
    elif style == 3:
        canvas.polygon([(left, top + 1), (right, top - wide * 0.35), (right, top + 1)], color)


def _windows(canvas: Canvas, dice: Dice, box: tuple, lit: float) -> None:
    left, top, right, bottom = box
    columns = dice.integer(3, 6)
    cell = (right - left) / (columns + 0.6)
    rows = int((bottom - top) / (cell * 1.25))
    share = dice.uniform(0.25, 0.7)
    warm = dice.pick([(255, 214, 130), (255, 190, 100), (255, 236, 190), (190, 226, 255)])
    for row in range(rows):
        for column in range(columns):
            if not dice.chance(share):
                continue
            x = left + cell * (0.45 + column)
            y = top + cell * (0.5 + row * 1.25)
            glow = fade(
                lighten(warm, dice.uniform(0, 0.3)), (0.45 + 0.5 * lit) * dice.uniform(0.6, 1)
            )
            canvas.rectangle((x, y, x + cell * 0.62, y + cell * 0.72), glow)


def _ripples(canvas: Canvas, dice: Dice, ground: float, night: list[Color]) -> None:
    depth = canvas.height - ground
    for _ in range(150):
        near = dice.uniform(0, 1)
        place = (dice.uniform(0, canvas.width), ground + depth * near)
        long = canvas.width * dice.uniform(0.02, 0.09)
        tone = lighten(night[2], 0.3) if dice.chance(0.4) else darken(night[0], 0.2)
        canvas.ellipse(place, (long, 0.5 + 1.6 * near), fade(tone, 0.35))


KIND = Kind("city-nights", draw)
