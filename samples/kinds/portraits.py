"""Portraits in flat colors: invented people with all sorts of hair, clothes, glasses and beards."""

from __future__ import annotations

from canvas import Canvas, smooth
from dice import Dice
from kinds.kind import TALL, Kind
from palette import Color, colors, darken, fade, lighten

_GROUNDS = colors("#f4d6c6 #cfe3df #f6e3b4 #d9d4ee #bcd7ea #f2c6c6 #dfe8c8 #3c4a63 #5b6f62")
_SKINS = colors("#f6d3bb #e8b48f #c98d63 #9b6540 #6e4530 #fbe3d0 #b97a4e")
_HAIRS = colors("#2b2024 #5a3825 #a8622d #d9a441 #8e8e93 #1f1a17 #b33f2e #e8e2d8")
_CLOTHES = colors("#d1495b #00798c #edae49 #30638e #66a182 #5f4b8b #2e4057 #e07a5f #f4f1de")


class Head:
    """The canvas in units of a head: (0, 0) is its middle, 1 about half its width."""

    def __init__(self, canvas: Canvas, size: float):
        self.canvas = canvas
        self.size = size
        self.x, self.y = canvas.width / 2, canvas.height * 0.44

    def at(self, u: float, v: float) -> tuple[float, float]:
        return (self.x + u * self.size, self.y + v * self.size)

    def shape(self, points: list, color: Color) -> None:
        curve = smooth(points, closed=True, steps=8)
        self.canvas.polygon([self.at(u, v) for u, v in curve], color)


def draw(canvas: Canvas, dice: Dice) -> None:
    ground = dice.turn(_GROUNDS)
    canvas.gradient([(0, lighten(ground, 0.18)), (1, darken(ground, 0.1))])
    canvas.circle(
        (canvas.width / 2, canvas.height * 0.42),
        canvas.unit * 0.42,
        fade(lighten(ground, 0.5), 0.35),
    )
    head = Head(canvas, canvas.unit * dice.uniform(0.22, 0.25))
    skin, hair = dice.turn(_SKINS), dice.pick(_HAIRS)
    style = dice.turn(("long", "short", "bun", "curly", "bald", "bob", "cap"))
    _hair_behind(head, style, hair)
    _shoulders(head, dice, skin)
    for side in (-1, 1):
        canvas.circle(head.at(side * 0.98, 0.08), head.size * 0.19, darken(skin, 0.1))
    head.shape(
        [
            (0, -1.15),
            (0.75, -0.95),
            (0.98, -0.2),
            (0.88, 0.55),
            (0.45, 1.12),
            (0, 1.28),
            (-0.45, 1.12),
            (-0.88, 0.55),
            (-0.98, -0.2),
            (-0.75, -0.95),
        ],
        skin,
    )
    _beard(head, dice, style, hair)
    _features(head, dice, skin, hair)
    _hair_before(head, dice, style, hair)


def _hair_behind(head: Head, style: str, hair: Color) -> None:
    if style == "long":
        head.shape(
            [
                (0, -1.5),
                (1.1, -1.1),
                (1.35, 0.2),
                (1.45, 1.7),
                (0.7, 2.0),
                (-0.7, 2.0),
                (-1.45, 1.7),
                (-1.35, 0.2),
                (-1.1, -1.1),
            ],
            darken(hair, 0.15),
        )
    elif style == "bob":
        head.shape(
            [
                (0, -1.5),
                (1.15, -1.1),
                (1.35, 0.0),
                (1.25, 0.95),
                (0.6, 1.1),
                (-0.6, 1.1),
                (-1.25, 0.95),
                (-1.35, 0.0),
                (-1.15, -1.1),
            ],
            darken(hair, 0.15),
        )
    elif style == "bun":
        head.canvas.circle(head.at(0, -1.6), head.size * 0.5, darken(hair, 0.1))
    elif style == "curly":
        for u, v in (
            (-1.0, -0.5),
            (-1.15, 0.05),
            (1.0, -0.5),
            (1.15, 0.05),
            (-0.7, -1.05),
            (0.7, -1.05),
            (0, -1.25),
            (-0.38, -1.25),
            (0.38, -1.25),
        ):
            head.canvas.circle(head.at(u, v), head.size * 0.5, darken(hair, 0.12))


