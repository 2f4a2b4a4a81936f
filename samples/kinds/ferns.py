"""Ferns and feathery attractors of iterated functions (Barnsley 1988), by the chaos game."""

from __future__ import annotations

import numpy

from canvas import Canvas
from dice import Dice
from kinds.kind import TALL, Kind
from palette import colors

# Rows: a b c d e f weight, for x' = a x + b y + e and y' = c x + d y + f.
_PLANTS = [
    [(0, 0, 0, 0.16, 0, 0, 0.01),
     (0.85, 0.04, -0.04, 0.85, 0, 1.6, 0.85),
     (0.2, -0.26, 0.23, 0.22, 0, 1.6, 0.07),
     (-0.15, 0.28, 0.26, 0.24, 0, 0.44, 0.07)],
    [(0, 0, 0, 0.25, 0, -0.14, 0.02),
     (0.85, 0.02, -0.02, 0.83, 0, 1.0, 0.84),
     (0.09, -0.28, 0.3, 0.11, 0, 0.6, 0.07),
     (-0.09, 0.28, 0.3, 0.09, 0, 0.7, 0.07)],
    [(0, 0, 0, 0.2, 0, -0.12, 0.01),
     (0.845, 0.035, -0.035, 0.82, 0, 1.6, 0.85),
     (0.2, -0.31, 0.255, 0.245, 0, 0.29, 0.07),
     (-0.15, 0.24, 0.25, 0.2, 0, 0.68, 0.07)],
    [(0, 0, 0, 0.16, 0, 0, 0.02),
     (0.75, 0.04, -0.04, 0.85, 0, 1.6, 0.78),
     (0.3, -0.35, 0.3, 0.3, 0, 1.2, 0.1),
     (-0.28, 0.35, 0.3, 0.32, 0, 0.8, 0.1)],
]  # fmt: skip
_INKS = [
    colors("#f4f8ec #2d6a4f"), colors("#0d1b14 #95d5b2"), colors("#fdf3e1 #7a4e1d"),
    colors("#101a2c #7cc6fe"), colors("#fff0f3 #a4133c"), colors("#f1ecfb #5a3d9a"),
    colors("#1c1408 #e9c46a"),
]  # fmt: skip

_WALKERS, _STEPS, _WARM_UP = 15_000, 44, 14


def draw(canvas: Canvas, dice: Dice) -> None:
    ground, ink = dice.turn(_INKS)
    plant = numpy.array(dice.turn(_PLANTS))
    plant[1, 1] += dice.uniform(-0.05, 0.07)
    plant[1, 2] = -plant[1, 1]
    x, y = _chaos_game(dice, plant)
    density = _density(canvas, x, y)
    shade = numpy.clip(numpy.log1p(density) / numpy.log1p(density.max()) * 1.5, 0, 1)[..., None]
    light = numpy.linspace(0.1, -0.06, canvas.height)[:, None, None] * 255
    pixels = numpy.array(ground) + light
    canvas.pixels(pixels * (1 - shade) + numpy.array(ink) * shade)


def _chaos_game(dice: Dice, plant: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Many points walk at once; each step applies to each point a map drawn by weight."""
    x = numpy.zeros(_WALKERS)
    y = numpy.zeros(_WALKERS)
    borders = numpy.cumsum(plant[:, 6]) / plant[:, 6].sum()
    trail_x, trail_y = [], []
    for step in range(_STEPS):
        a, b, c, d, e, f, _ = plant[numpy.searchsorted(borders, dice.arrays.random(_WALKERS))].T
        x, y = a * x + b * y + e, c * x + d * y + f
        if step >= _WARM_UP:
            trail_x.append(x)
            trail_y.append(y)
    return numpy.concatenate(trail_x), numpy.concatenate(trail_y)


def _density(canvas: Canvas, x: numpy.ndarray, y: numpy.ndarray) -> numpy.ndarray:
    """How many points fall on each pixel, the plant fitted into the picture."""
    low_x, high_x, low_y, high_y = x.min(), x.max(), y.min(), y.max()
    size = 0.9 * min(canvas.width / (high_x - low_x), canvas.height / (high_y - low_y))
    columns = canvas.width / 2 + (x - (low_x + high_x) / 2) * size
    rows = canvas.height / 2 - (y - (low_y + high_y) / 2) * size
    flat = rows.astype(int) * canvas.width + columns.astype(int)
    counts = numpy.bincount(flat, minlength=canvas.width * canvas.height)
    return counts[: canvas.width * canvas.height].reshape(canvas.height, canvas.width)


KIND = Kind("ferns", draw, shapes=TALL, supersampling=1, side_max=560)
