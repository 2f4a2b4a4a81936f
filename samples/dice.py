"""Repeatable chance: every picture has dice of its own, seeded by its kind and index alone.

So a picture is the same whichever others are made, in whatever order and by however many jobs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy

Choice = TypeVar("Choice")


class Dice:
    """Random choices for picture number `index` of `kind`."""

    def __init__(self, kind: str, index: int):
        seed = hashlib.blake2b(f"{kind}/{index}".encode(), digest_size=8).digest()
        self.index = index
        self.arrays = numpy.random.Generator(numpy.random.PCG64(int.from_bytes(seed, "little")))

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * float(self.arrays.random())

    def integer(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.arrays.random() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        return float(self.arrays.random()) < probability

    def pick(self, choices: Sequence[Choice]) -> Choice:
        return choices[self.integer(0, len(choices) - 1)]

    def turn(self, choices: Sequence[Choice]) -> Choice:
        """Takes turns by index, so that a kind shows all of its choices.

        Each round starts one further: lists of six and of three choices do not run in step, which
        would make every sixth picture the same.
        """
        rounds = self.index // len(choices)
        return choices[(self.index + rounds) % len(choices)]

    def shuffled(self, choices: Sequence[Choice]) -> list[Choice]:
        order = numpy.argsort(self.arrays.random(len(choices)), kind="stable")
        return [choices[i] for i in order]
