"""A canvas that draws antialiased shapes: it is painted larger and reduced at the end.

Coordinates are pixels of the finished picture, as floats, y downward. Not for several threads.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from fonts import Font
from palette import Color, Stops

Point = tuple[float, float]
Box = tuple[float, float, float, float]


class Canvas:
    def __init__(self, width: int, height: int, supersampling: int):
        self.width = width
        self.height = height
        self.unit = min(width, height)
        self.scale = supersampling
        self.image = Image.new("RGB", (width * supersampling, height * supersampling))
        self._pen = ImageDraw.Draw(self.image, "RGBA")

    def finish(self) -> Image.Image:
        return self.image.reduce(self.scale) if self.scale > 1 else self.image

    # Grounds

    def fill(self, color: Color) -> None:
        self.image.paste(color[:3], (0, 0, *self.image.size))

    def gradient(self, stops: Stops, box: Box | None = None, angle: float = 90) -> None:
        """Fills the box (the whole canvas by default) along `angle` degrees; 90 is downward."""
        left, top, right, bottom = self._pixels(box or (0, 0, self.width, self.height))
        if right > left and bottom > top:
            self.image.paste(
                gradient_picture(right - left, bottom - top, stops, angle), (left, top)
            )

    def pixels(self, array: numpy.ndarray) -> None:
        """Replaces everything by a height × width × 3 array of 0..255, resized if it is smaller."""
        picture = Image.fromarray(numpy.clip(array + 0.5, 0, 255).astype(numpy.uint8), "RGB")
        if picture.size != self.image.size:
            picture = picture.resize(self.image.size, Image.Resampling.BICUBIC)
        self.image.paste(picture)

    # Shapes

    def polygon(self, points: Sequence[Point], color: Color) -> None:
        self._pen.polygon(self._scaled(points), fill=color)

    def gradient_polygon(self, points: Sequence[Point], stops: Stops, angle: float = 90) -> None:
        """A polygon filled with a gradient that spans its bounding box."""
        box, mask = self._mask(points)
        if mask is None:
            return
        picture = gradient_picture(*mask.size, stops, angle)
        self.image.paste(picture, box[:2], mask)

    def circle(self, center: Point, radius: float, color: Color) -> None:
        x, y = center
        self._pen.ellipse(
            self._scaled([(x - radius, y - radius), (x + radius, y + radius)]), fill=color
        )

    def ellipse(self, center: Point, radii: Point, color: Color, angle: float = 0) -> None:
        """An ellipse turned clockwise by `angle` degrees."""
        self.polygon(ellipse_points(center, radii, angle), color)

    def ring(self, center: Point, radius: float, color: Color, width: float) -> None:
        """A circle's outline; `radius` is that of its middle."""
        x, y = center
        outer = radius + width / 2
        box = self._scaled([(x - outer, y - outer), (x + outer, y + outer)])
        self._pen.ellipse(box, outline=color, width=max(1, round(width * self.scale)))

    def slice(
        self, center: Point, radius: float, degrees: tuple[float, float], color: Color
    ) -> None:
        """A piece of pie from `degrees[0]` clockwise to `degrees[1]`; 0 points right."""
        x, y = center
        box = self._scaled([(x - radius, y - radius), (x + radius, y + radius)])
        self._pen.pieslice(box, *degrees, fill=color)

    def rectangle(self, box: Box, color: Color, radius: float = 0) -> None:
        left, top, right, bottom = self._pixels(box)
        if right <= left or bottom <= top:
            return
        corners = (left, top, right - 1, bottom - 1)
        if radius > 0:
            self._pen.rounded_rectangle(corners, radius * self.scale, fill=color)
            return
        self._pen.rectangle(corners, fill=color)

    def line(self, points: Sequence[Point], color: Color, width: float) -> None:
        """A line through the points with round ends."""
        pixels = max(1, round(width * self.scale))
        scaled = self._scaled(points)
        self._pen.line(scaled, fill=color, width=pixels, joint="curve")
        if pixels >= 3 and len(color) == 3:
            for x, y in (scaled[0], scaled[-1]):
                half = (pixels - 1) / 2
                self._pen.ellipse((x - half, y - half, x + half, y + half), fill=color)

    # Light

    def glow(self, center: Point, radius: float, color: Color, falloff: float = 2.0) -> None:
        """A soft disc, densest in its center; opacity is the color's fourth number."""
        opacity = color[3] if len(color) == 4 else 255
        x, y = center
        left, top = round((x - radius) * self.scale), round((y - radius) * self.scale)
        side = max(1, round(2 * radius * self.scale))
        mask = _soft_disc(opacity, falloff).resize((side, side), Image.Resampling.BILINEAR)
        self.image.paste(color[:3], (left, top, left + side, top + side), mask)

    def shadow(self, points: Sequence[Point], color: Color, blur: float) -> None:
        """A blurred polygon; opacity is the color's fourth number."""
        eighth = 8 / self.scale
        margin = 3 * blur
        xs, ys = zip(*points)
        left, top = min(xs) - margin, min(ys) - margin
        size = (
            max(1, math.ceil((max(xs) - left + margin) / eighth * 2)),
            max(1, math.ceil((max(ys) - top + margin) / eighth * 2)),
        )
        mask = Image.new("L", size)
        scaled = [((x - left) / eighth * 2, (y - top) / eighth * 2) for x, y in points]
        ImageDraw.Draw(mask).polygon(scaled, fill=color[3] if len(color) == 4 else 255)
        mask = mask.filter(ImageFilter.GaussianBlur(blur / eighth * 2))
        target = (round(size[0] * 4), round(size[1] * 4))
        mask = mask.resize(target, Image.Resampling.BILINEAR)
        corner = (round(left * self.scale), round(top * self.scale))
        self.image.paste(color[:3], (*corner, corner[0] + target[0], corner[1] + target[1]), mask)

    # Letters and pictures

    def text(
        self, position: Point, words: str, font: Font, color: Color, anchor: str = "la"
    ) -> None:
        """Anchors are Pillow's: "la" left top, "mm" middle, "ls" and "rs" the baseline's ends."""
        place = (position[0] * self.scale, position[1] * self.scale)
        self._pen.text(place, words, font=font.at(self.scale), fill=color, anchor=anchor)

    def text_width(self, words: str, font: Font) -> float:
        return font.at(self.scale).getlength(words) / self.scale

    def paste(self, picture: Image.Image, center: Point, size: Point, angle: float = 0) -> None:
        """Puts a picture with transparency on the canvas, turned clockwise by `angle` degrees."""
        pixels = (max(1, round(size[0] * self.scale)), max(1, round(size[1] * self.scale)))
        picture = picture.resize(pixels, Image.Resampling.BICUBIC)
        if angle:
            picture = picture.rotate(-angle, Image.Resampling.BILINEAR, expand=True)
        corner = (
            round(center[0] * self.scale - picture.width / 2),
            round(center[1] * self.scale - picture.height / 2),
        )
        self.image.paste(picture, corner, picture if picture.mode == "RGBA" else None)

    def blur(self, radius: float) -> None:
        """Blurs all that has been painted so far, as a lens does behind its focus."""
        small = self.image.reduce(max(1, min(8, int(radius * self.scale / 3)) or 1))
        factor = self.image.width / small.width
        small = small.filter(ImageFilter.GaussianBlur(radius * self.scale / factor))
        self.image.paste(small.resize(self.image.size, Image.Resampling.BILINEAR))

    def mirror_below(self, horizon: float, tint: Color, opacity: float) -> None:
        """Reflects what is above the horizon in water of the given tint."""
        line = round(horizon * self.scale)
        depth = self.image.height - line
        if depth <= 0:
            return
        above = self.image.crop((0, max(0, line - depth), self.image.width, line))
        above = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        above = above.resize((self.image.width, depth), Image.Resampling.BILINEAR)
        water = Image.new("RGB", above.size, tint[:3])
        self.image.paste(Image.blend(above, water, opacity), (0, line))

    def multiply(self, shade: numpy.ndarray) -> None:
        """Darkens by a height × width array of 0..1."""
        mask = Image.fromarray((numpy.clip(shade, 0, 1) * 255).astype(numpy.uint8), "L")
        mask = mask.resize(self.image.size, Image.Resampling.BILINEAR)
        self.image.paste(ImageChops.multiply(self.image, Image.merge("RGB", (mask,) * 3)))

    def _pixels(self, box: Box) -> tuple[int, int, int, int]:
        return tuple(round(value * self.scale) for value in box)

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        scale = self.scale
        return [(x * scale, y * scale) for x, y in points]

    def _mask(self, points: Sequence[Point]):
        scaled = self._scaled(points)
        xs, ys = zip(*scaled)
        left, top = math.floor(max(min(xs), 0)), math.floor(max(min(ys), 0))
        right = math.ceil(min(max(xs) + 1, self.image.width))
        bottom = math.ceil(min(max(ys) + 1, self.image.height))
        if right <= left or bottom <= top:
            return None, None
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in scaled], fill=255)
        return (left, top, right, bottom), mask


