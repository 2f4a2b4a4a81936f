"""Hot-air balloons with striped envelopes in a wide sky."""

from __future__ import annotations

import math

from canvas import Canvas, smooth
from dice import Dice
from kinds.kind import MIXED, Kind
from noise import ridge
from palette import PALETTES, SKIES, darken, even, fade, lighten, mix


def draw(canvas: Canvas, dice: Dice) -> None:
    sky = SKIES[dice.turn(("morning", "day", "rose", "mint", "gold"))]
    canvas.gradient(even(sky))
    for _ in range(dice.integer(3, 6)):
        _cloud(canvas, dice)
    heights = ridge(dice, 129, 0.42)
    for layer, share in enumerate((0.9, 0.96)):
        base = canvas.height * share
        line = [
            (i * canvas.width / 128, base - canvas.height * 0.09 * h)
            for i, h in enumerate(heights[:: 1 - 2 * layer])
        ]
        ground = mix(sky[0], sky[-1], 0.35 - 0.3 * layer)
        canvas.polygon([*line, (canvas.width, canvas.height), (0, canvas.height)], ground)
    count = (1, 3, 5, 2, 8)[dice.index % 5]
    for number in range(count):
        radius = canvas.unit * (0.28 if count == 1 else dice.uniform(0.5, 1.0) * 0.36 / count**0.5)
        x = canvas.width * ((number + 0.5) / count + dice.uniform(-0.3, 0.3) / count)
        y = canvas.height * (dice.uniform(0.2, 0.6) if count > 1 else dice.uniform(0.34, 0.44))
        _balloon(canvas, dice, (x, y), radius)


def _cloud(canvas: Canvas, dice: Dice) -> None:
    x, y = canvas.width * dice.uniform(0, 1), canvas.height * dice.uniform(0.1, 0.8)
    size = canvas.unit * dice.uniform(0.04, 0.09)
    for part in range(6):
        center = (x + (part - 2.5) * size * 0.75, y + size * dice.uniform(-0.25, 0.2))
        canvas.glow(center, size * dice.uniform(1.1, 1.7), (255, 255, 255, 190), falloff=0.8)


def _balloon(canvas: Canvas, dice: Dice, center: tuple[float, float], radius: float) -> None:
    palette = dice.pick(PALETTES)
    tones = dice.shuffled(palette[1:])[: dice.integer(2, 3)]
    x, y = center
    neck, mouth = y + radius * 1.32, radius * 0.2
    gores = 12
    for gore in range(gores):
        start, end = math.pi * gore / gores, math.pi * (gore + 1) / gores
        left, right = -math.cos(start), -math.cos(end)
        outline = (
            _meridian(center, radius, left, mouth) + _meridian(center, radius, right, mouth)[::-1]
        )
        light = 0.5 + 0.5 * math.sin((start + end) / 2 - 0.5)
        color = tones[gore % len(tones)]
        canvas.polygon(outline, mix(darken(color, 0.3), lighten(color, 0.12), light))
    if dice.chance(0.5):
        band = dice.pick(palette[1:])
        half = radius * 0.94
        canvas.polygon(_belt(center, radius, half), fade(band, 0.9))
    basket = radius * 0.17
    for side in (-1, 1):
        canvas.line(
            [(x + side * mouth, neck), (x + side * basket, neck + radius * 0.3)],
            (70, 50, 40),
            max(0.7, radius * 0.015),
        )
    canvas.rectangle(
        (x - basket, neck + radius * 0.28, x + basket, neck + radius * 0.52),
        (122, 78, 44),
        basket * 0.3,
    )
    canvas.rectangle(
        (x - basket * 1.1, neck + radius * 0.26, x + basket * 1.1, neck + radius * 0.33),
        (90, 56, 32),
        basket * 0.1,
    )


def _meridian(center: tuple[float, float], radius: float, side: float, mouth: float) -> list:
    """A seam from the crown to the mouth; `side` is -1..1 across the envelope."""
    x, y = center
    seam = []
    for step in range(25):
        t = step / 24
        wide = _half_width(t, radius, mouth)
        seam.append((x + side * wide, y - radius + t * radius * 2.32))
    return seam


def _half_width(t: float, radius: float, mouth: float) -> float:
    """The envelope's half width at share t of its height: round above, tapering to the mouth."""
    if t < 0.43:
        return radius * math.sqrt(max(0.0, 1 - (1 - t / 0.43) ** 2))
    low = (t - 0.43) / 0.57
    return mouth + (radius - mouth) * (1 - low**1.9)


def _belt(center: tuple[float, float], radius: float, half: float) -> list:
    x, y = center
    top = [(-half, 0.12), (0, 0.26), (half, 0.12)]
    low = [(half, 0.3), (0, 0.46), (-half, 0.3)]
    return smooth([(x + px, y + py * radius) for px, py in top]) + smooth(
        [(x + px, y + py * radius) for px, py in low]
    )


KIND = Kind("balloons", draw, shapes=MIXED)