def _shoulders(head: Head, dice: Dice, skin: Color) -> None:
    canvas, at, size = head.canvas, head.at, head.size
    cloth = dice.pick(_CLOTHES)
    low = (canvas.height * 1.1 - at(0, 0)[1]) / size
    head.shape(
        [(0, 1.55), (1.1, 1.75), (1.9, 2.25), (2.1, low), (-2.1, low), (-1.9, 2.25), (-1.1, 1.75)],
        cloth,
    )
    canvas.polygon(
        [at(-0.42, 0.8), at(0.42, 0.8), at(0.5, 1.75), at(0, 2.15), at(-0.5, 1.75)],
        darken(skin, 0.14),
    )
    style = dice.integer(0, 3)
    if style == 0:
        for side in (-1, 1):
            canvas.polygon(
                [at(side * 0.5, 1.6), at(side * 0.95, 1.72), at(side * 0.2, 2.7), at(0, 2.15)],
                lighten(cloth, 0.35),
            )
    elif style == 1:
        for stripe in range(5):
            v = 2.35 + stripe * 0.4
            canvas.line([at(-2.2, v), at(2.2, v)], lighten(cloth, 0.45), size * 0.13)
    elif style == 2:
        canvas.line(
            [
                at(u, v)
                for u, v in smooth(
                    [(-0.62, 1.66), (-0.4, 2.1), (0, 2.35), (0.4, 2.1), (0.62, 1.66)]
                )
            ],
            (246, 220, 150),
            size * 0.06,
        )


def _beard(head: Head, dice: Dice, style: str, hair: Color) -> None:
    if style in ("long", "bun", "bob") or dice.chance(0.45):
        return
    head.shape(
        [
            (-0.95, 0.1),
            (-0.7, 0.42),
            (0, 0.5),
            (0.7, 0.42),
            (0.95, 0.1),
            (0.86, 0.75),
            (0.45, 1.32),
            (0, 1.48),
            (-0.45, 1.32),
            (-0.86, 0.75),
        ],
        hair,
    )


def _features(head: Head, dice: Dice, skin: Color, hair: Color) -> None:
    canvas, at, size = head.canvas, head.at, head.size
    iris = dice.pick(colors("#3b2a20 #31506e #3f6b4a #5a4632"))
    for side in (-1, 1):
        canvas.ellipse(at(side * 0.4, 0.02), (size * 0.16, size * 0.11), (253, 251, 247))
        canvas.circle(at(side * 0.4, 0.02), size * 0.092, iris)
        canvas.circle(at(side * 0.4, 0.02), size * 0.045, (20, 18, 20))
        brow = smooth([at(side * 0.2, -0.26), at(side * 0.42, -0.34), at(side * 0.63, -0.25)])
        canvas.line(brow, darken(hair, 0.15), size * 0.065)
        canvas.glow(at(side * 0.6, 0.45), size * 0.26, (226, 90, 90, 70))
    canvas.line(
        smooth([at(0.02, -0.02), at(0.13, 0.34), at(-0.06, 0.4)]), darken(skin, 0.28), size * 0.05
    )
    lip = dice.pick(((196, 80, 80), (176, 66, 74), (214, 110, 100)))
    if dice.chance(0.5):
        canvas.polygon(
            smooth([at(-0.3, 0.66), at(0, 0.7), at(0.3, 0.66), at(0, 0.9)], closed=True),
            (252, 248, 244),
        )
    canvas.line(smooth([at(-0.3, 0.66), at(0, 0.78), at(0.3, 0.66)]), lip, size * 0.065)
    if dice.chance(0.4):
        frame = dice.pick(((40, 40, 46), (150, 40, 50), (190, 150, 70)))
        for side in (-1, 1):
            canvas.circle(at(side * 0.42, 0.02), size * 0.3, (255, 255, 255, 45))
            canvas.ring(at(side * 0.42, 0.02), size * 0.3, frame, size * 0.05)
        canvas.line([at(-0.13, 0), at(0.13, 0)], frame, size * 0.05)


def _hair_before(head: Head, dice: Dice, style: str, hair: Color) -> None:
    canvas, at, size = head.canvas, head.at, head.size
    if style == "bald":
        canvas.ellipse(at(-0.3, -0.85), (size * 0.26, size * 0.1), (255, 255, 255, 70), -20)
        return
    if style == "cap":
        color = dice.pick(_CLOTHES)
        head.shape(
            [(-1.05, -0.4), (-0.95, -1.1), (0, -1.55), (0.95, -1.1), (1.05, -0.4), (0, -0.62)],
            color,
        )
        head.shape(
            [(-0.9, -0.55), (0.2, -0.75), (1.5, -0.42), (1.55, -0.28), (0.2, -0.45)],
            darken(color, 0.2),
        )
        return
    part = dice.uniform(-0.5, 0.5)
    fringe = [
        (-1.08, 0.0),
        (-1.1, -0.85),
        (-0.5, -1.42),
        (0.4, -1.46),
        (1.08, -0.9),
        (1.08, 0.0),
        (0.86, -0.45),
        (part, -0.78 + dice.uniform(-0.1, 0.2)),
        (-0.86, -0.4),
    ]
    head.shape(fringe, hair)
    for strand in range(4):
        u = -0.6 + 0.4 * strand
        canvas.line(
            smooth([at(u, -1.2), at(u + 0.1, -0.98), at(u + 0.02, -0.85)]),
            fade(lighten(hair, 0.3), 0.5),
            size * 0.035,
        )


KIND = Kind("portraits", draw, shapes=TALL, side_max=720)
