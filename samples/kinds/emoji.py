"""Emoji from Noto Color Emoji by theme: one or two, a pattern, a heap or a ring."""

from __future__ import annotations

import functools
import math

from canvas import Canvas
from dice import Dice
from fonts import emoji
from kinds.kind import MIXED, Kind
from palette import colors, darken, fade, lighten

_THEMES = {
    "emoji-faces": "😀😂😊😍😎🤔😴😡😱🥳🤩😇🙃😜🤗😢🤠🤓",
    "emoji-animals": "🐶🐱🐭🐰🦊🐻🐼🐯🦁🐮🐷🐸🐵🐔🐧🦉🐺🐴",
    "emoji-food": "🍕🍔🍟🌮🌯🥪🥙🥓🌭🍳🥘🍝🥞🧇🥨🥐🍩🍪",
    "emoji-vehicles": "🚗🚕🚌🚒🚓🚜🚑🚚🚙🚐🚛🚎🚍🚔🚖🚘🛻🚃",
    "emoji-plants": "🌻🌹🌷🌸🌺🌼💐🏵🌿🍀🌱☘🥀💮🌾🍁🍂🍃",
    "emoji-hearts": "❤💙💚💛💜🧡🖤💖💘💝💕💔💗💓💞💟🤍🤎",
}
_GROUNDS = colors(
    "#fff3c4 #ffd9d9 #d9ecff #dff5e1 #eadcff #ffe8d1 #fdfdfd #2e3350 #d7f3f4 #3a2d3f #ffe3f1"
)


def _draw(theme: str, canvas: Canvas, dice: Dice) -> None:
    # Each theme starts elsewhere in the row of grounds, so that no two kinds run in step.
    ground = _GROUNDS[(dice.index + 2 * list(_THEMES).index(theme)) % len(_GROUNDS)]
    if dice.index % 3:
        canvas.gradient(
            [(0, lighten(ground, 0.25)), (1, darken(ground, 0.12))], angle=dice.uniform(20, 160)
        )
    else:
        canvas.fill(ground)
    layouts = (_single, _pattern, _pair, _single, _ring, _heap, _single)
    layout = layouts[(dice.index + 3 * list(_THEMES).index(theme)) % len(layouts)]
    layout(theme, canvas, dice)


def _single(theme: str, canvas: Canvas, dice: Dice) -> None:
    size = canvas.unit * dice.uniform(0.55, 0.8)
    center = (canvas.width / 2, canvas.height / 2)
    if dice.chance(0.5):
        canvas.circle(center, canvas.unit * 0.46, fade((255, 255, 255), 0.4))
    _stamp(canvas, dice.turn(_THEMES[theme]), center, (size, dice.uniform(-8, 8)))


def _pair(theme: str, canvas: Canvas, dice: Dice) -> None:
    start = dice.index % len(_THEMES[theme])
    for number in range(2):
        share = 0.29 + 0.42 * number
        wide = canvas.width >= canvas.height
        center = (canvas.width * (share if wide else 0.5), canvas.height * (0.5 if wide else share))
        size = min(max(canvas.width, canvas.height) * 0.38, canvas.unit * 0.75)
        _stamp(
            canvas,
            _THEMES[theme][(start + number * 5) % len(_THEMES[theme])],
            center,
            (size, dice.uniform(-10, 10)),
        )


def _pattern(theme: str, canvas: Canvas, dice: Dice) -> None:
    pitch = canvas.unit / dice.integer(2, 4)
    chosen = dice.shuffled(_THEMES[theme])[: dice.integer(1, 4)]
    tilt = dice.pick((0, 0, -20, 15))
    for row in range(int(canvas.height / pitch) + 2):
        for column in range(-1, int(canvas.width / pitch) + 2):
            center = ((column + 0.5 * (row % 2)) * pitch + pitch / 4, (row + 0.3) * pitch)
            _stamp(canvas, chosen[(row + column) % len(chosen)], center, (pitch * 0.74, tilt))


def _ring(theme: str, canvas: Canvas, dice: Dice) -> None:
    chosen = dice.shuffled(_THEMES[theme])
    count = dice.integer(5, 7)
    center = (canvas.width / 2, canvas.height / 2)
    for number in range(count):
        turn = 2 * math.pi * number / count
        place = (
            center[0] + canvas.unit * 0.36 * math.cos(turn),
            center[1] + canvas.unit * 0.36 * math.sin(turn),
        )
        _stamp(canvas, chosen[number], place, (canvas.unit * 0.23, 0))
    _stamp(canvas, chosen[-1], center, (canvas.unit * 0.36, 0))


def _heap(theme: str, canvas: Canvas, dice: Dice) -> None:
    for _ in range(16):
        place = (canvas.width * dice.uniform(0.02, 0.98), canvas.height * dice.uniform(0.02, 0.98))
        size = canvas.unit * dice.uniform(0.24, 0.4)
        _stamp(canvas, dice.pick(_THEMES[theme]), place, (size, dice.uniform(-25, 25)))


def _stamp(
    canvas: Canvas, character: str, center: tuple[float, float], pose: tuple[float, float]
) -> None:
    size, angle = pose
    picture = emoji(character)
    enlarged = size / max(picture.size)
    canvas.paste(picture, center, (picture.width * enlarged, picture.height * enlarged), angle)


KINDS = tuple(
    Kind(theme, functools.partial(_draw, theme), shapes=MIXED, supersampling=2, side_max=560)
    for theme in _THEMES
)
