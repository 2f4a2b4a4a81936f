"""Bar charts: upright, grouped, stacked or lying."""

from __future__ import annotations

from canvas import Canvas
from dice import Dice
from fonts import Font
from kinds.chart import GROUPS, MONTHS, THEMES, frame, label_below, legend, value_axis
from kinds.kind import FLAT, WIDE, Kind


def draw(canvas: Canvas, dice: Dice) -> None:
    theme = dice.turn(THEMES)
    box = frame(canvas, dice, theme)
    style = dice.turn(("plain", "grouped", "stacked", "lying", "plain"))
    if style == "lying":
        _lying(canvas, dice, theme, box)
        return
    count = dice.integer(5, 12) if style != "grouped" else dice.integer(4, 6)
    series = 1 if style == "plain" else 3
    top = dice.pick((50, 100, 200, 500, 1000))
    value_axis(canvas, theme, box, top)
    left, upper, right, lower = box
    slot = (right - left) / count
    for number in range(count):
        x = left + slot * number
        base = lower
        for part in range(series):
            share = dice.uniform(0.15, 0.95) / (series if style == "stacked" else 1)
            tall = (lower - upper) * share
            color = theme.series[part]
            if style == "grouped":
                wide = slot * 0.8 / series
                start = x + slot * 0.1 + wide * part
                canvas.rectangle((start, lower - tall, start + wide * 0.92, lower), color)
                continue
            canvas.rectangle((x + slot * 0.16, base - tall, x + slot * 0.84, base), color)
            base -= tall
        label_below(canvas, theme, (x + slot / 2, lower), MONTHS[number])
    if series > 1:
        legend(canvas, theme, (right - canvas.unit * 0.17, canvas.unit * 0.035), list(GROUPS[:3]))


def _lying(canvas: Canvas, dice: Dice, theme, box) -> None:
    left, upper, right, lower = box
    left += canvas.unit * 0.06
    count = dice.integer(5, 8)
    slot = (lower - upper) / count
    values = sorted((dice.uniform(0.12, 0.95) for _ in range(count)), reverse=True)
    size = min(canvas.unit * 0.036, slot * 0.45)
    for number, (name, value) in enumerate(zip(dice.shuffled(GROUPS), values)):
        y = upper + slot * number
        end = left + (right - left) * value * 0.93
        canvas.rectangle((left, y + slot * 0.16, end, y + slot * 0.84), theme.series[0])
        canvas.text((left - size * 0.4, y + slot / 2), name, Font("Sans", size), theme.ink, "rm")
        canvas.text(
            (end + size * 0.4, y + slot / 2),
            f"{value * 100:.0f}",
            Font("Sans", size),
            theme.ink,
            "lm",
        )
    canvas.rectangle((left - 1, upper, left + 0.5, lower), theme.ink)


KIND = Kind("bar-charts", draw, shapes=WIDE, formats=FLAT, side_max=800)
