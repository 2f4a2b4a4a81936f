"""Cartoon faces of animals on a colored ground: cats, bears, rabbits, foxes and more."""

from __future__ import annotations

import math

from canvas import Canvas, smooth
from dice import Dice
from kinds.kind import Kind
from palette import Color, colors, darken, fade, lighten

_GROUNDS = colors("#ffd6a5 #caffbf #9bf6ff #a0c4ff #ffc6ff #fdffb6 #ffadad #d0f4de #e4c1f9")
_FURS = {
    "cat": colors("#f2a65a #8d8d92 #3f3b41 #e8d5b5"),
    "bear": colors("#8a5a3b #5b3a29 #c08a5a #e9ecef"),
    "rabbit": colors("#f4ece6 #c9b8a8 #9a8c98 #e6b8a2"),
    "fox": colors("#e8702a #d9602b #c94f2a #f08a4b"),
    "panda": colors("#fbfbf8"),
    "frog": colors("#6ab04c #8cc152 #3aa17e #b5cf49"),
    "pig": colors("#f7b2bd #f4a6b5 #ffc8cf"),
    "mouse": colors("#b8b8c2 #d8c3a5 #8f95a3"),
    "koala": colors("#a3aab5 #8d97a5"),
    "lion": colors("#f0b450 #e6a23c"),
}


class Face:
    """The canvas in units of a face: (0, 0) is its middle, 1 its half width."""

    def __init__(self, canvas: Canvas, size: float):
        self.canvas = canvas
        self.size = size
        self.x, self.y = canvas.width / 2, canvas.height * 0.54

    def at(self, x: float, y: float) -> tuple[float, float]:
        return (self.x + x * self.size, self.y + y * self.size)

    def oval(
        self, x: float, y: float, radii: tuple[float, float], color: Color, angle: float = 0
    ) -> None:
        self.canvas.ellipse(
            self.at(x, y), (radii[0] * self.size, radii[1] * self.size), color, angle
        )

    def pair(
        self, x: float, y: float, radii: tuple[float, float], color: Color, angle: float = 0
    ) -> None:
        self.oval(-x, y, radii, color, angle)
        self.oval(x, y, radii, color, -angle)

    def patch(self, points: list, color: Color, mirrored: bool = False) -> None:
        for side in (1, -1) if mirrored else (1,):
            shape = [self.at(side * x, y) for x, y in smooth(points, closed=True, steps=8)]
            self.canvas.polygon(shape, color)

    def stroke(self, points: list, color: Color, width: float, mirrored: bool = False) -> None:
        for side in (1, -1) if mirrored else (1,):
            curve = smooth([self.at(side * x, y) for x, y in points], steps=8)
            self.canvas.line(curve, color, width * self.size)


def draw(canvas: Canvas, dice: Dice) -> None:
    ground = dice.turn(_GROUNDS)
    canvas.gradient([(0, lighten(ground, 0.35)), (1, darken(ground, 0.08))], angle=70)
    canvas.circle(
        (canvas.width / 2, canvas.height / 2), canvas.unit * 0.46, fade((255, 255, 255), 0.35)
    )
    animal = dice.turn(tuple(_FURS))
    fur = dice.pick(_FURS[animal])
    face = Face(canvas, canvas.unit * dice.uniform(0.28, 0.32))
    _EARS[animal](face, fur)
    face.oval(0, 0.05, (1.0, 0.88), darken(fur, 0.12))
    face.oval(0, 0, (1.0, 0.88), fur)
    _FEATURES[animal](face, fur)
    if animal != "frog":
        _eyes(face, dice, fur)
    face.pair(0.62, 0.3, (0.15, 0.1), (255, 120, 120, 90))


def _eyes(face: Face, dice: Dice, fur: Color) -> None:
    apart, size = 0.38, dice.uniform(0.1, 0.14)
    if dice.chance(0.25):
        face.stroke(
            [(apart - 0.13, -0.08), (apart, -0.19), (apart + 0.13, -0.08)],
            (38, 32, 36),
            0.05,
            mirrored=True,
        )
        return
    if sum(fur) < 330:
        face.pair(apart, -0.12, (size * 1.5, size * 1.6), (250, 246, 238))
    face.pair(apart, -0.12, (size, size * 1.15), (36, 30, 34))
    for side in (-1, 1):
        face.oval(
            side * apart + size * 0.3,
            -0.12 - size * 0.4,
            (size * 0.34, size * 0.34),
            (255, 255, 255),
        )


def _nose_and_mouth(face: Face, color: Color = (60, 40, 44), low: float = 0.2) -> None:
    face.patch([(-0.12, low - 0.04), (0, low - 0.06), (0.12, low - 0.04), (0, low + 0.09)], color)
    face.stroke(
        [(0, low + 0.08), (0.05, low + 0.22), (0.2, low + 0.22), (0.25, low + 0.13)],
        (60, 40, 44),
        0.03,
        mirrored=True,
    )


def _pointed_ears(face: Face, fur: Color) -> None:
    face.patch(
        [(0.25, -0.72), (0.72, -1.28), (0.86, -1.2), (0.97, -0.2), (0.5, -0.4)], fur, mirrored=True
    )
    face.patch(
        [(0.45, -0.7), (0.72, -1.08), (0.82, -0.5), (0.6, -0.55)],
        lighten((240, 150, 150), 0.2),
        mirrored=True,
    )


def _round_ears(face: Face, fur: Color) -> None:
    face.pair(0.72, -0.68, (0.34, 0.34), fur)
    face.pair(0.72, -0.66, (0.2, 0.2), lighten(fur, 0.45))


