"""A house in its garden: storybook drawings in fair weather."""

from __future__ import annotations

from canvas import Box, Canvas, smooth
from dice import Dice
from kinds.kind import Kind
from noise import ridge
from palette import SKIES, Color, colors, darken, even, fade, lighten, mix

_WALLS = colors("#f6e7cb #e9b7a0 #bcd4c6 #f2d27e #d7dde4 #c9806b #a9c3dc #fbf3e4")
_ROOFS = colors("#a4433a #4a5568 #7a4b35 #2f5d62 #8c3b4a #5b4a6b #c26a3d")
_GRASSES = colors("#7fb069 #8fbf6a #6a994e #a7c957 #9bb86d")


def draw(canvas: Canvas, dice: Dice) -> None:
    sky = SKIES[dice.turn(("day", "morning", "rose", "day", "mint", "gold", "dusk"))]
    ground = canvas.height * dice.uniform(0.7, 0.78)
    canvas.gradient(even(sky), (0, 0, canvas.width, ground))
    for _ in range(3):
        _cloud(canvas, dice, ground)
    grass = dice.turn(_GRASSES)
    heights = ridge(dice, 65, 0.35)
    hills = [
        (i * canvas.width / 64, ground - canvas.height * 0.16 * h) for i, h in enumerate(heights)
    ]
    canvas.polygon([*hills, (canvas.width, ground + 2), (0, ground + 2)], mix(grass, sky[-1], 0.45))
    for _ in range(5):
        x = canvas.width * dice.uniform(0, 1)
        _tree(canvas, dice, (x, ground + 2), canvas.unit * dice.uniform(0.16, 0.36))
    canvas.gradient(
        [(0, grass), (1, darken(grass, 0.25))], (0, ground, canvas.width, canvas.height)
    )
    _house(canvas, dice, ground + canvas.height * 0.06)
    _garden(canvas, dice, ground, grass)


def _cloud(canvas: Canvas, dice: Dice, ground: float) -> None:
    x, y = canvas.width * dice.uniform(0, 1), ground * dice.uniform(0.1, 0.45)
    size = canvas.unit * dice.uniform(0.03, 0.06)
    for part in (-1.6, -0.7, 0.2, 1.1):
        canvas.circle(
            (x + part * size, y - size * dice.uniform(0, 0.5)), size, (255, 255, 255, 215)
        )
    canvas.rectangle((x - 2.4 * size, y, x + 2 * size, y + size), (255, 255, 255, 215), size * 0.5)


def _tree(canvas: Canvas, dice: Dice, foot: tuple[float, float], tall: float) -> None:
    x, y = foot
    leaf = dice.pick(colors("#4f772d #588157 #3a5a40 #90a955 #d98e3f"))
    canvas.rectangle((x - tall * 0.05, y - tall * 0.45, x + tall * 0.05, y), (104, 74, 52))
    if dice.chance(0.4):
        for tier in range(3):
            top = y - tall * (1 - tier * 0.22)
            half = tall * (0.16 + 0.07 * tier)
            shade = darken(leaf, 0.1 * tier)
            canvas.polygon(
                [(x, top), (x + half, top + tall * 0.38), (x - half, top + tall * 0.38)], shade
            )
        return
    for dx, dy, size in ((-0.14, -0.55, 0.2), (0.15, -0.56, 0.19), (0, -0.74, 0.24)):
        canvas.circle((x + dx * tall, y + dy * tall), tall * size, leaf)
    canvas.circle((x - tall * 0.07, y - tall * 0.8), tall * 0.12, fade(lighten(leaf, 0.35), 0.5))


def _house(canvas: Canvas, dice: Dice, foot: float) -> None:
    wall, roof = dice.turn(_WALLS), dice.turn(_ROOFS)
    wide = canvas.unit * dice.uniform(0.5, 0.75)
    storeys = dice.pick((1, 1, 2))
    tall = canvas.unit * (0.25 if storeys == 1 else 0.4)
    left = (canvas.width - wide) * dice.uniform(0.3, 0.7)
    box = (left, foot - tall, left + wide, foot)
    if dice.chance(0.7):
        stack = left + wide * dice.uniform(0.65, 0.8)
        canvas.rectangle(
            (stack, box[1] - canvas.unit * 0.2, stack + wide * 0.09, box[1]), darken(roof, 0.3)
        )
    canvas.rectangle(box, wall)
    canvas.rectangle((box[0], box[1], box[2], box[1] + tall * 0.1), darken(wall, 0.18))
    canvas.rectangle((box[0], foot - tall * 0.08, box[2], foot), darken(wall, 0.3))
    _roof(canvas, dice, box, roof)
    _openings(canvas, dice, box, storeys)


