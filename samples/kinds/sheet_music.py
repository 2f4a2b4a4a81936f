"""Sheet music: staves with clef, bars, chords and beamed notes on old or new paper."""

from __future__ import annotations

from canvas import Canvas, ellipse_points, smooth
from dice import Dice
from fonts import Font
from kinds.kind import MIXED, Kind
from palette import Color, colors, darken

_PAPERS = [
    colors("#ffffff #16161a"),
    colors("#f6ecd2 #33261a"),
    colors("#fbf7ef #1d2433"),
    colors("#efe3c4 #45321c"),
    colors("#20242e #e9e4d4"),
]
_TITLES = (
    "Waltz",
    "Nocturne",
    "Little Suite",
    "Barcarolle",
    "Minuet",
    "Song of the Mill",
    "Andante",
    "Lullaby",
    "Rondo",
)


def draw(canvas: Canvas, dice: Dice) -> None:
    paper, ink = dice.turn(_PAPERS)
    canvas.gradient([(0, paper), (1, darken(paper, 0.06))], angle=60)
    gap = canvas.unit / dice.turn((56, 44, 66, 38))
    margin = canvas.width * 0.07
    y = gap * 5
    if dice.chance(0.7):
        size = gap * 4
        canvas.text(
            (canvas.width / 2, y + size * 0.4),
            f"{dice.turn(_TITLES)} No. {dice.integer(1, 24)}",
            Font("Serif-Bold", size),
            ink,
            "mm",
        )
        y += size * 1.9
    while y + gap * 7 < canvas.height - gap * 2:
        _staff(canvas, dice, (margin, y + gap * 2, canvas.width - margin), (gap, ink))
        y += gap * 12


def _staff(
    canvas: Canvas, dice: Dice, place: tuple[float, float, float], pen: tuple[float, Color]
) -> None:
    left, top, right = place
    gap, ink = pen
    thin = max(0.7, gap * 0.12)
    for line in range(5):
        y = top + line * gap
        canvas.rectangle((left, y - thin / 2, right, y + thin / 2), ink)
    _treble_clef(canvas, (left + gap * 2, top + gap * 3), pen)
    start = left + gap * 5
    bars = max(2, round((right - start) / (gap * 22)))
    wide = (right - start) / bars
    for bar in range(bars):
        end = start + wide * (bar + 1)
        canvas.rectangle((end - thin, top, end + thin * 0.6, top + 4 * gap), ink)
        _bar(canvas, dice, (start + wide * bar + gap, top, wide - gap), pen)


def _bar(
    canvas: Canvas, dice: Dice, place: tuple[float, float, float], pen: tuple[float, Color]
) -> None:
    x, top, wide = place
    beats = 4
    step = wide / beats
    height = dice.integer(1, 7)
    for beat in range(beats):
        height = min(9, max(-1, height + dice.integer(-2, 2)))
        style = dice.integer(0, 5)
        center = x + step * (beat + 0.35)
        if style <= 1:
            _pair(canvas, dice, (center, top, step * 0.5, height), pen)
        elif style == 5:
            _note(canvas, (center, top, height), pen, hollow=True)
            _note(canvas, (center, top, height - 2), pen, hollow=True)
        else:
            _note(canvas, (center, top, height), pen, hollow=False)


def _note(
    canvas: Canvas, place: tuple[float, float, int], pen: tuple[float, Color], hollow: bool
) -> tuple[float, float]:
    """`place`: x, the staff's top, half gaps downward from there. Returns the stem's end."""
    x, top, height = place
    gap, ink = pen
    y = top + height * gap / 2
    canvas.polygon(ellipse_points((x, y), (gap * 0.62, gap * 0.44), -20, 24), ink)
    if hollow:
        inside = (252, 250, 244) if sum(ink) < 380 else (40, 44, 54)
        canvas.polygon(ellipse_points((x, y), (gap * 0.46, gap * 0.2), -32, 24), inside)
    for extra in [-2] if height <= -2 else [10] if height >= 10 else []:
        canvas.rectangle(
            (x - gap, top + extra * gap / 2 - 0.5, x + gap, top + extra * gap / 2 + 0.5), ink
        )
    up = height >= 4
    stem = (x + gap * 0.54, y - gap * 3.3) if up else (x - gap * 0.54, y + gap * 3.3)
    thin = max(0.8, gap * 0.14)
    canvas.rectangle(
        (stem[0] - thin / 2, min(y, stem[1]), stem[0] + thin / 2, max(y, stem[1])), ink
    )
    return stem


def _pair(canvas: Canvas, dice: Dice, place: tuple, pen: tuple[float, Color]) -> None:
    """Two beamed notes. `place`: x, the staff's top, the notes' distance, the first's height."""
    x, top, step, height = place
    gap, ink = pen
    other = min(9, max(-1, height + dice.integer(-1, 1)))
    if (height >= 4) != (other >= 4):
        other = height
    first = _note(canvas, (x, top, height), pen, hollow=False)
    second = _note(canvas, (x + step, top, other), pen, hollow=False)
    thick = gap * 0.5 * (1 if height >= 4 else -1)
    canvas.polygon(
        [first, second, (second[0], second[1] + thick), (first[0], first[1] + thick)], ink
    )


def _treble_clef(canvas: Canvas, place: tuple[float, float], pen: tuple[float, Color]) -> None:
    x, y = place
    gap, ink = pen
    spiral = [
        (0.1, 0.55),
        (-0.5, 0.35),
        (-0.6, -0.3),
        (0.1, -0.75),
        (0.85, -0.2),
        (0.75, 0.75),
        (-0.1, 1.15),
        (-1.15, 0.6),
        (-1.2, -0.6),
        (-0.2, -2.0),
        (0.6, -3.2),
        (0.55, -4.5),
        (0.15, -4.7),
        (-0.25, -3.8),
        (0.0, -2.0),
        (0.4, 1.2),
        (0.35, 2.3),
        (-0.25, 2.6),
        (-0.65, 2.1),
    ]
    canvas.line(smooth([(x + u * gap, y + v * gap) for u, v in spiral]), ink, max(1.0, gap * 0.24))
    canvas.circle((x - 0.45 * gap, y + 2.1 * gap), gap * 0.3, ink)


KIND = Kind("sheet-music", draw, shapes=MIXED)