def _long_ears(face: Face, fur: Color) -> None:
    face.pair(0.38, -1.05, (0.22, 0.68), fur, -9)
    face.pair(0.38, -1.0, (0.11, 0.5), (244, 176, 180), -9)


def _big_ears(face: Face, fur: Color) -> None:
    face.pair(0.92, -0.55, (0.5, 0.5), fur)
    face.pair(0.92, -0.53, (0.34, 0.34), (246, 188, 192))


def _panda_ears(face: Face, fur: Color) -> None:
    face.pair(0.72, -0.7, (0.32, 0.32), (40, 40, 46))


def _pig_ears(face: Face, fur: Color) -> None:
    face.patch(
        [(0.3, -0.7), (0.85, -1.05), (1.0, -0.55), (0.82, -0.35)], darken(fur, 0.12), mirrored=True
    )


def _mane(face: Face, fur: Color) -> None:
    for tuft in range(16):
        turn = math.radians(tuft * 22.5)
        face.oval(
            1.08 * math.cos(turn),
            0.02 + 1.0 * math.sin(turn),
            (0.36, 0.36),
            (168, 92, 38) if tuft % 2 else (186, 108, 46),
        )
    _round_ears(face, fur)


def _frog_eyes(face: Face, fur: Color) -> None:
    face.pair(0.52, -0.78, (0.34, 0.34), fur)


def _cat(face: Face, fur: Color) -> None:
    for x in (-0.2, 0, 0.2):
        face.stroke([(x, -0.84 + abs(x) * 0.3), (x * 0.8, -0.55)], darken(fur, 0.3), 0.06)
    face.pair(0.17, 0.33, (0.25, 0.2), lighten(fur, 0.5))
    _nose_and_mouth(face, (232, 120, 130))
    for y in (0.22, 0.36):
        face.stroke([(0.5, y), (1.2, y + (y - 0.3))], (70, 60, 60), 0.022, mirrored=True)


def _bear(face: Face, fur: Color) -> None:
    face.oval(0, 0.32, (0.42, 0.36), lighten(fur, 0.45))
    _nose_and_mouth(face)


def _rabbit(face: Face, fur: Color) -> None:
    face.pair(0.16, 0.32, (0.22, 0.18), lighten(fur, 0.6))
    _nose_and_mouth(face, (235, 130, 140))
    face.patch([(-0.1, 0.44), (0.1, 0.44), (0.09, 0.62), (-0.09, 0.62)], (255, 255, 255))


def _fox(face: Face, fur: Color) -> None:
    face.patch(
        [(0.02, 0.1), (0.55, 0.06), (0.98, 0.14), (0.6, 0.68), (0.02, 0.86)],
        (253, 245, 236),
        mirrored=True,
    )
    _nose_and_mouth(face, (46, 36, 38))


def _panda(face: Face, fur: Color) -> None:
    face.pair(0.4, -0.1, (0.26, 0.3), (44, 44, 50), 25)
    face.pair(0.38, -0.12, (0.15, 0.16), (252, 252, 250))
    _nose_and_mouth(face)


def _frog(face: Face, fur: Color) -> None:
    face.pair(0.52, -0.78, (0.24, 0.24), (255, 255, 255))
    face.pair(0.52, -0.76, (0.12, 0.15), (36, 34, 34))
    face.stroke([(0, 0.42), (0.35, 0.4), (0.66, 0.22)], darken(fur, 0.5), 0.04, mirrored=True)
    face.pair(0.09, 0.06, (0.025, 0.035), darken(fur, 0.5))


def _pig(face: Face, fur: Color) -> None:
    face.oval(0, 0.26, (0.36, 0.26), darken(fur, 0.1))
    face.pair(0.13, 0.26, (0.065, 0.1), darken(fur, 0.4))
    face.stroke([(0, 0.66), (0.14, 0.64), (0.24, 0.56)], darken(fur, 0.5), 0.03, mirrored=True)


def _mouse(face: Face, fur: Color) -> None:
    face.oval(0, 0.3, (0.3, 0.24), lighten(fur, 0.45))
    _nose_and_mouth(face, (236, 120, 135), 0.16)
    face.stroke([(0.3, 0.28), (0.95, 0.2)], (80, 70, 76), 0.02, mirrored=True)


def _koala(face: Face, fur: Color) -> None:
    face.oval(0, 0.14, (0.2, 0.3), (52, 50, 58))
    face.stroke([(0, 0.58), (0.12, 0.6), (0.22, 0.53)], (60, 50, 56), 0.03, mirrored=True)


def _lion(face: Face, fur: Color) -> None:
    face.pair(0.18, 0.34, (0.26, 0.22), (253, 236, 205))
    _nose_and_mouth(face, (120, 66, 40))


_EARS = {
    "cat": _pointed_ears, "bear": _round_ears, "rabbit": _long_ears, "fox": _pointed_ears,
    "panda": _panda_ears, "frog": _frog_eyes, "pig": _pig_ears, "mouse": _big_ears,
    "koala": _big_ears, "lion": _mane,
}  # fmt: skip
_FEATURES = {
    "cat": _cat, "bear": _bear, "rabbit": _rabbit, "fox": _fox, "panda": _panda,
    "frog": _frog, "pig": _pig, "mouse": _mouse, "koala": _koala, "lion": _lion,
}  # fmt: skip

KIND = Kind("animal-faces", draw, shapes=(1.0, 1.0, 4 / 5, 5 / 4), side_max=640)
