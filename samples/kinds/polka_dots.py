"""Polka dots in regular and loose patterns."""

from __future__ import annotations

from canvas import Canvas
from dice import Dice
from kinds.kind import FLAT, MIXED, Kind
from palette import PALETTES, fade, lighten


def draw(canvas: Canvas, dice: Dice) -> None:
    palette = dice.turn(PALETTES)
    canvas.fill(palette[0])
    style = dice.turn(("staggered", "square", "two sizes", "ringed", "confetti"))
    if style == "confetti":
        _confetti(canvas, dice, palette)
        return
    pitch = canvas.unit / dice.integer(4, 9)
    radius = pitch * dice.uniform(0.24, 0.38)
    tones = palette[1 : 1 + dice.integer(1, 4)]
    stagger = style != "square"
    for row in range(-1, int(canvas.height / pitch) + 2):
        for column in range(-1, int(canvas.width / pitch) + 2):
            center = ((column + 0.5 * (row % 2 if stagger else 1)) * pitch, (row + 0.5) * pitch)
            color = tones[(row + 2 * column) % len(tones)]
            size = radius * (0.5 if style == "two sizes" and (row + column) % 2 else 1.0)
            canvas.circle(center, size, color)
            if style == "ringed":
                canvas.circle(center, size * 0.62, palette[0])
                canvas.circle(center, size * 0.32, tones[(row + column) % len(tones)])


def _confetti(canvas: Canvas, dice: Dice, palette: list) -> None:
    """Dots of several sizes that do not overlap: tried at random, kept where there is room."""
    kept: list[tuple[float, float, float]] = []
    for attempt in range(700):
        radius = (
            canvas.unit
            * (0.1 if attempt < 60 else 0.05 if attempt < 300 else 0.022)
            * dice.uniform(0.7, 1.1)
        )
        x, y = dice.uniform(0, canvas.width), dice.uniform(0, canvas.height)
        if all(
            (x - a) ** 2 + (y - b) ** 2 > (radius + c + canvas.unit * 0.008) ** 2
            for a, b, c in kept
        ):
            kept.append((x, y, radius))
    for x, y, radius in kept:
        color = dice.pick(palette[1:])
        canvas.circle((x, y), radius, color)
        canvas.circle(
            (x - radius * 0.3, y - radius * 0.3), radius * 0.28, fade(lighten(color, 0.5), 0.5)
        )


KIND = Kind("polka-dots", draw, shapes=MIXED, formats=FLAT)
