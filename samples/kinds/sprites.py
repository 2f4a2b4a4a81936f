"""Pixel art: mirrored creatures and ships, one large or a sheet of many."""

from __future__ import annotations

from canvas import Canvas
from dice import Dice
from kinds.kind import MIXED, Kind
from palette import Color, colors, darken, lighten

_GROUNDS = colors("#101018 #1b1f3b #2b1b2e #0f2a24 #f4efe2 #dcecf5 #2f2f3a")
_COLORS = colors("#ff5964 #35a7ff #6bf178 #ffe74c #c77dff #ff9f1c #2ec4b6 #f72585 #a7c957 #f4a6ff")


def draw(canvas: Canvas, dice: Dice) -> None:
    canvas.fill(dice.turn(_GROUNDS))
    across = dice.turn((1, 4, 2, 6, 3))
    down = max(1, round(across * canvas.height / canvas.width))
    slot = min(canvas.width / across, canvas.height / down)
    for row in range(down):
        for column in range(across):
            center = (canvas.width * (column + 0.5) / across, canvas.height * (row + 0.5) / down)
            _sprite(canvas, dice, center, slot * (0.8 if across == 1 else 0.72))


def _sprite(canvas: Canvas, dice: Dice, center: tuple[float, float], size: float) -> None:
    cells = dice.pick((11, 13)) if size > canvas.unit * 0.3 else dice.pick((9, 11))
    half = cells // 2 + 1
    body = _grown(dice, half, cells)
    color, second = dice.shuffled(_COLORS)[:2]
    cell = max(1, round(size / cells * canvas.scale)) / canvas.scale
    left, top = center[0] - cell * cells / 2, center[1] - cell * cells / 2
    eye = (half - 3, cells // 2 - dice.integer(0, 2))
    for x in range(cells):
        for y in range(cells):
            column = min(x, cells - 1 - x)
            if (column, y) in body:
                tone = _tone(body, (column, y), (color, second))
                if (column, y) == eye:
                    tone = (250, 250, 250)
                canvas.rectangle(
                    (left + x * cell, top + y * cell, left + (x + 1) * cell, top + (y + 1) * cell),
                    tone,
                )


def _grown(dice: Dice, half: int, cells: int) -> set[tuple[int, int]]:
    """A connected shape grown from the middle line."""
    body = {(half - 1, y) for y in range(cells // 4, cells - cells // 4)}
    body |= {(half - 2, y) for y in range(cells // 3, cells - cells // 3)} | {
        (half - 3, cells // 2)
    }
    for _ in range(half * cells * 2 // 3):
        x, y = dice.pick(sorted(body))
        dx, dy = dice.pick(((-1, 0), (-1, 0), (0, 1), (0, -1)))
        if 0 <= x + dx < half and 0 <= y + dy < cells:
            body.add((x + dx, y + dy))
    return body


def _tone(body: set, place: tuple[int, int], tones: tuple[Color, Color]) -> Color:
    """Dark at the rim, the second color in bands inside, light from above."""
    x, y = place
    inner = all((x + dx, y + dy) in body for dx, dy in ((-1, 0), (0, 1), (0, -1)))
    if not inner:
        return darken(tones[0], 0.3) if (x, y + 1) not in body else tones[0]
    return lighten(tones[1], 0.2) if y % 4 < 2 else tones[1]


KIND = Kind(
    "sprites",
    draw,
    shapes=MIXED,
    formats=("png", "png", "gif", "png", "webp", "gif", "png"),
    supersampling=1,
)
