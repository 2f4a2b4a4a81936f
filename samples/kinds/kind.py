"""What a kind of picture is: a name, a way to draw it, and the frames that suit it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from canvas import Canvas
from dice import Dice

# Width to height.
WIDE = (4 / 3, 3 / 2, 16 / 9, 5 / 4)
TALL = (3 / 4, 2 / 3, 4 / 5)
SQUARE = (1.0,)
MIXED = (1.0, 4 / 3, 3 / 4, 3 / 2, 1.0, 5 / 4)

# File formats by turns: painted pictures as cameras save them, flat drawings as screens do.
PAINTED = ("jpg", "jpg", "jpg", "webp", "jpg", "jpg", "jpg", "jpg", "png", "jpg", "jpg")
FLAT = ("png", "jpg", "png", "webp", "jpg", "png", "gif", "jpg", "jpg")
GRAINY = ("jpg", "jpg", "jpg", "jpg", "webp")

# Long sides in pixels by turns; their number has no divisor in common with other turns.
SIDES = (512, 640, 400, 560, 720, 480, 600, 360, 800, 520, 440, 1024, 320)


@dataclass(frozen=True)
class Kind:
    """`draw` paints the whole canvas. `supersampling` 1 is for kinds that compute pixels."""

    name: str
    draw: Callable[[Canvas, Dice], None]
    shapes: tuple[float, ...] = WIDE
    formats: tuple[str, ...] = PAINTED
    supersampling: int = 3
    side_max: int = 1024

    def frame(self, index: int) -> tuple[int, int]:
        """Width and height of picture number `index`, in pixels."""
        side = min(SIDES[(index * 5 + len(self.name)) % len(SIDES)], self.side_max)
        shape = self.shapes[index % len(self.shapes)]
        if shape >= 1:
            return side, round(side / shape)
        return round(side * shape), side
