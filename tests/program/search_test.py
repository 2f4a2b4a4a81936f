"""Answers of search and similar: every format parses and says the same; odd names; closed pipes and full disks."""

import base64
import csv
import io
import json
import os
import subprocess
import unittest

from program import PROGRAM, IndexedTest, environment, picture

ODD_NAMES = ["ねこ と犬.png", "a\nb.png", "quote\"comma,.png", "\x1b[31mred.png", "-dash.png", "50%.png", "e\u0301\u202e.png"]
NOT_UTF8 = b"latin-\xe9\xff.png"


class Answers(IndexedTest):
    COUNT = 16

    @classmethod
    def extend(cls, folder):
        for number, name in enumerate(ODD_NAMES):
            (folder / name).write_bytes(picture(200 + number))
        with open(os.path.join(os.fsencode(folder), NOT_UTF8), "wb") as file:
            file.write(picture(300))

    def setUp(self):
        super().setUp()
        self.everything = self.COUNT + len(ODD_NAMES) + 1

    def hits(self, *words, verb="search", **variables):
        run = self.run_program(verb, *words, "--in", self.pictures, "--jsonl", check=0, **variables)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def test_a_picture_finds_itself_first(self):
        hits = self.hits(self.pictures / "0003.png", "-k", "5")
        self.assertEqual(len(hits), 5)
        self.assertEqual(list(hits[0]), ["id", "path", "score", "distance", "rank", "band", "query"])
        self.assertEqual((hits[0]["path"], hits[0]["rank"], hits[0]["band"]), ("0003.png", 1, "identical"))
        self.assertAlmostEqual(hits[0]["score"], 1, places=5)
        scores = [hit["score"] for hit in hits]
        self.assertEqual(scores, sorted(scores, reverse=True))
        for hit in hits:
            self.assertAlmostEqual(hit["score"], 1 - hit["distance"], places=5)

    def test_similar_leaves_the_item_out_and_takes_ids_and_paths(self):
        by_path = self.hits("0003.png", verb="similar")
        self.assertNotIn("0003.png", [hit["path"] for hit in by_path])
        own = self.hits("0003.png", "--include-self", "-k", "1", verb="similar")[0]
        self.assertEqual(own["path"], "0003.png")
        for name in (own["id"], self.pictures / "0003.png"):
            self.assertEqual([hit["id"] for hit in self.hits(name, verb="similar")],
                             [hit["id"] for hit in by_path])

    def test_every_id_can_be_typed(self):
        everything = self.hits("0000.png", "--include-self", "-k", "1000", verb="similar")
        self.assertEqual(len(everything), self.everything)
        for hit in everything:
            own = self.hits(hit["id"], "--include-self", "-k", "1", verb="similar")[0]
            self.assertEqual(own["id"], hit["id"])

    def test_all_formats_say_the_same(self):
        words = ["similar", "0003.png", "--in", self.pictures, "-k", "1000"]
        run = {form: self.run_program(*words, *flags, check=0, text=False).stdout
               for form, flags in {"jsonl": ["--jsonl"], "json": ["--json"], "csv": ["--csv"],
                                   "paths": ["-0"], "table": []}.items()}
        lines = [json.loads(line) for line in run["jsonl"].splitlines()]
        whole = json.loads(run["json"])
        rows = list(csv.DictReader(io.StringIO(run["csv"].decode(), newline="")))
        paths = run["paths"].split(b"\0")[:-1]
        self.assertEqual(len(lines), self.everything - 1)
        self.assertEqual([{k: v for k, v in line.items() if k != "query"} for line in lines], whole["hits"])
        self.assertEqual(whole["items"], self.everything)
        for line, row, path in zip(lines, rows, paths, strict=True):
            self.assertEqual(line["id"], row["id"])
            self.assertEqual(line["path"], row["path"])
            self.assertEqual((line["score"], line["rank"]), (float(row["score"]), int(row["rank"])))
            name = base64.b64decode(line["path_bytes"]) if "path_bytes" in line else line["path"].encode()
            self.assertEqual(row["path_bytes"], line.get("path_bytes", ""))
            self.assertEqual(path, os.path.join(os.fsencode(self.pictures), name))
            self.assertTrue(os.path.exists(path))
        self.assertEqual(len(run["table"].splitlines()), self.everything + 1, "and the item's own path")

    def test_bytes_that_are_not_utf8_are_beside_their_text(self):
        hits = self.hits(os.path.join(os.fsencode(self.pictures), NOT_UTF8), "-k", "1")
        self.assertEqual(hits[0]["path"], "latin-\\xe9\\xff.png")
        self.assertEqual(base64.b64decode(hits[0]["path_bytes"]), NOT_UTF8)
        self.assertEqual(self.hits(NOT_UTF8, "--include-self", "-k", "1", verb="similar")[0]["id"], hits[0]["id"])

    def test_tables_carry_no_control_character(self):
        table = self.run_program("similar", "0000.png", "-k", "1000", "--in", self.pictures, check=0).stdout
        self.assertFalse([c for c in table if c != "\n" and (ord(c) < 32 or c in "\x7f\u202e")])
        self.assertIn("a\\nb.png", table)
        self.assertIn("\\x1b[31mred.png", table)

    def test_color_is_for_terminals_or_on_demand(self):
        words = ("similar", "0000.png", "--in", self.pictures)
        self.assertNotIn("\x1b", self.run_program(*words, check=0).stdout)
        self.assertIn("\x1b[", self.run_program(*words, "--color", "always", check=0).stdout)

    def test_paths_are_usable_from_the_working_directory(self):
        deep = self.pictures / "deep" / "er"
        deep.mkdir(parents=True, exist_ok=True)
        for cwd in (self.pictures, deep):
            name = os.path.relpath(self.pictures / "0001.png", cwd)
            run = self.run_program("similar", name, "-0", "-k", "1000", check=0, cwd=cwd, text=False)
            paths = run.stdout.split(b"\0")[:-1]
            self.assertEqual(len(paths), self.everything - 1)
            for path in paths:
                self.assertFalse(path.startswith(b"-"))
                self.assertTrue(os.path.exists(os.path.join(os.fsencode(cwd), path)), path)

    def test_a_picture_alone_searches_the_folder_around(self):
        run = self.run_program("0003.png", "-k1", "-f", check=0, cwd=self.pictures)
        self.assertEqual(run.stdout, "0003.png\n")
        run = self.run_program("-f", "-k", "1", "0003.png", check=0, cwd=self.pictures)
        self.assertEqual(run.stdout, "0003.png\n")

    def test_settings_reach_the_answer(self):
        self.assertEqual(len(self.hits("0003.png", verb="similar", SOKKURI_K="3")), 3)
        self.assertEqual(len(self.hits("0003.png", "-k", "2", verb="similar", SOKKURI_K="3")), 2)
        hits = self.hits("0003.png", "-k", "1000", verb="similar")
        cut = hits[len(hits) // 2]["score"]
        kept = self.hits("0003.png", "-k", "1000", "--min-score", repr(cut), verb="similar")
        self.assertTrue(all(hit["score"] >= cut - 1e-6 for hit in kept))
        self.assertLess(len(kept), len(hits))

    def test_how_surely_is_a_knob_and_is_told(self):
        def asked(*flags, **variables):
            run = self.run_program("similar", "0001.png", "--in", self.pictures, "--json", *flags, check=0,
                                   **variables)
            return json.loads(run.stdout)["search"]

        self.assertEqual(asked(), {"path": "exact", "ef": None, "recall_asked": 0.99, "recall_expected": 1})
        self.assertEqual(asked("--recall", "0.9")["recall_asked"], 0.9)
        self.assertEqual(asked("--exact")["recall_asked"], 1)
        self.assertIsNone(asked("--ef", "30")["recall_asked"])
        self.assertEqual(asked("--exact", SOKKURI_RECALL="0.8")["recall_asked"], 1)
        for wrong in (["--recall", "0.4"], ["--ef", "0"], ["--exact", "--ef", "9"], ["--exact", "--recall", "0.9"]):
            self.run_program("similar", "0001.png", "--in", self.pictures, *wrong, check=2)
        run = self.run_program("similar", "0001.png", "--in", self.pictures, "-v", check=0)
        self.assertIn("recall 0.99 asked", run.stderr)

    def test_several_pictures_are_several_answers(self):
        names = [self.pictures / "0001.png", self.pictures / "missing.png", self.pictures / "0002.png"]
        run = self.run_program("search", *names, "--in", self.pictures, "--json", "-k", "2", check=3)
        answers = json.loads(run.stdout)
        self.assertEqual([answer["hits"][0]["path"] for answer in answers], ["0001.png", "0002.png"])
        self.assertIn("missing.png", run.stderr)
        self.run_program("search", names[1], "--in", self.pictures, check=1)
        self.run_program("similar", "--in", self.pictures, check=2)
        self.run_program("similar", "0001.png", "--in", self.pictures, "--show", "--csv", check=2)
        self.run_program("similar", "0001.png", "--in", self.pictures, "--sample", "2", check=2)

    def test_timings_are_told_on_standard_error_and_in_json(self):
        run = self.run_program("search", self.pictures / "0001.png", "--in", self.pictures, "--timing",
                               "--json", check=0)
        self.assertIn("search", json.loads(run.stdout)["timing_ms"])
        self.assertRegex(run.stderr, r"search [0-9.]+ ms, total [0-9.]+ ms")

    def test_what_is_no_picture_is_refused_with_its_name(self):
        text = self.base / "text.jpg"
        text.write_text("hello")
        self.assertIn("text.jpg", self.run_program("search", text, "--in", self.pictures, check=1).stderr)
        self.assertIn("nothing-like-it", self.run_program("similar", "nothing-like-it", "--in", self.pictures,
                                                          check=1).stderr)

    def test_similar_maps_no_heavy_library(self):
        self.run_program("similar", "0003.png", "--in", self.pictures, check=0, LD_DEBUG="libs",
                         LD_DEBUG_OUTPUT=str(self.base / "libraries"))
        opened = "".join(part.read_text() for part in self.base.glob("libraries.*"))
        self.assertIn("calling init", opened)
        for heavy in ("openvino", "vips", "chafa", "glib-2", "curl"):
            self.assertNotIn(heavy, opened)

    def test_a_full_disk_is_an_error_and_a_closed_pipe_is_not(self):
        words = [PROGRAM, "similar", "0003.png", "--in", str(self.pictures), "--json", "-k", "1000"]
        with open("/dev/full", "wb") as full:
            run = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, env=environment(self.home))
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"standard output: No space left on device", run.stderr)
        reader, writer = os.pipe()
        os.close(reader)
        run = subprocess.run(words, stdout=writer, stderr=subprocess.PIPE, env=environment(self.home))
        os.close(writer)
        self.assertEqual((run.returncode, run.stderr), (0, b""))

    def test_closed_outputs_are_refused_and_nothing_is_written_elsewhere(self):
        catalog = self.pictures / ".sokkuri" / "catalog.db"
        before = catalog.read_bytes()
        words = f"'{PROGRAM}' similar 0003.png --in '{self.pictures}' --json"
        for closed in (">&-", ">&- 2>&-", "<&- >&- 2>&-"):
            run = subprocess.run(f"{words} {closed}", shell=True, capture_output=True, env=environment(self.home))
            self.assertEqual(run.returncode, 1, closed)
        self.assertEqual(catalog.read_bytes(), before)

    def test_pictures_are_drawn_side_by_side(self):
        run = self.run_program("similar", "0003.png", "--in", self.pictures, "--show", "-k", "5", check=0)
        self.assertIn("\x1b[", run.stdout)
        self.assertIn("query", run.stdout)
        self.assertIn("0003.png", run.stdout)
        plain = self.run_program("similar", "0003.png", "--in", self.pictures, "--show", check=0, NO_COLOR="1")
        self.assertNotIn("\x1b[3", plain.stdout)
        for draw, mark in {"sixel": "\x1bP", "kitty": "\x1b_G", "iterm": "\x1b]1337;"}.items():
            run = self.run_program("search", self.pictures / "0003.png", "--in", self.pictures, "--show",
                                   "--draw", draw, "-k", "2", check=0)
            self.assertIn(mark, run.stdout)

    def test_a_sample_shows_items_unlike_each_other(self):
        run = self.run_program("similar", "--sample", "3", "--json", "--in", self.pictures, check=0)
        self.assertEqual(len({answer["query_id"] for answer in json.loads(run.stdout)}), 3)

    def test_stats_have_their_keys(self):
        stats = self.stats(self.pictures)
        self.assertEqual(list(stats)[:5], ["items", "failed", "model", "dimension", "bytes"])
        self.assertEqual((stats["items"], stats["failed"]), (self.everything, 0))
        self.assertGreater(stats["bytes"], self.everything * stats["dimension"] * 4)


if __name__ == "__main__":
    unittest.main()
