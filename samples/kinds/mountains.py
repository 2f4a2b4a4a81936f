"""Mountain ridges behind each other in haze, under a sky of dusk, dawn or night."""

from __future__ import annotations

from canvas import Canvas
from dice import Dice
from kinds.kind import Kind
from noise import ridge
from palette import SKIES, Color, darken, even, fade, mix, rgb


def draw(canvas: Canvas, dice: Dice) -> None:
    name = dice.turn(("dusk", "morning", "violet", "ember", "mint", "rose", "gold", "night", "day"))
    sky = SKIES[name]
    horizon = canvas.height * dice.uniform(0.4, 0.55)
    canvas.gradient(even(sky), (0, 0, canvas.width, horizon * 1.35))
    canvas.gradient(even([sky[-1], sky[-1]]), (0, horizon * 1.34, canvas.width, canvas.height))
    if name in ("night", "violet"):
        _stars(canvas, dice, horizon)
    _sun(canvas, dice, horizon, sky)
    _ridges(canvas, dice, horizon, sky)


def _stars(canvas: Canvas, dice: Dice, horizon: float) -> None:
    for _ in range(140):
        place = (dice.uniform(0, canvas.width), dice.uniform(0, horizon))
        canvas.circle(place, dice.uniform(0.3, 1.1), fade((255, 255, 255), dice.uniform(0.3, 0.95)))


def _sun(canvas: Canvas, dice: Dice, horizon: float, sky: list[Color]) -> None:
    center = (canvas.width * dice.uniform(0.2, 0.8), horizon * dice.uniform(0.45, 0.95))
    light = mix(sky[-1], (255, 255, 245), 0.7)
    canvas.glow(center, canvas.unit * 0.55, fade(light, 0.55))
    canvas.circle(center, canvas.unit * dice.uniform(0.05, 0.1), light)


def _ridges(canvas: Canvas, dice: Dice, horizon: float, sky: list[Color]) -> None:
    layers = dice.integer(4, 6)
    near = darken(mix(sky[0], rgb("#16202e"), 0.55), 0.1)
    far = mix(sky[-2], sky[1], 0.35)
    roughness = dice.uniform(0.46, 0.56)
    snowy = dice.index % 3 == 1
    for layer in range(layers):
        depth = layer / (layers - 1)
        color = mix(far, near, depth**1.2)
        base = horizon + (canvas.height - horizon) * depth * 0.8
        height = canvas.height * (0.3 - 0.12 * depth)
        heights = ridge(dice, 257, roughness - 0.05 * depth)
        step = canvas.width / 256
        line = [(i * step, base - height * h) for i, h in enumerate(heights)]
        foot = [(canvas.width, canvas.height), (0, canvas.height)]
        canvas.gradient_polygon(
            line + foot, [(0, color), (1, mix(color, sky[-1], 0.45 * (1 - depth)))]
        )
        if snowy and layer < 2:
            levels = (base - height * 0.62, height * 0.2)
            _snow(canvas, line, levels, mix(color, (255, 255, 255), 0.75))
        if layer == layers - 1:
            _firs(canvas, dice, line, color)


def _snow(canvas: Canvas, line: list, levels: tuple[float, float], color: Color) -> None:
    """White where the ridge rises above a level (y); tongues of up to about `fringe` reach down."""
    level, fringe = levels
    lower = []
    for i, (x, y) in enumerate(line):
        above = max(0.0, level - y)
        tongue = abs((i * 0.37) % 2 - 1) + 0.6 * abs((i * 0.13 + 0.4) % 2 - 1)
        lower.append((x, y + min(above, fringe) * (0.35 + 0.8 * tongue)))
    canvas.polygon([*line, *reversed(lower)], color)


def _firs(canvas: Canvas, dice: Dice, line: list, color: Color) -> None:
    dark = darken(color, 0.25)
    for x, y in line[::2]:
        if dice.chance(0.55):
            tall = canvas.height * dice.uniform(0.03, 0.075)
            wide = tall * 0.2
            canvas.polygon([(x, y - tall), (x + wide, y + 4), (x - wide, y + 4)], dark)


KIND = Kind("mountains", draw)
