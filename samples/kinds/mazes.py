"""Mazes with one way through each, as walls on a ground; some with the way drawn in."""

from __future__ import annotations

from canvas import Canvas
from dice import Dice
from kinds.kind import FLAT, MIXED, Kind
from palette import Color, colors

# Ground, walls, way.
_LOOKS = [
    colors("#ffffff #1d1f24 #e63946"),
    colors("#fdf6e3 #4a3f35 #2a9d8f"),
    colors("#12203a #7fc8f8 #ffd166"),
    colors("#e8f3e8 #2f6b3f #d1495b"),
    colors("#2b1b3d #f2a6ff #fff275"),
    colors("#fbe9e7 #b23a48 #1d3557"),
]

Cell = tuple[int, int]


def draw(canvas: Canvas, dice: Dice) -> None:
    ground, wall, way = dice.turn(_LOOKS)
    canvas.fill(ground)
    margin = canvas.unit * 0.05
    columns = dice.integer(10, 26)
    cell = (canvas.width - 2 * margin) / columns
    rows = max(6, int((canvas.height - 2 * margin) / cell))
    left, top = margin, (canvas.height - rows * cell) / 2
    parents = _dug(dice, columns, rows)

    def middle(place: Cell) -> tuple[float, float]:
        return (left + (place[0] + 0.5) * cell, top + (place[1] + 0.5) * cell)

    if dice.index % 2:
        place = (columns - 1, rows - 1)
        path = [place]
        while parents[place] != place:
            place = parents[place]
            path.append(place)
        canvas.line([middle(step) for step in path], way, cell * 0.34)
    _walls(
        canvas, (left, top, cell), (columns, rows, parents), (wall, cell * dice.uniform(0.1, 0.24))
    )
    canvas.circle(middle((0, 0)), cell * 0.3, way)
    canvas.circle(middle((columns - 1, rows - 1)), cell * 0.3, way)


def _dug(dice: Dice, columns: int, rows: int) -> dict[Cell, Cell]:
    """Depth-first search in random order; returns from where each cell was entered."""
    parents: dict[Cell, Cell] = {(0, 0): (0, 0)}
    stack = [(0, 0)]
    while stack:
        x, y = stack[-1]
        around = [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]
        free = [p for p in around if 0 <= p[0] < columns and 0 <= p[1] < rows and p not in parents]
        if not free:
            stack.pop()
            continue
        step = dice.pick(free)
        parents[step] = (x, y)
        stack.append(step)
    return parents


def _walls(canvas: Canvas, grid: tuple, maze: tuple, pen: tuple[Color, float]) -> None:
    left, top, cell = grid
    columns, rows, parents = maze
    color, width = pen
    for x in range(columns + 1):
        for y in range(rows + 1):
            corner = (left + x * cell, top + y * cell)
            if y < rows and not _open(parents, (x - 1, y), (x, y)):
                canvas.line([corner, (corner[0], corner[1] + cell)], color, width)
            if x < columns and not _open(parents, (x, y - 1), (x, y)):
                canvas.line([corner, (corner[0] + cell, corner[1])], color, width)


def _open(parents: dict[Cell, Cell], first: Cell, second: Cell) -> bool:
    return parents.get(first) == second or parents.get(second) == first


KIND = Kind("mazes", draw, shapes=MIXED, formats=FLAT, side_max=720)
