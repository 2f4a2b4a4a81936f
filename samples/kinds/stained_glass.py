"""Stained glass: Voronoi cells in lead, colored as a rose window, a sunrise or waves."""

from __future__ import annotations

import numpy

from canvas import Canvas, colorize
from dice import Dice
from kinds.kind import MIXED, Kind
from noise import smooth_noise
from palette import colors, even

_GLASSES = [
    colors("#0b3c8c #2f7fd1 #f4c430 #e4572e #8c1c3a"),
    colors("#0f5c4a #3fa66b #d9e26b #f2a33a #b23a48"),
    colors("#3b1c71 #7b4bd6 #e05fa8 #ffb3a7 #ffe9a8"),
    colors("#7a1220 #d1343a #f28f3b #ffd56b #3a7ca5"),
    colors("#08415c #1fa6b8 #a8e0d1 #f5f1d6 #cc2936"),
    colors("#1d2f6f #8390fa #fac748 #f9e9ec #f88dad"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    width, height = canvas.width, canvas.height
    seeds = _seeds(canvas, dice)
    x = numpy.arange(width, dtype=numpy.float32)[None, :]
    y = numpy.arange(height, dtype=numpy.float32)[:, None]
    nearest = numpy.full((height, width), numpy.inf, numpy.float32)
    second = nearest.copy()
    cell = numpy.zeros((height, width), numpy.int32)
    for number, (sx, sy) in enumerate(seeds):
        squared = (x - numpy.float32(sx)) ** 2 + (y - numpy.float32(sy)) ** 2
        numpy.copyto(cell, number, where=squared < nearest)
        # The second nearest so far is the middle one of the three.
        numpy.minimum(second, numpy.maximum(nearest, squared), out=second)
        numpy.minimum(nearest, squared, out=nearest)
    numpy.sqrt(nearest, out=nearest)
    numpy.sqrt(second, out=second)
    values = _values(canvas, dice, seeds)
    tones = colorize(values, even(dice.turn(_GLASSES)))
    tones *= 0.85 + 0.3 * dice.arrays.random((len(seeds), 1))
    glass = tones[cell]
    ripple = smooth_noise(dice, (width, height), (14, 14))
    glow = numpy.clip(1.1 - nearest / canvas.unit * 2.2, 0.7, 1.1) + 0.07 * ripple
    lead = canvas.unit * 0.009
    pane = numpy.clip((second - nearest - lead) / 1.6, 0, 1)[..., None]
    canvas.pixels(glass * glow[..., None] * pane + numpy.array((24, 24, 28)) * (1 - pane))


def _seeds(canvas: Canvas, dice: Dice) -> list[tuple[float, float]]:
    if dice.index % 3 == 0:
        rings = [(0, 1), (0.14, 6), (0.28, 12), (0.42, 18), (0.58, 24), (0.76, 30)]
        center = (canvas.width / 2, canvas.height / 2)
        return [
            (
                center[0] + canvas.unit * r * numpy.cos(6.2832 * (i + r * 3) / n),
                center[1] + canvas.unit * r * numpy.sin(6.2832 * (i + r * 3) / n),
            )
            for r, n in rings
            for i in range(n)
        ]
    count = dice.integer(45, 90)
    columns = max(3, round((count * canvas.width / canvas.height) ** 0.5))
    rows = max(3, round(count / columns))
    return [
        (
            canvas.width * (c + dice.uniform(0.05, 0.95)) / columns,
            canvas.height * (r + dice.uniform(0.05, 0.95)) / rows,
        )
        for r in range(rows)
        for c in range(columns)
    ]


def _values(canvas: Canvas, dice: Dice, seeds: list[tuple[float, float]]) -> numpy.ndarray:
    """Where each pane stands in the row of glasses, 0..1."""
    x = numpy.array([seed[0] for seed in seeds]) / canvas.width - 0.5
    y = numpy.array([seed[1] for seed in seeds]) / canvas.height - 0.5
    style = dice.index % 3
    if style == 0:
        return (numpy.hypot(x, y) * dice.uniform(2.0, 3.2)) % 1
    if style == 1:
        away = numpy.hypot(x - dice.uniform(-0.3, 0.3), y - 0.2)
        return numpy.clip(1 - away * 1.3, 0, 1)
    return 0.5 + 0.5 * numpy.sin(y * 9 + 2.4 * numpy.sin(x * 5 + dice.uniform(0, 6)))


KIND = Kind("stained-glass", draw, shapes=MIXED, supersampling=1, side_max=512)
