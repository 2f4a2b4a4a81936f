"""Colors: conversions, mixing, and palettes that were chosen by eye.

A color is a tuple of three integers 0..255 (or four, the last being opacity 0..255).
"""

from __future__ import annotations

import math

Color = tuple[int, ...]
Stops = list[tuple[float, Color]]


def rgb(text: str) -> Color:
    """Turns "#4a7" or "#44aa77" into a color."""
    digits = text.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    return tuple(int(digits[i : i + 2], 16) for i in (0, 2, 4))


def colors(text: str) -> list[Color]:
    """Turns a line of hexadecimal colors into a list."""
    return [rgb(word) for word in text.split()]


def hexadecimal(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color[:3])


def mix(first: Color, second: Color, share: float) -> Color:
    """Goes from `first` (share 0) to `second` (share 1)."""
    return tuple(round(a + (b - a) * share) for a, b in zip(first[:3], second[:3]))


def lighten(color: Color, share: float) -> Color:
    return mix(color, (255, 255, 255), share)


def darken(color: Color, share: float) -> Color:
    return mix(color, (0, 0, 0), share)


def fade(color: Color, opacity: float) -> Color:
    """The same color with an opacity of 0..1."""
    return (*color[:3], round(255 * opacity))


def lch(lightness: float, chroma: float, hue: float) -> Color:
    """A color of OKLCH (lightness 0..1, chroma 0..0.37, hue in degrees), clipped to sRGB.

    Steps of equal size look equally large, so that palettes made by turning the hue stay even.
    Source: Björn Ottosson, "A perceptual color space for image processing", 2020.
    """
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return tuple(round(255 * _gamma(min(max(value, 0.0), 1.0))) for value in linear)


def _gamma(linear: float) -> float:
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def even(palette: list[Color]) -> Stops:
    """Gradient stops at equal distances, the first color at 0 and the last at 1."""
    last = max(len(palette) - 1, 1)
    return [(i / last, color) for i, color in enumerate(palette)]


WHITE: Color = (255, 255, 255)
BLACK: Color = (0, 0, 0)
INK: Color = rgb("#22252b")
PAPER: Color = rgb("#faf6ec")

# Five colors each: a ground first, then colors that stand on it.
PALETTES = [
    colors("#f4f1de #e07a5f #3d405b #81b29a #f2cc8f"),
    colors("#edf6f9 #006d77 #83c5be #e29578 #ffddd2"),
    colors("#fff8e7 #d62828 #f77f00 #fcbf49 #003049"),
    colors("#1d3557 #e63946 #f1faee #a8dadc #457b9d"),
    colors("#f8edeb #b5838d #6d6875 #ffb4a2 #e5989b"),
    colors("#14213d #fca311 #e5e5e5 #4f6d9a #ffd98a"),
    colors("#fefae0 #606c38 #283618 #dda15e #bc6c25"),
    colors("#2b2d42 #ef233c #edf2f4 #8d99ae #ffb703"),
    colors("#fdf0f5 #ff5d8f #7371fc #ffc2d1 #cdc1ff"),
    colors("#e9f5db #718355 #97a97c #b5c99a #40513b"),
    colors("#03071e #ffba08 #f48c06 #d00000 #9d0208"),
    colors("#f0f4ff #3a0ca3 #4361ee #4cc9f0 #f72585"),
    colors("#faf3dd #5e6472 #aed9e0 #ffa69e #b8f2e6"),
    colors("#0b132b #5bc0be #6fffe9 #3a506b #f5f749"),
    colors("#fff1e6 #cb997e #6b705c #a5a58d #b7b7a4"),
    colors("#ede7f6 #5e35b1 #9575cd #ffb300 #26a69a"),
]

# From the top of the sky to the horizon.
SKIES = {
    "dusk": colors("#2b2350 #6c3f73 #c8566b #f58f63 #fdd08a"),
    "rose": colors("#4a4e8c #8c6aa8 #d68bb0 #f7b7b2 #fde2c8"),
    "ember": colors("#1c1530 #5b1f3a #a8323a #e8663c #fbb45c"),
    "morning": colors("#6aa7d6 #9cc7e3 #cfe3ea #f6e7d0 #fbd5a5"),
    "day": colors("#2f7fc9 #5aa2dd #8cc3ea #bfe0f2 #e8f4f6"),
    "mint": colors("#1f6f78 #4fa3a0 #8dcbb9 #c9e7cf #f3f4d4"),
    "violet": colors("#1d1a4b #3d2f7d #6c4fa8 #a67fc7 #e4b8d8"),
    "night": colors("#060b1f #0d1838 #182a58 #2b4a7e #4f76a3"),
    "gold": colors("#7a5a86 #c08a86 #eab676 #f9d780 #fff0b8"),
    "storm": colors("#2d3947 #4a5a68 #71828c #9fabab #ced0c4"),
}
