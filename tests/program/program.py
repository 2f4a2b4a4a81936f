"""The program under test, folders of small pictures to try it on, and what every suite here needs.

The program is the one that SOKKURI_PROGRAM names. Nothing of the user's settings reaches it.
"""

import json
import os
import random
import struct
import subprocess
import tempfile
import unittest
import zlib
from pathlib import Path

PROGRAM = os.environ.get("SOKKURI_PROGRAM", "build/release/sokkuri")
TIMEOUT_S = 240
SIDE = 48


def environment(home, **variables):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SOKKURI_", "XDG_"))}
    for name in ("NO_COLOR", "COLUMNS", "LD_DEBUG"):
        kept.pop(name, None)
    # LeakSanitizer, where the build has it, does not get along with programs that are killed.
    kept.setdefault("ASAN_OPTIONS", "detect_leaks=0")
    return {**kept, "HOME": str(home), "TERM": "xterm-256color", **variables}


def png(pixels, width, height):
    """A PNG of rows of (red, green, blue)."""
    raw = b"".join(b"\0" + bytes(v for pixel in pixels[y * width:(y + 1) * width] for v in pixel)
                   for y in range(height))

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw))
            + chunk(b"IEND", b""))


def picture(seed):
    """Bars, rings or checks in colors of their own: the same bytes for the same seed."""
    chance = random.Random(seed)
    kind = chance.randrange(3)
    step = chance.randrange(4, 14)
    colors = [tuple(chance.randrange(256) for _ in range(3)) for _ in range(3)]

    def color(x, y):
        if kind == 0:
            return colors[(x + y * (step % 3)) // step % 3]
        if kind == 1:
            return colors[int(((x - SIDE / 2) ** 2 + (y - SIDE / 2) ** 2) ** 0.5) // step % 3]
        return colors[(x // step + y // step) % 3]

    return png([color(x, y) for y in range(SIDE) for x in range(SIDE)], SIDE, SIDE)


class ProgramTest(unittest.TestCase):
    """Each test has a folder and a home of its own."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="sokkuri-program-")
        self.addCleanup(temporary.cleanup)
        self.base = Path(temporary.name)
        self.home = self.base / "home"
        self.home.mkdir()

    def run_program(self, *words, check=None, cwd=None, text=True, stdin=None, **variables):
        run = subprocess.run([PROGRAM, *map(os.fspath, words)], capture_output=True, timeout=TIMEOUT_S,
                             cwd=cwd or self.base, env=environment(self.home, **variables), stdin=stdin)
        if check is not None and run.returncode != check:
            self.fail(f"{words}: exit {run.returncode}, not {check}\n{run.stdout!r}\n{run.stderr!r}")
        if text:
            run.stdout = run.stdout.decode()
            run.stderr = run.stderr.decode(errors="replace")
        return run

    def start_program(self, *words, **variables):
        process = subprocess.Popen([PROGRAM, *map(os.fspath, words)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, cwd=self.base,
                                   env=environment(self.home, **variables))
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        return process

    def make_pictures(self, count, folder="pictures"):
        place = self.base / folder
        place.mkdir(exist_ok=True)
        for seed in range(count):
            (place / f"{seed:04}.png").write_bytes(picture(seed))
        return place

    def index(self, folder, *words, check=0, **variables):
        return json.loads(self.run_program("index", folder, "--json", "-q", *words, check=check,
                                           **variables).stdout)

    def stats(self, folder):
        return json.loads(self.run_program("stats", "--in", folder, "--json", check=0).stdout)


class IndexedTest(ProgramTest):
    """The tests of a class share one indexed folder, which they only read."""

    COUNT = 24

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="sokkuri-program-")
        cls.addClassCleanup(temporary.cleanup)
        maker = cls()
        maker.base = Path(temporary.name)
        maker.home = maker.base
        cls.pictures = maker.make_pictures(cls.COUNT)
        cls.extend(cls.pictures)
        cls.report = maker.index(cls.pictures, check=cls.INDEX_EXIT)

    INDEX_EXIT = 0

    @classmethod
    def extend(cls, folder):
        """Adds what a suite wants beside the usual pictures."""

    def runTest(self):
        """So that setUpClass can make an instance."""