def gradient_picture(width: int, height: int, stops: Stops, angle: float) -> Image.Image:
    """A picture whose colors run along `angle` degrees; 0 is rightward, 90 downward."""
    if angle == 90:
        line = _ramp(numpy.linspace(0, 1, height), stops)[:, None, :]
        return Image.fromarray(line, "RGB").resize((width, height), Image.Resampling.NEAREST)
    if angle == 0:
        line = _ramp(numpy.linspace(0, 1, width), stops)[None, :, :]
        return Image.fromarray(line, "RGB").resize((width, height), Image.Resampling.NEAREST)
    # A slanted ramp has no detail: a small one, enlarged, looks the same.
    columns, rows = numpy.meshgrid(numpy.linspace(-1, 1, 96), numpy.linspace(-1, 1, 96))
    turned = columns * math.cos(math.radians(angle)) + rows * math.sin(math.radians(angle))
    turned = (turned - turned.min()) / (turned.max() - turned.min())
    picture = Image.fromarray(_ramp(turned, stops), "RGB")
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def colorize(values: numpy.ndarray, stops: Stops) -> numpy.ndarray:
    """Maps an array of 0..1 to colors: the same shape with a last axis of three floats 0..255."""
    places = [place for place, _ in stops]
    channels = [numpy.interp(values, places, [color[i] for _, color in stops]) for i in range(3)]
    return numpy.stack(channels, axis=-1)


