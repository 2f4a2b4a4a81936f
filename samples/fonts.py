"""The two font families that the pictures need, both from Debian: DejaVu and Noto Color Emoji."""

from __future__ import annotations

import functools
import subprocess
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_FOLDER = Path("/usr/share/fonts/truetype")
_PACKAGES = {"DejaVu": "fonts-dejavu-core", "NotoColorEmoji": "fonts-noto-color-emoji"}

# The only size at which Noto Color Emoji, a font of bitmaps, can be loaded.
_EMOJI_SIZE = 109


class FontMissing(Exception):
    """A font is not installed; the message names the Debian package."""


@dataclass(frozen=True)
class Font:
    """A DejaVu font: `name` is "Sans", "Serif" or "SansMono", each also with "-Bold"."""

    name: str
    size: float

    def at(self, scale: float) -> ImageFont.FreeTypeFont:
        return _load(str(find(f"DejaVu{self.name}.ttf")), max(1, round(self.size * scale)))


@functools.lru_cache(maxsize=32)
def find(file_name: str) -> Path:
    """The font's path: Debian's place first, then wherever fontconfig knows it."""
    for folder in ("dejavu", "noto"):
        if (path := _FOLDER / folder / file_name).exists():
            return path
    path = _ask_fontconfig(file_name)
    if path is None:
        package = next(value for key, value in _PACKAGES.items() if file_name.startswith(key))
        raise FontMissing(f"font {file_name} not found: install the Debian package {package}")
    return path


def check() -> None:
    """Raises FontMissing if one of the fonts is not installed."""
    for file_name in (
        "DejaVuSans.ttf",
        "DejaVuSans-Bold.ttf",
        "DejaVuSerif.ttf",
        "NotoColorEmoji.ttf",
    ):
        find(file_name)


@functools.lru_cache(maxsize=512)
def emoji(character: str) -> Image.Image:
    """The emoji as a picture of about 136 × 128 pixels with transparency, trimmed."""
    font = _load(str(find("NotoColorEmoji.ttf")), _EMOJI_SIZE)
    picture = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(picture).text((10, 10), character, font=font, embedded_color=True)
    return picture.crop(picture.getbbox() or (0, 0, 160, 160))


@functools.lru_cache(maxsize=256)
def _load(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def _ask_fontconfig(file_name: str) -> Path | None:
    try:
        listed = subprocess.run(
            ["fc-list", "--format", "%{file}\n"],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    paths = (Path(line) for line in listed.stdout.splitlines())
    return next((path for path in paths if path.name == file_name), None)
