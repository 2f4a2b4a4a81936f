"""The installed program works in any folder, without its build tree, OpenVINO's wheel or Python."""

import json
import os
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib
from pathlib import Path

BUILD = Path(os.environ["SOKKURI_BUILD_DIR"])


def png_of_one_color(side):
    """A PNG file of side × side orange pixels."""

    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\xff\x80\x00" * side) * side
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.scratch)
        install = ["cmake", "--install", BUILD, "--prefix", cls.scratch / "first"]
        subprocess.run(install, check=True, capture_output=True)
        cls.prefix = cls.scratch / "moved"
        (cls.scratch / "first").rename(cls.prefix)

    def sokkuri(self, *arguments):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.scratch)}
        command = [self.prefix / "bin/sokkuri", *arguments]
        run = subprocess.run(command, env=environment, cwd=self.scratch, capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def test_every_library_is_found_and_none_in_the_build_tree(self):
        objects = [self.prefix / "bin/sokkuri", *self.prefix.glob("lib/sokkuri/*.so*")]
        self.assertGreater(len(objects), 4)
        for path in objects:
            listing = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
            with self.subTest(path=path.name):
                self.assertNotIn("not found", listing)
                self.assertNotIn(str(BUILD), listing)
                self.assertNotIn(".venv", listing)

    def test_the_default_model_comes_along(self):
        self.assertIn("efficientnet-lite0", self.sokkuri("model", "list"))

    def test_a_picture_is_embedded(self):
        (self.scratch / "orange.png").write_bytes(png_of_one_color(300))
        answer = json.loads(self.sokkuri("embed", "orange.png"))
        self.assertEqual(answer["dimension"], 1280)
        self.assertEqual(len(answer["vector"]), 1280)

    def test_a_folder_is_indexed_and_asked(self):
        folder = self.scratch / "pictures"
        folder.mkdir()
        for side in (64, 256):
            (folder / f"{side}.png").write_bytes(png_of_one_color(side))
        self.sokkuri("index", "pictures")
        answer = json.loads(self.sokkuri("similar", "64.png", "--in", "pictures", "--jsonl"))
        self.assertEqual(answer["path"], "256.png")


if __name__ == "__main__":
    unittest.main()