def _ramp(values: numpy.ndarray, stops: Stops) -> numpy.ndarray:
    return (colorize(values, stops) + 0.5).astype(numpy.uint8)


def ellipse_points(center: Point, radii: Point, angle: float = 0, count: int = 72) -> list[Point]:
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    turns = [2 * math.pi * i / count for i in range(count)]
    around = [(radii[0] * math.cos(turn), radii[1] * math.sin(turn)) for turn in turns]
    return [
        (center[0] + x * cosine - y * sine, center[1] + x * sine + y * cosine) for x, y in around
    ]


def smooth(points: Sequence[Point], closed: bool = False, steps: int = 12) -> list[Point]:
    """A curve through all points: Catmull-Rom splines."""
    if closed:
        knots = [points[-1], *points, points[0], points[1]]
    else:
        knots = [points[0], *points, points[-1]]
    curve: list[Point] = []
    for before, start, end, after in zip(knots, knots[1:], knots[2:], knots[3:]):
        for step in range(steps):
            curve.append(_catmull_rom((before, start, end, after), step / steps))
    return curve if closed else [*curve, tuple(points[-1])]


def turned(points: Sequence[Point], center: Point, angle: float, size: float = 1.0) -> list[Point]:
    """Points around (0, 0): enlarged, turned clockwise by `angle` degrees, moved to `center`."""
    cosine = size * math.cos(math.radians(angle))
    sine = size * math.sin(math.radians(angle))
    return [
        (center[0] + x * cosine - y * sine, center[1] + x * sine + y * cosine) for x, y in points
    ]


def _catmull_rom(knots: tuple[Point, Point, Point, Point], t: float) -> Point:
    """The point at share t of the way from the second knot to the third."""
    return tuple(
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t * t
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(*knots)
    )


def _soft_disc(opacity: int, falloff: float) -> Image.Image:
    axis = numpy.linspace(-1, 1, 96)
    distance = numpy.hypot(axis[None, :], axis[:, None])
    density = numpy.clip(1 - distance, 0, 1) ** falloff
    return Image.fromarray((density * opacity).astype(numpy.uint8), "L")
