"""Smooth randomness for clouds, veins, ridges and soil."""

from __future__ import annotations

import numpy
from PIL import Image

from dice import Dice


def smooth_noise(dice: Dice, size: tuple[int, int], cells: tuple[float, float]) -> numpy.ndarray:
    """A height × width array of about -1..1 with `cells` (across, down) bumps."""
    width, height = size
    across, down = cells
    grid = dice.arrays.random((int(down) + 4, int(across) + 4), dtype=numpy.float32) * 2 - 1
    box = (1, 1, 1 + across, 1 + down)
    return numpy.asarray(
        Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC, box)
    )


def cloud_noise(
    dice: Dice, size: tuple[int, int], cells: tuple[float, float], octaves: int = 4
) -> numpy.ndarray:
    """Sums octaves of smooth noise, each twice as fine and half as strong; scaled to 0..1."""
    total = numpy.zeros((size[1], size[0]), numpy.float32)
    for octave in range(octaves):
        finer = 2**octave
        total += smooth_noise(dice, size, (cells[0] * finer, cells[1] * finer)) / finer
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(high - low, 1e-6)


def ridge(dice: Dice, count: int, roughness: float) -> numpy.ndarray:
    """`count` heights of 0..1 along a ridge: midpoint displacement, roughness 0.3 to 0.7."""
    heights = numpy.array([dice.uniform(0, 1), dice.uniform(0, 1)])
    step = 0.5
    while len(heights) < count:
        middles = (heights[:-1] + heights[1:]) / 2
        middles = middles + (dice.arrays.random(len(middles)) - 0.5) * 2 * step
        woven = numpy.empty(len(heights) + len(middles))
        woven[0::2], woven[1::2] = heights, middles
        heights = woven
        step *= roughness
    heights = heights[:count]
    low, high = heights.min(), heights.max()
    return (heights - low) / max(high - low, 1e-6)
