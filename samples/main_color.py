"""A picture's main color: the color name that most of its pixels would get."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy
from PIL import Image

from palette import hexadecimal

NAMES = (
    "black", "gray", "white", "red", "orange", "brown", "yellow",
    "green", "teal", "blue", "purple", "pink",
)  # fmt: skip

# A picture is looked at through a grid of this many pixels a side: enough for shares, and quick.
_GRID = 64


def main_color(source: Path | BinaryIO) -> dict[str, str]:
    """The name that fits most pixels of an image file and those pixels' mean: {name, hex}."""
    with Image.open(source) as picture:
        picture.draft("RGB", (2 * _GRID, 2 * _GRID))
        if picture.mode in ("RGBA", "P", "LA"):
            seen = picture.convert("RGBA")
            picture = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
        small = picture.convert("RGB").resize((_GRID, _GRID), Image.Resampling.BOX)
    pixels = numpy.asarray(small).reshape(-1, 3)
    names = color_names(pixels)
    counts = numpy.bincount(names, minlength=len(NAMES))
    winner = int(counts.argmax())
    mean = pixels[names == winner].mean(axis=0)
    return {"name": NAMES[winner], "hex": hexadecimal(tuple(round(float(v)) for v in mean))}


def color_names(pixels: numpy.ndarray) -> numpy.ndarray:
    """For n × 3 values of 0..255, n indices into NAMES.

    Lightness and chroma decide between the grays and the colors, hue among the colors. The borders
    were set by eye on OKLCH charts; people disagree on colors near them as well.
    """
    lightness, chroma, hue = _oklch(pixels)
    borders = (10, 48, 88, 118, 165, 220, 285, 325, 360)
    wheel = ("pink", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink")
    lookup = numpy.array([NAMES.index(name) for name in wheel])
    names = lookup[numpy.searchsorted(borders, hue, side="right").clip(0, len(wheel) - 1)]
    dark_orange = (names == NAMES.index("orange")) & (lightness < 0.62)
    dark_yellow = (names == NAMES.index("yellow")) & (lightness < 0.55)
    names[dark_orange | dark_yellow] = NAMES.index("brown")
    light_red = (names == NAMES.index("red")) & (lightness > 0.76)
    names[light_red] = NAMES.index("pink")
    gray = chroma < 0.03
    names[gray] = NAMES.index("gray")
    names[gray & (lightness > 0.92)] = NAMES.index("white")
    names[(gray & (lightness < 0.3)) | (lightness < 0.17)] = NAMES.index("black")
    return names


def _oklch(pixels: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    value = pixels.astype(numpy.float64) / 255
    linear = numpy.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    to_cones = numpy.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = numpy.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    lightness, a, b = (numpy.cbrt(linear @ to_cones.T) @ to_lab.T).T
    return lightness, numpy.hypot(a, b), numpy.degrees(numpy.arctan2(b, a)) % 360
