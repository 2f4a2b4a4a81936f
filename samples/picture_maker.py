"""Draws one picture, saves it and, for every thirteenth, its near-duplicates.

Runs in the worker processes.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from canvas import Canvas
from dice import Dice
from encode import encode
from kinds import KINDS
from kinds.kind import Kind
from main_color import main_color
from near_duplicates import near_duplicates

PICTURES_PER_KIND = 16

# 13 has no divisor in common with 16: the originals of copies spread over kinds and numbers.
_ORIGINALS_EVERY = 13

# Above this many pixels two samples a side do; below, three keep thin lines clean.
_FINE_PIXELS_MAX = 200_000

_NUMBER = {kind.name: number for number, kind in enumerate(KINDS)}


def make_picture(task: tuple[str, str, int]) -> tuple[list[dict], dict | None]:
    """Task: (folder, kind, index). Returns the files' records and the group of copies, if any."""
    folder, name, index = task
    kind = KINDS[_NUMBER[name]]
    extension = kind.formats[index % len(kind.formats)]
    data, size = draw(kind, index, extension)
    stem = f"{name}-{index + 1:03d}"
    file = f"{name}/{stem}.{extension}"
    records = [{"file": file, "kind": name} | _saved(Path(folder, file), data, size)]
    if (_NUMBER[name] * PICTURES_PER_KIND + index) % _ORIGINALS_EVERY != 0:
        return records, None
    copies = []
    for copy in near_duplicates(data, extension, Dice(f"near-duplicates/{name}", index)):
        path = f"near-duplicates/{stem}-{copy.edit}.{copy.extension}"
        attributes = _saved(Path(folder, path), copy.data, (copy.width, copy.height))
        origin = {"copy_of": file, "edit": copy.edit}
        records.append({"file": path, "kind": name} | attributes | origin)
        copies.append({"file": path, "edit": copy.edit})
    return records, {"original": file, "copies": copies}


def draw(kind: Kind, index: int, extension: str) -> tuple[bytes, tuple[int, int]]:
    """The picture as the bytes of a file, and its width and height."""
    width, height = kind.frame(index)
    supersampling = kind.supersampling
    if supersampling == 3 and width * height > _FINE_PIXELS_MAX:
        supersampling = 2
    canvas = Canvas(width, height, supersampling)
    kind.draw(canvas, Dice(kind.name, index))
    picture = canvas.finish()
    return encode(picture, extension), picture.size


def _saved(path: Path, data: bytes, size: tuple[int, int]) -> dict:
    """Writes the file and returns what can be told from it."""
    path.write_bytes(data)
    return {"main_color": main_color(BytesIO(data)), "width": size[0], "height": size[1]}
