"""Pies and doughnuts with a legend."""

from __future__ import annotations

import math

from canvas import Canvas
from dice import Dice
from fonts import Font
from kinds.chart import GROUPS, THEMES, frame, legend
from kinds.kind import FLAT, Kind


def draw(canvas: Canvas, dice: Dice) -> None:
    theme = dice.turn(THEMES)
    _, upper, _, lower = frame(canvas, dice, theme)
    radius = (lower - upper) * 0.47
    center = (canvas.width * dice.uniform(0.34, 0.42), (upper + lower) / 2)
    count = dice.integer(3, 6)
    weights = [dice.uniform(0.4, 2.0) for _ in range(count)]
    total = sum(weights)
    start = -90.0
    doughnut = dice.index % 2 == 1
    exploded = dice.integer(0, count - 1) if dice.index % 3 == 2 else -1
    for number, weight in enumerate(weights):
        end = start + 360 * weight / total
        middle = math.radians((start + end) / 2)
        out = radius * 0.1 if number == exploded else 0
        place = (center[0] + out * math.cos(middle), center[1] + out * math.sin(middle))
        canvas.slice(place, radius, (start, end), theme.series[number])
        for degrees in (start, end):
            rim = (
                place[0] + radius * 1.01 * math.cos(math.radians(degrees)),
                place[1] + radius * 1.01 * math.sin(math.radians(degrees)),
            )
            canvas.line([place, rim], theme.ground, canvas.unit * 0.007)
        if weight / total > 0.08 and not doughnut:
            words = (
                place[0] + radius * 0.65 * math.cos(middle),
                place[1] + radius * 0.65 * math.sin(middle),
            )
            share = f"{100 * weight / total:.0f}%"
            canvas.text(words, share, Font("Sans-Bold", canvas.unit * 0.04), theme.ground, "mm")
        start = end
    if doughnut:
        canvas.circle(center, radius * dice.uniform(0.45, 0.62), theme.ground)
    place = (center[0] + radius * 1.3, center[1] - count * canvas.unit * 0.027)
    legend(canvas, theme, place, dice.shuffled(GROUPS)[:count])


KIND = Kind("pie-charts", draw, formats=FLAT, side_max=800)
