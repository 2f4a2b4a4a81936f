"""Heat maps: a grid of values as colors, with a color bar."""

from __future__ import annotations

from canvas import Canvas, colorize
from dice import Dice
from fonts import Font
from kinds.chart import MONTHS, THEMES, frame, label_below
from kinds.kind import FLAT, Kind
from noise import cloud_noise
from palette import colors, even

_SCALES = [
    colors("#440154 #3b528b #21918c #5ec962 #fde725"),
    colors("#0d0887 #7e03a8 #cc4778 #f89540 #f0f921"),
    colors("#f7fbff #c6dbef #6baed6 #2171b5 #08306b"),
    colors("#fff5eb #fdd0a2 #fd8d3c #d94801 #7f2704"),
    colors("#2166ac #92c5de #f7f7f7 #f4a582 #b2182b"),
    colors("#000004 #51127c #b73779 #fc8961 #fcfdbf"),
    colors("#f7fcf5 #c7e9c0 #74c476 #238b45 #00441b"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    theme = THEMES[dice.index % 4]
    scale = even(dice.turn(_SCALES))
    left, upper, right, lower = frame(canvas, dice, theme)
    right -= canvas.unit * 0.12
    columns, rows = dice.integer(12, 30), dice.integer(8, 16)
    values = cloud_noise(dice, (columns, rows), (3, 2), 3)
    values = 0.75 * values + 0.25 * dice.arrays.random((rows, columns))
    wide, high = (right - left) / columns, (lower - upper) / rows
    gap = dice.pick((0.0, 0.04)) * min(wide, high)
    for row in range(rows):
        for column in range(columns):
            color = tuple(round(float(v)) for v in colorize(values[row, column], scale))
            x, y = left + column * wide, upper + row * high
            canvas.rectangle((x + gap, y + gap, x + wide - gap, y + high - gap), color)
        name = f"{row + 8}h"
        canvas.text(
            (left - 6, upper + (row + 0.5) * high),
            name,
            Font("Sans", min(high * 0.6, canvas.unit * 0.03)),
            theme.ink,
            "rm",
        )
    for step in range(0, 12, 2):
        label_below(canvas, theme, (left + (right - left) * (step + 0.5) / 12, lower), MONTHS[step])
    bar = (right + canvas.unit * 0.03, upper, right + canvas.unit * 0.07, lower)
    canvas.gradient([(1 - place, color) for place, color in reversed(scale)], bar)
    for step in range(5):
        y = lower - (lower - upper) * step / 4
        canvas.text(
            (bar[2] + 4, y), f"{step * 25}", Font("Sans", canvas.unit * 0.028), theme.ink, "lm"
        )


KIND = Kind("heat-maps", draw, formats=FLAT, side_max=800)
