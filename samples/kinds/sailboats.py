"""Sailing boats seen from near, with striped sails on a bright sea."""

from __future__ import annotations

import math

from canvas import Canvas, smooth
from dice import Dice
from kinds.kind import MIXED, Kind
from palette import PALETTES, SKIES, Color, darken, even, fade, lighten, mix, rgb


def draw(canvas: Canvas, dice: Dice) -> None:
    sky = SKIES[dice.turn(("day", "rose", "mint", "morning", "gold"))]
    horizon = canvas.height * dice.uniform(0.6, 0.7)
    canvas.gradient(even(sky), (0, 0, canvas.width, horizon + 1))
    sea = dice.pick([rgb("#1b6ca8"), rgb("#0f7f8c"), rgb("#2a5d9f"), rgb("#28888c")])
    canvas.gradient(
        [(0, mix(sea, sky[-1], 0.4)), (1, darken(sea, 0.25))],
        (0, horizon, canvas.width, canvas.height),
    )
    count = dice.turn((1, 2, 1, 3))
    for number in range(count):
        size = canvas.unit * (0.72 if count == 1 else dice.uniform(0.42, 0.6))
        x = canvas.width * ((number + 0.5) / count + dice.uniform(-0.06, 0.06))
        water = horizon + canvas.height * (0.12 if count == 1 else dice.uniform(0.03, 0.13))
        _boat(canvas, dice, (x, water), size)
    _swell(canvas, dice, horizon, sea)


def _boat(canvas: Canvas, dice: Dice, place: tuple[float, float], size: float) -> None:
    palette = dice.pick(PALETTES)
    x, y = place
    facing = dice.pick((-1, 1))
    lean = size * dice.uniform(-0.02, 0.05) * facing

    def at(u: float, v: float) -> tuple[float, float]:
        return (x + facing * u * size + lean * v, y - v * size)

    hull = palette[1]
    canvas.line([at(0, 0.05), at(0, 0.98)], rgb("#6b4a33"), max(1.2, size * 0.014))
    main = [
        at(-0.02, 0.94),
        *smooth([at(-0.02, 0.94), at(-0.2, 0.6), at(-0.37, 0.18)]),
        at(-0.02, 0.16),
    ]
    jib = [at(0.02, 0.88), *smooth([at(0.02, 0.88), at(0.2, 0.5), at(0.36, 0.17)]), at(0.03, 0.2)]
    cloth = lighten(palette[2], 0.75) if dice.chance(0.5) else palette[2]
    canvas.gradient_polygon(main, [(0, lighten(cloth, 0.3)), (1, darken(cloth, 0.08))], angle=0)
    if dice.chance(0.6):
        for low in (0.3, 0.5):
            stripe = [
                at(-0.025, low),
                at(-0.025, low + 0.09),
                at(-0.265 + low * 0.08, low + 0.09),
                at(-0.34 + low * 0.08, low),
            ]
            canvas.polygon(stripe, palette[3])
    sail = palette[4]
    canvas.gradient_polygon(jib, [(0, lighten(sail, 0.25)), (1, sail)], angle=0)
    canvas.polygon([at(0, 0.98), at(-0.09, 0.955), at(0, 0.93)], palette[3])
    body = [
        at(-0.42, 0.1),
        at(0.46, 0.13),
        *smooth([at(0.46, 0.13), at(0.33, 0.0), at(0.2, -0.06)]),
        at(-0.34, -0.06),
    ]
    canvas.polygon(body, hull)
    canvas.polygon(
        [at(-0.42, 0.1), at(0.46, 0.13), at(0.43, 0.095), at(-0.405, 0.065)], lighten(hull, 0.55)
    )
    for cloud in range(3):
        shade = [
            at(-0.4 + cloud * 0.1, -0.07 - cloud * 0.05),
            at(0.3 - cloud * 0.05, -0.07 - cloud * 0.05),
        ]
        canvas.line(shade, fade(darken(hull, 0.3), 0.35), size * 0.02)


def _swell(canvas: Canvas, dice: Dice, horizon: float, sea: Color) -> None:
    """Rows of scalloped waves, larger toward the viewer, partly over the hulls."""
    depth = canvas.height - horizon
    for row in range(5):
        near = (row + 0.8) / 5
        y = horizon + depth * (0.22 + 0.85 * near**1.3)
        period = canvas.unit * (0.08 + 0.09 * near)
        phase = dice.uniform(0, 6.28)
        crest = [
            (
                i * canvas.width / 80,
                y + period * 0.12 * math.sin(phase + i * canvas.width / 80 / period * 6.28),
            )
            for i in range(81)
        ]
        tone = mix(lighten(sea, 0.15), darken(sea, 0.4), near)
        canvas.polygon(
            [*crest, (canvas.width, canvas.height), (0, canvas.height)], fade(tone, 0.72)
        )
        canvas.line(crest, fade((255, 255, 255), 0.35), max(1, canvas.unit * 0.004))


KIND = Kind("sailboats", draw, shapes=MIXED)
