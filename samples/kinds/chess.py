"""Chess positions on boards of several woods and colors."""

from __future__ import annotations

from canvas import Canvas
from dice import Dice
from fonts import Font
from kinds.kind import FLAT, Kind
from palette import Color, colors, darken

# Light squares, dark squares, frame.
_BOARDS = [
    colors("#f0d9b5 #b58863 #6b4a33"),
    colors("#eeeed2 #769656 #3f5730"),
    colors("#dee3e6 #8ca2ad #4c5f6b"),
    colors("#f3e6e0 #b0535a #5e262b"),
    colors("#e9e3f5 #8877b7 #453a66"),
    colors("#f6e7c1 #7c5a3a #2f2118"),
]
_OPENING = (
    "rnbqkbnr",
    "pppppppp",
    "........",
    "........",
    "........",
    "........",
    "PPPPPPPP",
    "RNBQKBNR",
)
_GLYPHS = dict(zip("kqrbnp", "♚♛♜♝♞♟"))


def draw(canvas: Canvas, dice: Dice) -> None:
    light, dark, frame = dice.turn(_BOARDS)
    canvas.gradient([(0, frame), (1, darken(frame, 0.25))], angle=60)
    cell = canvas.unit * dice.uniform(0.108, 0.116)
    left, top = (canvas.width - 8 * cell) / 2, (canvas.height - 8 * cell) / 2
    rows = _played(dice)
    for row in range(8):
        for column in range(8):
            x, y = left + column * cell, top + row * cell
            canvas.rectangle((x, y, x + cell, y + cell), dark if (row + column) % 2 else light)
            if rows[row][column] != ".":
                _piece(canvas, rows[row][column], (x + cell / 2, y + cell / 2), cell)
    size = cell * 0.26
    for number in range(8):
        place = (number + 0.5) * cell
        canvas.text(
            (left + place, top + 8 * cell + size * 0.75),
            "abcdefgh"[number],
            Font("Sans", size),
            light,
            "mm",
        )
        canvas.text(
            (left - size * 0.75, top + place), str(8 - number), Font("Sans", size), light, "mm"
        )


def _played(dice: Dice) -> list[list[str]]:
    """A position some way into a game: pieces moved to free squares, some taken. Kings stay on."""
    rows = [list(row) for row in _OPENING]
    for _ in range(dice.turn((8, 18, 28, 40))):
        taken = [(r, c) for r in range(8) for c in range(8) if rows[r][c] != "."]
        row, column = dice.pick(taken)
        piece = rows[row][column]
        if dice.chance(0.35) and piece.lower() != "k":
            rows[row][column] = "."
            continue
        step = 1 if piece.islower() else -1
        reach = dice.integer(1, 2 if piece.lower() == "p" else 4)
        target = (row + step * reach, column + (0 if piece.lower() == "p" else dice.integer(-2, 2)))
        if 1 <= target[0] <= 6 and 0 <= target[1] <= 7 and rows[target[0]][target[1]] == ".":
            rows[row][column], rows[target[0]][target[1]] = ".", piece
    return rows


def _piece(canvas: Canvas, piece: str, center: tuple[float, float], cell: float) -> None:
    font = Font("Sans", cell * 0.86)
    white = piece.isupper()
    fill, rim = ((252, 250, 244), (40, 34, 30)) if white else ((38, 34, 34), (225, 218, 206))
    glyph = _GLYPHS[piece.lower()]
    edge = cell * 0.022
    steps: list[tuple[float, float]] = [
        (-1, -1),
        (1, -1),
        (-1, 1),
        (1, 1),
        (0, -1.3),
        (0, 1.3),
        (-1.3, 0),
        (1.3, 0),
    ]
    for dx, dy in steps:
        _glyph(canvas, (center[0] + dx * edge, center[1] + dy * edge), glyph, (font, rim))
    _glyph(canvas, center, glyph, (font, fill))


def _glyph(
    canvas: Canvas, place: tuple[float, float], glyph: str, look: tuple[Font, Color]
) -> None:
    canvas.text(place, glyph, *look, "mm")


KIND = Kind("chess", draw, shapes=(1.0, 1.0, 5 / 4), formats=FLAT, supersampling=2, side_max=640)
