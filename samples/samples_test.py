"""Tests of the sample pictures, on a whole collection and on some kinds made anew.

The collection is made once, into a temporary folder.
"""

from __future__ import annotations

import collections
import contextlib
import hashlib
import io
import json
import tempfile
import time
import unittest
from pathlib import Path

import numpy
from PIL import Image

import fonts
import make_samples
from dice import Dice
from main_color import NAMES, main_color


def setUpModule() -> None:
    global _TEMPORARY, OUT, LISTING
    _TEMPORARY = tempfile.TemporaryDirectory()
    OUT = Path(_TEMPORARY.name) / "samples"
    run(OUT)
    LISTING = json.loads((OUT / "samples.json").read_text())


def tearDownModule() -> None:
    _TEMPORARY.cleanup()


def run(folder: Path, *options: str) -> int:
    with contextlib.redirect_stderr(io.StringIO()):
        return make_samples.main([str(folder), *options])


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def thumbnail(file: str) -> numpy.ndarray:
    with Image.open(OUT / file) as picture:
        small = picture.convert("RGB").resize((16, 16), Image.Resampling.BOX)
    return numpy.asarray(small).astype(numpy.float32)


class Collection(unittest.TestCase):
    def test_has_at_least_600_originals_of_30_kinds(self) -> None:
        originals = [picture for picture in LISTING["pictures"] if "copy_of" not in picture]
        kinds = collections.Counter(picture["kind"] for picture in originals)
        self.assertGreaterEqual(len(originals), 600)
        self.assertGreaterEqual(len(kinds), 30)
        self.assertGreaterEqual(min(kinds.values()), 12)

    def test_lists_exactly_the_files_that_are_there(self) -> None:
        there = set(digests(OUT)) - {"samples.json", make_samples.STAMP}
        self.assertEqual(there, {picture["file"] for picture in LISTING["pictures"]})
        self.assertEqual(len(there), len(LISTING["pictures"]))

    def test_no_two_files_are_the_same(self) -> None:
        counts = collections.Counter(digests(OUT).values())
        self.assertEqual(max(counts.values()), 1)

    def test_stays_below_60_megabytes(self) -> None:
        size_bytes = sum(path.stat().st_size for path in OUT.rglob("*") if path.is_file())
        self.assertLess(size_bytes, 60e6)

    def test_every_picture_has_the_size_and_format_that_are_listed(self) -> None:
        formats = {".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".gif": "GIF"}
        seen = set()
        for record in LISTING["pictures"]:
            with Image.open(OUT / record["file"]) as picture:
                self.assertEqual(picture.size, (record["width"], record["height"]), record["file"])
                self.assertEqual(
                    picture.format, formats[Path(record["file"]).suffix], record["file"]
                )
                seen.add(picture.format)
        self.assertEqual(seen, set(formats.values()))

    def test_original_long_sides_are_320_to_1024_pixels(self) -> None:
        originals = [picture for picture in LISTING["pictures"] if "copy_of" not in picture]
        sides = [max(picture["width"], picture["height"]) for picture in originals]
        self.assertGreaterEqual(min(sides), 320)
        self.assertLessEqual(max(sides), 1024)

    def test_pictures_are_not_blank(self) -> None:
        for record in LISTING["pictures"]:
            with Image.open(OUT / record["file"]) as picture:
                picture.draft("RGB", (128, 128))
                spread = numpy.asarray(picture.convert("RGB").resize((128, 128))).std()
            self.assertGreater(spread, 4, record["file"])

    def test_main_colors_are_those_of_the_files(self) -> None:
        for record in LISTING["pictures"][::7]:
            self.assertEqual(main_color(OUT / record["file"]), record["main_color"], record["file"])
        self.assertGreaterEqual(len({p["main_color"]["name"] for p in LISTING["pictures"]}), 10)


class NearDuplicates(unittest.TestCase):
    def test_each_group_has_one_copy_for_each_edit(self) -> None:
        self.assertGreaterEqual(len(LISTING["near_duplicates"]), 50)
        for group in LISTING["near_duplicates"]:
            self.assertTrue((OUT / group["original"]).is_file())
            edits = [copy["edit"] for copy in group["copies"]]
            self.assertEqual(sorted(edits), ["cropped", "mirrored", "re-encoded", "rescaled"])

    def test_groups_and_pictures_tell_the_same(self) -> None:
        of_groups = {
            (copy["file"], group["original"], copy["edit"])
            for group in LISTING["near_duplicates"]
            for copy in group["copies"]
        }
        of_pictures = {
            (p["file"], p["copy_of"], p["edit"]) for p in LISTING["pictures"] if "copy_of" in p
        }
        self.assertEqual(of_groups, of_pictures)

    def test_copies_look_like_their_originals(self) -> None:
        for group in LISTING["near_duplicates"]:
            original = thumbnail(group["original"])
            for copy in group["copies"]:
                if copy["edit"] == "cropped":
                    continue
                other = thumbnail(copy["file"])
                if copy["edit"] == "mirrored":
                    other = other[:, ::-1]
                self.assertLess(numpy.abs(original - other).mean(), 6, copy["file"])

    def test_crops_keep_80_to_92_percent_of_each_side(self) -> None:
        sizes = {p["file"]: (p["width"], p["height"]) for p in LISTING["pictures"]}
        for group in LISTING["near_duplicates"]:
            crop = next(copy["file"] for copy in group["copies"] if copy["edit"] == "cropped")
            for kept, whole in zip(sizes[crop], sizes[group["original"]]):
                self.assertTrue(0.795 <= kept / whole <= 0.925, crop)


class Program(unittest.TestCase):
    def test_pictures_depend_neither_on_jobs_nor_on_other_kinds(self) -> None:
        names = ["mountains", "tartans", "emoji-food", "posters", "fractals"]
        with tempfile.TemporaryDirectory() as folder:
            make_samples.make_pictures(Path(folder), jobs=1, names=names)
            again = digests(Path(folder))
        self.assertGreater(len(again), 5 * 12)
        whole = digests(OUT)
        for file, digest in again.items():
            self.assertEqual(digest, whole[file], file)

    def test_a_second_run_changes_nothing_and_takes_less_than_a_second(self) -> None:
        before = {path: path.stat().st_mtime_ns for path in OUT.rglob("*")}
        started = time.monotonic()
        self.assertEqual(run(OUT), 0)
        self.assertLess(time.monotonic() - started, 1)
        self.assertEqual(before, {path: path.stat().st_mtime_ns for path in OUT.rglob("*")})

    def test_a_folder_with_other_files_is_refused_and_left_alone(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "holiday.jpg").write_bytes(b"precious")
            self.assertEqual(run(Path(folder)), 1)
            self.assertEqual([path.name for path in Path(folder).iterdir()], ["holiday.jpg"])

    def test_an_outdated_collection_is_replaced_and_its_index_kept(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            out, partial = Path(folder) / "out", Path(folder) / "partial"
            for path, text in ((out / "old.jpg", "old"), (out / ".sokkuri/catalog.db", "index")):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            partial.mkdir()
            (partial / "new.jpg").write_text("new")
            make_samples._replace(out, partial)
            self.assertEqual(set(digests(out)), {"new.jpg", ".sokkuri/catalog.db"})
            self.assertEqual([path.name for path in Path(folder).iterdir()], ["out"])

    def test_a_missing_font_is_named_with_its_package(self) -> None:
        with self.assertRaisesRegex(fonts.FontMissing, "fonts-dejavu-core"):
            fonts.find("DejaVuNowhere.ttf")
        with self.assertRaisesRegex(fonts.FontMissing, "fonts-noto-color-emoji"):
            fonts.find("NotoColorEmojiNowhere.ttf")


class DiceOfAPicture(unittest.TestCase):
    def test_repeat_for_the_same_picture_and_differ_for_others(self) -> None:
        rolls = [
            Dice(kind, index).uniform(0, 1)
            for kind, index in (("a", 1), ("a", 1), ("a", 2), ("b", 1))
        ]
        self.assertEqual(rolls[0], rolls[1])
        self.assertEqual(len(set(rolls)), 3)


class MainColor(unittest.TestCase):
    def test_plain_colors_get_their_names(self) -> None:
        plain = {
            "black": "#101010", "gray": "#888888", "white": "#fafafa", "red": "#d01818",
            "orange": "#f58220", "brown": "#6b4423", "yellow": "#f7dd2a", "green": "#2f9e44",
            "teal": "#149a9a", "blue": "#1f5fd0", "purple": "#7b2cbf", "pink": "#f78fb3",
        }  # fmt: skip
        self.assertEqual(set(plain), set(NAMES))
        for name, color in plain.items():
            file = io.BytesIO()
            Image.new("RGB", (50, 40), color).save(file, "PNG")
            self.assertEqual(main_color(file), {"name": name, "hex": color})

    def test_transparency_counts_as_white(self) -> None:
        file = io.BytesIO()
        Image.new("RGBA", (50, 40), (200, 0, 0, 0)).save(file, "PNG")
        file.seek(0)
        self.assertEqual(main_color(file)["name"], "white")


if __name__ == "__main__":
    unittest.main()
