"""What all charts share: themes, a titled frame, axes with grid lines, invented subjects."""

from __future__ import annotations

from dataclasses import dataclass

from canvas import Box, Canvas
from dice import Dice
from fonts import Font
from palette import Color, colors, mix

SUBJECTS = (
    "Visitors per week", "Rainfall (mm)", "Bicycles counted", "Loaves sold", "Library loans",
    "Trains on time (%)", "Honey harvest (kg)", "Tickets sold", "Hours of sunshine", "Letters sent",
    "River level (cm)", "Apples picked (t)",
)  # fmt: skip
GROUPS = ("North", "South", "East", "West", "Harbor", "Hills", "Center", "Island")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Theme:
    ground: Color
    ink: Color
    grid: Color
    series: tuple[Color, ...]


def _theme(text: str) -> Theme:
    ground, ink, *series = colors(text)
    return Theme(ground, ink, mix(ground, ink, 0.16), tuple(series))


THEMES = (
    _theme("#ffffff #333a45 #4c78a8 #f58518 #54a24b #e45756 #b279a2 #72b7b2"),
    _theme("#faf7f0 #3b3a36 #b5523b #3f6f73 #dda448 #6d597a #8a9b5b #355070"),
    _theme("#1f2430 #d9dee8 #5ccfe6 #ffcc66 #bae67e #f28779 #d4bfff #73d0ff"),
    _theme("#f3f6fb #2c3e57 #1b4f9c #5a8fd8 #a9c7f0 #f2a541 #d1495b #66a182"),
    _theme("#ffffff #222222 #222222 #7a7a7a #b5b5b5 #4f4f4f #9a9a9a #d0d0d0"),
    _theme("#0f2a33 #e8f1ef #f4a259 #8cb369 #f4e285 #bc4b51 #5b8e7d #9ad4d6"),
)


def frame(canvas: Canvas, dice: Dice, theme: Theme) -> Box:
    """Paints ground and title; returns the box for the data."""
    canvas.fill(theme.ground)
    size = canvas.unit * 0.052
    title = f"{dice.pick(SUBJECTS)}, {dice.integer(1990, 2024)}"
    canvas.text((canvas.width * 0.09, size * 0.7), title, Font("Sans-Bold", size), theme.ink)
    return (canvas.width * 0.11, size * 2.9, canvas.width * 0.95, canvas.height - size * 2.2)


def value_axis(canvas: Canvas, theme: Theme, box: Box, top: float) -> None:
    """Horizontal grid lines from 0 to `top` with their numbers at the left."""
    left, upper, right, lower = box
    font = Font("Sans", canvas.unit * 0.032)
    for step in range(6):
        y = lower - (lower - upper) * step / 5
        canvas.rectangle((left, y - 0.5, right, y + 0.5), theme.grid)
        canvas.text((left - canvas.unit * 0.015, y), f"{top * step / 5:g}", font, theme.ink, "rm")


def label_below(canvas: Canvas, theme: Theme, place: tuple[float, float], words: str) -> None:
    size = canvas.unit * 0.032
    canvas.text((place[0], place[1] + size * 0.5), words, Font("Sans", size), theme.ink, "ma")


def legend(canvas: Canvas, theme: Theme, place: tuple[float, float], names: list[str]) -> None:
    """Colored squares with names, downward from `place`."""
    size = canvas.unit * 0.034
    for number, name in enumerate(names):
        y = place[1] + number * size * 1.6
        canvas.rectangle(
            (place[0], y, place[0] + size, y + size), theme.series[number % 6], size * 0.2
        )
        canvas.text(
            (place[0] + size * 1.5, y + size / 2), name, Font("Sans", size), theme.ink, "lm"
        )
