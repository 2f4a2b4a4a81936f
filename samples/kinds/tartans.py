"""Woven tartans: the same order of threads in warp and weft, crossed in a twill."""

from __future__ import annotations

import numpy

from canvas import Canvas
from dice import Dice
from kinds.kind import GRAINY, MIXED, Kind
from palette import Color, colors

_SETTS = [
    colors("#a31621 #1b2a49 #0f4c3a #f2c14e #f4efe6"),
    colors("#0f4c3a #14213d #111318 #e0d9c7 #8a1c2b"),
    colors("#1d3f72 #0d1b2a #2f6f4f #d8c36a #b33a3a"),
    colors("#e3d5bd #7a5a3a #2b2b2b #a33b3b #f6efe2"),
    colors("#5b2a5c #22314f #9fb8ad #e8d8e0 #3c6e58"),
    colors("#e6b422 #1a1a1a #f5f0e1 #8c1c13 #3f3f3f"),
    colors("#7ea8be #f6f0ed #28536b #c2948a #bbb193"),
    colors("#2e5339 #d9a441 #6b2d1a #f0e6d2 #14281d"),
]


def draw(canvas: Canvas, dice: Dice) -> None:
    threads = _threads(dice, dice.turn(_SETTS))
    pitch = dice.integer(2, 3)
    across = numpy.arange(canvas.width) // pitch
    down = numpy.arange(canvas.height) // pitch
    warp = threads[across % len(threads)][None, :, :]
    weft = threads[down % len(threads)][:, None, :]
    over = ((across[None, :] + down[:, None]) % 4 < 2)[..., None]
    cloth = numpy.where(over, warp, weft).astype(numpy.float32)
    # Each thread is round, lighter in its middle; warp and weft catch the light differently.
    shade_x = 1 - 0.12 * numpy.abs((numpy.arange(canvas.width) % pitch) - (pitch - 1) / 2)
    shade_y = 1 - 0.12 * numpy.abs((numpy.arange(canvas.height) % pitch) - (pitch - 1) / 2)
    cloth *= numpy.where(over, shade_x[None, :, None], 0.9 * shade_y[:, None, None])
    fuzz = dice.arrays.random((canvas.height, canvas.width, 1), dtype=numpy.float32)
    canvas.pixels(cloth * (0.93 + 0.12 * fuzz))


def _threads(dice: Dice, sett: list[Color]) -> numpy.ndarray:
    """Half a sett, then its mirror image: broad grounds with narrow lines between."""
    half: list[Color] = []
    for ground in (0, *dice.shuffled((1, 2, 0, 1))[: dice.integer(2, 4)]):
        half += [sett[ground]] * dice.integer(7, 17)
        line = dice.pick([color for color in sett[2:] if color != sett[ground]])
        half += [line] * dice.integer(2, 4)
    return numpy.array(half + half[::-1], numpy.float32)


KIND = Kind("tartans", draw, shapes=MIXED, formats=GRAINY, supersampling=1, side_max=640)
