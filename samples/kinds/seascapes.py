"""The open sea: a sun low over the horizon and its glitter on the waves."""

from __future__ import annotations

import math

from canvas import Canvas, smooth
from dice import Dice
from kinds.kind import Kind
from palette import SKIES, Color, darken, even, fade, lighten, mix, rgb


def draw(canvas: Canvas, dice: Dice) -> None:
    sky = SKIES[
        dice.turn(("gold", "day", "ember", "rose", "storm", "dusk", "morning", "violet", "mint"))
    ]
    horizon = canvas.height * dice.uniform(0.36, 0.58)
    canvas.gradient(even(sky), (0, 0, canvas.width, horizon + 1))
    sun_x = canvas.width * dice.uniform(0.25, 0.75)
    sun_y = horizon - canvas.unit * dice.uniform(0.02, 0.2)
    light = mix(sky[-1], (255, 250, 235), 0.65)
    canvas.glow((sun_x, sun_y), canvas.unit * 0.6, fade(light, 0.6))
    canvas.circle((sun_x, sun_y), canvas.unit * dice.uniform(0.045, 0.085), light)
    _clouds(canvas, dice, horizon, sky)
    water = mix(sky[1], rgb("#0d4a66"), 0.5)
    canvas.gradient(
        [(0, mix(sky[-1], water, 0.45)), (0.25, water), (1, darken(water, 0.5))],
        (0, horizon, canvas.width, canvas.height),
    )
    if dice.index % 3 == 0:
        _island(canvas, dice, horizon, mix(sky[1], darken(water, 0.4), 0.6))
    _waves(canvas, dice, horizon, water)
    _glitter(canvas, dice, (sun_x, horizon), light)
    if dice.index % 2 == 0:
        _gulls(canvas, dice, horizon)


def _clouds(canvas: Canvas, dice: Dice, horizon: float, sky: list[Color]) -> None:
    for _ in range(dice.integer(2, 6)):
        x, y = dice.uniform(0, canvas.width), horizon * dice.uniform(0.08, 0.7)
        for _ in range(9):
            place = (
                x + canvas.width * dice.uniform(-0.13, 0.13),
                y + canvas.height * dice.uniform(-0.012, 0.012),
            )
            wide = canvas.width * dice.uniform(0.05, 0.12)
            canvas.ellipse(place, (wide, wide * 0.13), fade(lighten(sky[-2], 0.35), 0.35))


def _island(canvas: Canvas, dice: Dice, horizon: float, color: Color) -> None:
    start = canvas.width * dice.uniform(-0.1, 0.7)
    span = canvas.width * dice.uniform(0.2, 0.4)
    tall = canvas.height * dice.uniform(0.04, 0.1)
    shape = [(0, 0), (0.18, 0.35), (0.35, 0.9), (0.5, 0.7), (0.7, 1.0), (0.85, 0.4), (1, 0)]
    canvas.polygon(smooth([(start + x * span, horizon + 1 - y * tall) for x, y in shape]), color)


def _waves(canvas: Canvas, dice: Dice, horizon: float, water: Color) -> None:
    depth = canvas.height - horizon
    for row in range(26):
        near = (row / 25) ** 1.7
        y = horizon + depth * near
        for _ in range(round(26 - 18 * near)):
            x = dice.uniform(-0.1, 1) * canvas.width
            long = canvas.width * (0.02 + 0.14 * near) * dice.uniform(0.6, 1.4)
            thick = 0.6 + depth * 0.022 * near
            color = lighten(water, 0.28) if dice.chance(0.5) else darken(water, 0.35)
            lens = [
                (x, y),
                (x + long / 2, y - thick),
                (x + long, y),
                (x + long / 2, y + thick * 0.5),
            ]
            canvas.polygon(smooth(lens, closed=True, steps=4), fade(color, 0.4))


def _glitter(canvas: Canvas, dice: Dice, start: tuple[float, float], light: Color) -> None:
    x, horizon = start
    depth = canvas.height - horizon
    for _ in range(170):
        near = dice.uniform(0, 1) ** 1.3
        spread = canvas.unit * (0.05 + 0.2 * near)
        middle = x + spread * dice.uniform(-1, 1) * dice.uniform(0, 1)
        long = canvas.unit * (0.012 + 0.06 * near) * dice.uniform(0.5, 1.3)
        y = horizon + depth * near
        canvas.ellipse((middle, y), (long, 0.5 + 2.2 * near), fade(light, 0.75 - 0.4 * near))


def _gulls(canvas: Canvas, dice: Dice, horizon: float) -> None:
    for _ in range(dice.integer(2, 6)):
        x, y = dice.uniform(0.1, 0.9) * canvas.width, dice.uniform(0.15, 0.75) * horizon
        span = canvas.unit * dice.uniform(0.012, 0.035)
        wing = [
            (x + span * t, y - span * 0.45 * math.sin(math.pi * abs(t)))
            for t in (-1, -0.5, 0, 0.5, 1)
        ]
        canvas.line(smooth(wing, steps=5), rgb("#2a3140"), max(1.0, span * 0.12))


KIND = Kind("seascapes", draw)
