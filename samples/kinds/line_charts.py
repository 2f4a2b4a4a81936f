"""Line charts of one to four series, some with the area below filled."""

from __future__ import annotations

from canvas import Canvas
from dice import Dice
from kinds.chart import GROUPS, MONTHS, THEMES, frame, label_below, legend, value_axis
from kinds.kind import FLAT, WIDE, Kind
from noise import ridge
from palette import fade


def draw(canvas: Canvas, dice: Dice) -> None:
    theme = dice.turn(THEMES)
    box = frame(canvas, dice, theme)
    left, upper, right, lower = box
    value_axis(canvas, theme, box, dice.pick((10, 40, 100, 250, 800)))
    series = dice.turn((1, 3, 2, 4, 1, 2))
    marked = dice.chance(0.4)
    count = 13 if marked else 97
    for number in range(series):
        heights = ridge(dice, count, dice.uniform(0.45, 0.62))
        low, span = dice.uniform(0.05, 0.35), dice.uniform(0.3, 0.55)
        line = [
            (
                left + (right - left) * i / (count - 1),
                lower - (lower - upper) * (low + span * height),
            )
            for i, height in enumerate(heights)
        ]
        color = theme.series[number]
        if series == 1:
            canvas.polygon([*line, (right, lower), (left, lower)], fade(color, 0.28))
        canvas.line(line, color, canvas.unit * 0.009)
        for point in line if marked else []:
            canvas.circle(point, canvas.unit * 0.013, color)
            canvas.circle(point, canvas.unit * 0.006, theme.ground)
    for month in range(0, 12, 2):
        label_below(canvas, theme, (left + (right - left) * month / 11, lower), MONTHS[month])
    if series > 1:
        legend(canvas, theme, (left + canvas.unit * 0.03, upper), list(GROUPS[:series]))


KIND = Kind("line-charts", draw, shapes=WIDE, formats=FLAT, side_max=800)