def _roof(canvas: Canvas, dice: Dice, box: Box, color: Color) -> None:
    left, top, right, _ = box
    wide = right - left
    rise, eave = canvas.unit * dice.uniform(0.15, 0.24), wide * 0.07
    style = dice.turn(("gable", "hip", "mansard"))
    inset = {"gable": 0.5, "hip": 0.22, "mansard": 0.1}[style]
    ridge_line = [(right - wide * inset, top - rise), (left + wide * inset, top - rise)]
    outline = [(left - eave, top + 2), (right + eave, top + 2), *ridge_line]
    canvas.polygon(outline, color)
    for row in range(1, 5):
        share = row / 5
        y = top - rise * share
        reach = eave + (-eave - wide * inset) * share
        canvas.line(
            [(left - reach, y), (right + reach, y)],
            darken(color, 0.15),
            max(0.8, canvas.unit * 0.004),
        )


def _openings(canvas: Canvas, dice: Dice, box: Box, storeys: int) -> None:
    left, top, right, bottom = box
    wide, floor = right - left, (bottom - top) / storeys
    frame, glass = (252, 250, 244), dice.pick(colors("#8ecae6 #a8dadc #ffe8a3 #bde0fe"))
    door = dice.pick(colors("#7a3e2b #2a6f77 #b5443c #3d405b #5a7d3a"))
    columns = 3
    doorway = dice.integer(0, 2)
    for storey in range(storeys):
        for column in range(columns):
            x = left + wide * (column + 0.5) / columns
            y = bottom - floor * (storey + 0.52)
            if storey == 0 and column == doorway:
                half = wide * 0.075
                canvas.rectangle(
                    (x - half * 1.2, bottom - floor * 0.74, x + half * 1.2, bottom), frame
                )
                canvas.rectangle(
                    (x - half, bottom - floor * 0.7, x + half, bottom), door, half * 0.2
                )
                canvas.circle((x + half * 0.6, bottom - floor * 0.33), half * 0.13, (240, 205, 110))
                continue
            half, high = wide * 0.075, floor * 0.22
            canvas.rectangle(
                (x - half * 1.18, y - high * 1.15, x + half * 1.18, y + high * 1.15), frame
            )
            canvas.gradient(
                [(0, lighten(glass, 0.35)), (1, glass)], (x - half, y - high, x + half, y + high)
            )
            canvas.rectangle((x - half * 0.07, y - high, x + half * 0.07, y + high), frame)
            canvas.rectangle((x - half, y - half * 0.07, x + half, y + half * 0.07), frame)


def _garden(canvas: Canvas, dice: Dice, ground: float, grass: Color) -> None:
    low = canvas.height
    start = canvas.width * dice.uniform(0.4, 0.6)
    path = [(start - 9, ground + canvas.height * 0.07), (start - canvas.width * 0.03, low * 0.92)]
    half = canvas.width * 0.05
    curve = smooth([*path, (start + canvas.width * 0.05, low)])
    canvas.polygon([*curve, *[(x + half, y) for x, y in reversed(curve)]], (226, 205, 170))
    for _ in range(60):
        place = (canvas.width * dice.uniform(0, 1), dice.uniform(ground + canvas.height * 0.1, low))
        size = canvas.unit * dice.uniform(0.004, 0.01)
        if dice.chance(0.5):
            canvas.line(
                [place, (place[0] + size, place[1] - 3 * size)],
                lighten(grass, 0.2),
                max(0.7, size * 0.4),
            )
            continue
        bloom = dice.pick(colors("#ffffff #ff8fab #ffd166 #e63946 #c77dff"))
        canvas.circle(place, size, bloom)


KIND = Kind("houses", draw)
