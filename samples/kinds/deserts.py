"""Dunes with a lit and a shaded side, some with a cactus or pyramids."""

from __future__ import annotations

import math

from canvas import Canvas, smooth
from dice import Dice
from kinds.kind import Kind
from palette import SKIES, Color, colors, darken, even, fade, lighten, mix

_SANDS = colors("#e8b06a #d98a4b #e6c08a #c9774a #d9a05b #c98a6b")


def draw(canvas: Canvas, dice: Dice) -> None:
    sky = SKIES[dice.turn(("day", "ember", "gold", "rose", "morning", "dusk"))]
    sand = dice.turn(_SANDS)
    horizon = canvas.height * dice.uniform(0.4, 0.52)
    canvas.gradient(even(sky), (0, 0, canvas.width, horizon + canvas.height * 0.1))
    sun = (canvas.width * dice.uniform(0.15, 0.85), horizon * dice.uniform(0.3, 0.75))
    canvas.glow(sun, canvas.unit * 0.45, fade(lighten(sky[-1], 0.5), 0.6))
    canvas.circle(sun, canvas.unit * dice.uniform(0.05, 0.09), mix(sky[-1], (255, 252, 230), 0.8))
    if dice.index % 3 == 1:
        _pyramids(canvas, dice, horizon + canvas.height * 0.06, mix(sand, sky[-1], 0.25))
    _dunes(canvas, dice, horizon, (sand, sky[-1]))
    if dice.index % 3 != 1:
        for _ in range(dice.integer(1, 3)):
            near = dice.uniform(0.3, 1)
            foot = (
                canvas.width * dice.uniform(0.1, 0.9),
                horizon + (canvas.height - horizon) * (0.4 + 0.55 * near),
            )
            _cactus(canvas, dice, foot, canvas.height * (0.12 + 0.22 * near))


def _dunes(canvas: Canvas, dice: Dice, horizon: float, tones: tuple[Color, Color]) -> None:
    sand, haze = tones
    layers = 5
    for layer in range(layers):
        depth = layer / (layers - 1)
        base = horizon + (canvas.height - horizon) * depth * 0.78
        high = canvas.height * (0.05 + 0.09 * depth)
        lit = mix(mix(sand, haze, 0.5), lighten(sand, 0.08), depth)
        shade = darken(mix(lit, (120, 50, 40), 0.35), 0.12)
        phase, waves = dice.uniform(0, 6.28), dice.uniform(0.6, 1.3)
        crest = []
        for i in range(61):
            x = i / 60
            wave = math.sin(phase + x * waves * 6.28) + 0.35 * math.sin(phase * 2 + x * waves * 13)
            crest.append((x * canvas.width, base - high * wave))
        foot = [(canvas.width, canvas.height), (0, canvas.height)]
        canvas.gradient_polygon(
            crest + foot, [(0, lighten(lit, 0.12)), (0.6, lit), (1, darken(lit, 0.08))]
        )
        _shaded_side(canvas, dice, crest, (high, shade))


def _shaded_side(canvas: Canvas, dice: Dice, crest: list, look: tuple[float, Color]) -> None:
    """From each top of the crest a shadow with a sharp winding edge falls to the right."""
    high, shade = look
    for i in range(2, len(crest) - 2):
        if crest[i][1] < crest[i - 1][1] and crest[i][1] <= crest[i + 1][1]:
            x, y = crest[i]
            edge = [
                (x, y),
                (x - high * 0.5, y + high * 1.1),
                (x + high * 0.7, y + high * 2.4),
                (x + high * 0.2, y + high * 4.5),
            ]
            slope = [point for point in crest[i:] if point[0] <= x + high * 7]
            end = slope[-1]
            back = [(end[0], end[1]), (x + high * 3.5, y + high * 3.4), edge[-1]]
            canvas.polygon(
                [*slope, *smooth(back, steps=8), *reversed(smooth(edge, steps=8))],
                fade(shade, 0.55),
            )


def _pyramids(canvas: Canvas, dice: Dice, ground: float, color: Color) -> None:
    for number in range(dice.integer(2, 3)):
        middle = canvas.width * (0.25 + 0.27 * number + dice.uniform(-0.06, 0.06))
        half = canvas.unit * dice.uniform(0.16, 0.3)
        top = (middle, ground - half * 1.15)
        fold = (middle + half * 0.35, ground + canvas.height * 0.1)
        foot = ground + canvas.height * 0.1
        canvas.polygon([top, fold, (middle - half * 1.1, foot)], lighten(color, 0.15))
        canvas.polygon([top, (middle + half * 1.1, foot), fold], darken(color, 0.35))


def _cactus(canvas: Canvas, dice: Dice, foot: tuple[float, float], tall: float) -> None:
    x, y = foot
    green = dice.pick(colors("#3f6b3a #4d7a45 #2f5b3f"))
    wide = tall * 0.17
    canvas.ellipse((x + tall * 0.25, y), (tall * 0.4, tall * 0.035), fade((80, 40, 20), 0.35))
    canvas.line([(x, y - wide / 2), (x, y - tall)], green, wide)
    for side in (-1, 1):
        low, up, out = dice.uniform(0.3, 0.55), dice.uniform(0.2, 0.32), side * tall * 0.24
        arm = [(x, y - tall * low), (x + out, y - tall * low), (x + out, y - tall * (low + up))]
        canvas.line(arm, green, wide * 0.72)
    canvas.line(
        [(x - wide * 0.22, y - wide / 2), (x - wide * 0.22, y - tall)],
        lighten(green, 0.25),
        wide * 0.1,
    )


KIND = Kind("deserts", draw)
