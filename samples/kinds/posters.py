"""Typographic posters: few words, large letters, plain shapes."""

from __future__ import annotations

from canvas import Canvas
from dice import Dice
from fonts import Font
from kinds.kind import TALL, Kind
from palette import INK, PALETTES, WHITE, Color, fade

_WORDS = (
    "JAZZ", "OPERA", "MUSEUM", "SUMMER", "DESIGN", "CINEMA", "THEATER", "NIGHT", "DANCE", "MARKET",
    "GARDEN", "WINTER", "LETTERS", "RHYTHM", "VOYAGE", "HARVEST", "SILENCE", "ATLAS",
)  # fmt: skip
_LINES = (
    "an evening of new works", "open every day but Monday",
    "twelve rooms, one idea", "free admission", "with friends and strangers",
    "doors open at eight", "the city after dark", "a festival by the river",
)  # fmt: skip
_FACES = ("Sans-Bold", "Serif-Bold", "SansMono-Bold", "Sans", "Serif")


def draw(canvas: Canvas, dice: Dice) -> None:
    palette = dice.turn(PALETTES)
    ground, *tones = palette
    canvas.fill(ground)
    ink = WHITE if sum(ground) < 330 else INK
    layout = dice.turn((_stacked, _circle, _giant_letter, _diagonal, _repeated))
    layout(canvas, dice, tones, ink)
    _small_print(canvas, dice, ink)


def _fitted(canvas: Canvas, words: str, face: str, width: float) -> Font:
    """The size at which the words fill the width."""
    probe = Font(face, 40)
    return Font(face, min(40 * width / canvas.text_width(words, probe), canvas.height * 0.42))


def _small_print(canvas: Canvas, dice: Dice, ink: Color) -> None:
    margin, size = canvas.unit * 0.07, canvas.unit * 0.036
    canvas.rectangle(
        (
            margin,
            canvas.height - margin - size * 3.4,
            canvas.width - margin,
            canvas.height - margin - size * 3.25,
        ),
        ink,
    )
    y = canvas.height - margin - size
    canvas.text((margin, y - size * 1.5), dice.pick(_LINES), Font("Sans-Bold", size), ink, "ls")
    canvas.text(
        (margin, y),
        f"from {dice.integer(1, 28)}.{dice.integer(1, 12)}.",
        Font("Sans", size),
        ink,
        "ls",
    )
    canvas.text(
        (canvas.width - margin, y), f"Hall {dice.integer(1, 9)}", Font("Sans", size), ink, "rs"
    )


def _stacked(canvas: Canvas, dice: Dice, tones: list[Color], ink: Color) -> None:
    """Three words below each other, each as wide as the page."""
    margin = canvas.unit * 0.07
    y = margin
    for number, word in enumerate(dice.shuffled(_WORDS)[:3]):
        font = _fitted(canvas, word, _FACES[(dice.index + number) % 3], canvas.width - 2 * margin)
        high = font.size * 0.76
        if y + high > canvas.height * 0.84:
            break
        canvas.text((margin, y + high), word, font, tones[number] if number else ink, "ls")
        y += high + canvas.unit * 0.055
    if y < canvas.height * 0.76:
        canvas.rectangle((margin, y, canvas.width - margin, canvas.height * 0.8), tones[3])
        canvas.circle(
            (canvas.width / 2, (y + canvas.height * 0.8) / 2),
            (canvas.height * 0.8 - y) * 0.36,
            tones[0],
        )


def _circle(canvas: Canvas, dice: Dice, tones: list[Color], ink: Color) -> None:
    center = (canvas.width * dice.uniform(0.38, 0.62), canvas.height * 0.32)
    for ring in range(4):
        canvas.circle(center, canvas.unit * (0.36 - 0.09 * ring), tones[(ring + dice.index) % 4])
    word = dice.turn(_WORDS)
    font = _fitted(canvas, word, dice.turn(_FACES), canvas.width * 0.86)
    canvas.text((canvas.width / 2, canvas.height * 0.72), word, font, ink, "ms")


def _giant_letter(canvas: Canvas, dice: Dice, tones: list[Color], ink: Color) -> None:
    word = dice.turn(_WORDS)
    canvas.gradient([(0, tones[0]), (1, tones[3])], (0, 0, canvas.width, canvas.height * 0.62))
    canvas.text(
        (canvas.width * 0.5, canvas.height * 0.3),
        word[0],
        Font(dice.pick(_FACES[:2]), canvas.height * 0.66),
        tones[1],
        "mm",
    )
    canvas.text(
        (canvas.unit * 0.07, canvas.height * 0.78),
        word,
        _fitted(canvas, word, "Sans-Bold", canvas.width * 0.6),
        ink,
        "ls",
    )


def _diagonal(canvas: Canvas, dice: Dice, tones: list[Color], ink: Color) -> None:
    step = canvas.unit * 0.16
    for band in range(-3, 8):
        y = band * step * 1.6
        stripe = [
            (0, y + canvas.width * 0.6),
            (canvas.width, y),
            (canvas.width, y + step),
            (0, y + step + canvas.width * 0.6),
        ]
        if y + step + canvas.width * 0.6 < canvas.height * 0.8:
            canvas.polygon(stripe, tones[band % 4])
    word = dice.turn(_WORDS)
    font = _fitted(canvas, word, "Sans-Bold", canvas.width * 0.86)
    y = canvas.height * 0.5
    canvas.rectangle((0, y - font.size * 0.95, canvas.width, y + font.size * 0.25), ink)
    canvas.text((canvas.width / 2, y), word, font, WHITE if ink == INK else INK, "ms")


def _repeated(canvas: Canvas, dice: Dice, tones: list[Color], ink: Color) -> None:
    """One word again and again, fading from line to line."""
    word = dice.turn(_WORDS)
    margin = canvas.unit * 0.07
    font = _fitted(canvas, word, dice.turn(_FACES), canvas.width - 2 * margin)
    count = max(2, int(canvas.height * 0.76 / (font.size * 0.9)))
    strong = dice.integer(0, count - 1)
    for number in range(count):
        color = ink if number == strong else fade(tones[number % 4], 0.85)
        canvas.text((margin, margin + font.size * (0.75 + 0.9 * number)), word, font, color, "ls")


KIND = Kind("posters", draw, shapes=TALL, side_max=800)
