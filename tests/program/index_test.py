"""Indexing from the outside: reports, exit codes, interruption and going on, one writer at a time."""

import json
import os
import re
import shutil
import signal
import time
import unittest

from program import ProgramTest, picture


class Index(ProgramTest):
    def test_the_report_counts_what_happened(self):
        folder = self.make_pictures(6)
        first = self.index(folder)
        self.assertEqual((first["found"], first["added"], first["failed"]), (6, 6, 0))
        self.assertEqual(self.stats(folder)["items"], 6)
        (folder / "0000.png").write_bytes(picture(100))
        (folder / "0001.png").rename(folder / "moved.png")
        (folder / "0002.png").unlink()
        second = self.index(folder)
        self.assertEqual([second[key] for key in ("replaced", "moved", "removed", "unchanged")], [1, 1, 1, 3])
        (folder / "0003.png").unlink()
        third = self.index(folder, "--keep-missing")
        self.assertEqual((third["kept_missing"], self.stats(folder)["items"]), (1, 5))

    def test_people_get_a_summary_on_standard_error_and_quiet_gets_nothing(self):
        folder = self.make_pictures(3)
        run = self.run_program("index", folder, check=0)
        self.assertEqual(run.stdout, "")
        self.assertIn("3 pictures in", run.stderr)
        self.assertIn("3 added", run.stderr)
        self.assertEqual(self.run_program("index", folder, "-q", check=0).stderr, "")

    def test_files_that_fail_exit_3_and_are_listed_with_reasons(self):
        folder = self.make_pictures(2)
        for number in range(14):
            (folder / f"broken {number}.png").write_bytes(b"\x89PNG\r\n\x1a\nnot really")
        run = self.run_program("index", folder, "--json", check=3)
        report = json.loads(run.stdout)
        self.assertEqual(report["failed"], 14)
        self.assertTrue(all(failure["reason"] for failure in report["failures"]))
        self.assertIn("broken 0.png: ", run.stderr)
        self.assertIn("… and 4 more: sokkuri stats --failures", run.stderr)
        stats = self.stats(folder)
        self.assertEqual((stats["items"], stats["failed"]), (2, 14))
        listed = self.run_program("stats", "--failures", "--in", folder, check=0).stdout
        self.assertEqual(len(listed.splitlines()), 14)

    def test_a_folder_that_is_not_there_is_an_error(self):
        self.assertIn("nowhere", self.run_program("index", "nowhere", check=1).stderr)
        self.assertIn("sokkuri index", self.run_program("stats", "--in", self.base, check=1).stderr)
        self.assertIn("which folder", self.run_program("index", check=2).stderr)

    def test_inside_an_indexed_folder_the_folder_need_not_be_named(self):
        folder = self.make_pictures(3)
        (folder / "sub").mkdir()
        self.index(folder)
        (folder / "sub" / "new.png").write_bytes(picture(50))
        report = json.loads(self.run_program("index", "--json", "-q", check=0, cwd=folder / "sub").stdout)
        self.assertEqual((report["found"], report["added"]), (4, 1))

    def test_a_collection_may_lie_elsewhere(self):
        folder = self.make_pictures(3)
        self.index(folder, "--collection", self.base / "elsewhere")
        self.assertFalse((folder / ".sokkuri").exists())
        for words in (["--in", folder, "--collection", "elsewhere"], ["--collection", "elsewhere"]):
            run = self.run_program("similar", folder / "0000.png", "-f", *words, check=0)
            self.assertTrue((self.base / run.stdout.splitlines()[0]).exists(), run.stdout)

    def test_ascii_terminals_and_logs_get_no_control_characters(self):
        folder = self.make_pictures(3)
        self.assertNotIn("\x1b", self.run_program("index", folder, check=0).stderr)


class Interruption(ProgramTest):
    COUNT = 300  # so many that the run is caught in the middle
    BATCH = 8

    def started(self, folder):
        """An indexing run that has committed something."""
        process = self.start_program("index", folder, "--json", "--batch-rows", str(self.BATCH))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            run = self.run_program("stats", "--in", folder, "--json")
            if run.returncode == 0 and json.loads(run.stdout)["items"] > 0:
                return process
            time.sleep(0.01)
        self.fail("nothing was committed in time")

    def test_one_interrupt_stops_after_the_batch_and_the_next_run_goes_on(self):
        for stop in (signal.SIGINT, signal.SIGTERM):
            folder = self.make_pictures(self.COUNT)
            process = self.started(folder)
            process.send_signal(stop)
            output, errors = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 130, errors)
            self.assertIn(b"stopping after the batch", errors)
            report = json.loads(output)
            self.assertTrue(report["interrupted"])
            committed = self.stats(folder)["items"]
            self.assertEqual(committed, report["added"])
            self.assertLess(committed, self.COUNT)
            again = self.index(folder)
            self.assertEqual((again["unchanged"], again["added"]), (committed, self.COUNT - committed))
            shutil.rmtree(folder)

    def test_a_kill_loses_at_most_the_batch_in_flight(self):
        folder = self.make_pictures(self.COUNT)
        process = self.started(folder)
        before = self.stats(folder)["items"]
        process.kill()
        process.wait()
        after = self.stats(folder)["items"]
        self.assertGreaterEqual(after, before)
        again = self.index(folder)
        # A batch whose records were committed, but not yet what was seen of its files, is done again.
        self.assertGreaterEqual(again["unchanged"], after - self.BATCH)
        self.assertEqual(again["failed"], 0)
        self.assertEqual(self.stats(folder)["items"], self.COUNT)

    def test_a_second_writer_is_told_who_writes(self):
        folder = self.make_pictures(self.COUNT)
        process = self.started(folder)
        process.send_signal(signal.SIGSTOP)
        try:
            run = self.run_program("index", folder, check=1)
            self.assertTrue(re.search(rf"\b{process.pid}\b", run.stderr), run.stderr)
            self.run_program("similar", "--sample", "1", "--in", folder, check=0)
        finally:
            process.send_signal(signal.SIGCONT)
        process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0)


if __name__ == "__main__":
    assert os.name == "posix"
    unittest.main()
