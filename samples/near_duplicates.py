"""Copies of a picture as they appear in the world: rescaled, re-encoded, cropped, mirrored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from dice import Dice
from encode import encode


@dataclass(frozen=True)
class Copy:
    edit: str
    extension: str
    data: bytes
    width: int
    height: int


def near_duplicates(original: bytes, extension: str, dice: Dice) -> list[Copy]:
    """One copy for each edit. `original` is the file's bytes, so that its losses are kept."""
    with Image.open(BytesIO(original)) as opened:
        picture = opened.convert("RGB")
    return [_copy(edit, picture, extension, dice) for edit in EDITS]


def _copy(edit: str, picture: Image.Image, extension: str, dice: Dice) -> Copy:
    edited = EDITS[edit](picture, dice)
    if edit == "re-encoded":
        extension = "webp" if extension == "jpg" and dice.chance(0.4) else "jpg"
        data = encode(edited, extension, quality=dice.integer(35, 60))
    else:
        data = encode(edited, extension)
    return Copy(edit, extension, data, *edited.size)


def _rescaled(picture: Image.Image, dice: Dice) -> Image.Image:
    factor = dice.pick((0.4, 0.5, 0.62, 0.75, 1.3))
    size = (round(picture.width * factor), round(picture.height * factor))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _unchanged(picture: Image.Image, dice: Dice) -> Image.Image:
    return picture


def _cropped(picture: Image.Image, dice: Dice) -> Image.Image:
    """Keeps 80 to 92 % of each side."""
    width = round(picture.width * dice.uniform(0.8, 0.92))
    height = round(picture.height * dice.uniform(0.8, 0.92))
    left = dice.integer(0, picture.width - width)
    top = dice.integer(0, picture.height - height)
    return picture.crop((left, top, left + width, top + height))


def _mirrored(picture: Image.Image, dice: Dice) -> Image.Image:
    return ImageOps.mirror(picture)


EDITS: dict[str, Callable[[Image.Image, Dice], Image.Image]] = {
    "rescaled": _rescaled,
    "re-encoded": _unchanged,
    "cropped": _cropped,
    "mirrored": _mirrored,
}
