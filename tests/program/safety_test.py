"""An index that is damaged, moved, copied, locked away, backed up and full, from the outside."""

import json
import os
import shutil
import subprocess
import unittest

from program import picture
from server import ServerTest


def flip(path, at, bits=1):
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= bits
    path.write_bytes(data)


class Safety(ServerTest):
    def setUp(self):
        super().setUp()
        self.folder = self.make_pictures(5)
        self.index(self.folder)
        self.files = self.folder / ".sokkuri"

    def verify(self, *words, check):
        return json.loads(self.run_program("verify", "--in", self.folder, "--json", *words, check=check).stdout)

    def first_hit(self, folder):
        run = self.run_program("similar", "--in", folder, "0000.png", "-k", "1", "--json", check=0)
        return json.loads(run.stdout)["hits"][0]

    def mount(self, *words):
        """Somewhere only root can; without that the test is left out, in words."""
        if subprocess.run(["mount", *map(os.fspath, words)], capture_output=True).returncode != 0:
            self.skipTest("this user cannot mount file systems")
        self.addCleanup(lambda: subprocess.run(["umount", os.fspath(words[-1])], capture_output=True))

    def test_verify_names_the_damaged_file_and_says_so_by_its_exit_code(self):
        self.assertTrue(self.verify("--deep", check=0)["is_whole"])
        for name in ("catalog.db", "fields/0/vectors/0000"):
            with self.subTest(name):
                place = self.files / name
                whole = place.read_bytes()
                flip(place, 4096 + 8)
                report = self.verify(check=1)
                self.assertIn(name, [finding["file"] for finding in report["findings"]])
                place.write_bytes(whole)
        self.assertTrue(self.verify(check=0)["is_whole"])
        self.assertIn("run `sokkuri index", self.run_program("verify", "--in", self.home, check=1).stderr)

    def test_a_backup_is_an_index_and_a_restored_one_goes_on(self):
        target = self.base / "backup"
        first = json.loads(self.run_program("backup", target, "--in", self.folder, "--json", check=0).stdout)
        self.assertEqual(first["items"], 5)
        self.assertEqual(self.stats(target)["items"], 5)
        hit = self.first_hit(self.folder)
        again = json.loads(self.run_program("backup", target, "--in", self.folder, "--json", check=0).stdout)
        self.assertLess(again["bytes_copied"], first["bytes_copied"])
        self.assertIn("already", self.run_program("restore", target, "--in", self.folder, check=1).stderr)
        shutil.rmtree(self.files)
        self.run_program("restore", target, "--in", self.folder, check=0)
        self.assertEqual(self.first_hit(self.folder), hit)
        self.assertEqual(self.index(self.folder)["unchanged"], 5)
        self.assertIn("into which folder", self.run_program("restore", target, check=2).stderr)

    def test_compacting_gives_room_back_and_changes_no_answer(self):
        for seed in range(3):
            (self.folder / f"{seed + 2:04}.png").unlink()
        self.index(self.folder)
        hit = self.first_hit(self.folder)
        report = json.loads(self.run_program("compact", "--in", self.folder, "--json", check=0).stdout)
        self.assertEqual((report["rows_moved"], report["rows_dropped"]), (2, 3))
        self.assertEqual(self.stats(self.folder)["tombstones"], 0)
        self.assertEqual(self.first_hit(self.folder), hit)
        self.verify("--deep", check=0)

    def test_a_folder_that_was_moved_or_copied_opens(self):
        hit = self.first_hit(self.folder)
        copied = self.base / "copied"
        shutil.copytree(self.folder, copied)
        self.assertEqual(self.first_hit(copied), hit)
        moved = self.base / "some where" / "else"
        moved.parent.mkdir()
        self.folder.rename(moved)
        self.assertEqual(self.first_hit(moved), hit)
        self.assertEqual(self.index(moved)["unchanged"], 5)

    def test_a_disk_that_can_only_be_read_is_read(self):
        hit = self.first_hit(self.folder)
        place = self.base / "read only"
        place.mkdir()
        self.mount("--bind", self.folder, place)
        self.mount("-o", "remount,ro,bind", place)
        self.assertEqual(self.first_hit(place), hit)
        self.assertEqual(self.stats(place)["items"], 5)
        self.run_program("verify", "--in", place, "--deep", check=0)
        self.run_program("index", place, check=1)

    def test_a_disk_that_is_full_is_an_error_and_reading_goes_on(self):
        place = self.base / "small"
        place.mkdir()
        self.mount("-t", "tmpfs", "-o", "size=4m", "none", place)
        for seed in range(5):
            (place / f"{seed:04}.png").write_bytes(picture(seed))
        self.index(place)
        hit = self.first_hit(place)
        free = os.statvfs(place)
        (place / "ballast").write_bytes(b"\1" * (free.f_bavail * free.f_frsize))
        for seed in range(5):
            os.utime(place / f"{seed:04}.png", (1, 1))
        run = self.run_program("index", place, check=1)
        self.assertIn("No space left", run.stderr)
        self.assertEqual(self.first_hit(place), hit)
        (place / "ballast").unlink()
        (place / "new.png").write_bytes(picture(77))
        self.index(place)
        self.assertEqual(self.stats(place)["items"], 6)
        self.assertTrue(json.loads(self.run_program("verify", "--in", place, "--json", check=0).stdout)["is_whole"])

    def test_a_server_says_that_its_disk_is_full_and_takes_the_same_when_there_is_room(self):
        place = self.base / "data"
        place.mkdir()
        self.mount("-t", "tmpfs", "-o", "size=4m", "none", place)
        server = self.serve("--data", place)
        self.assertEqual(server.ask("/v1/collections/c", "PUT", {"fields": [{"name": "v", "dimension": 2}]})[0], 201)
        self.assertEqual(server.ask("/v1/collections/c/items/a", "PUT", {"vector": [1, 0]})[0], 201)
        free = os.statvfs(place)
        (place / "ballast").write_bytes(b"\1" * (free.f_bavail * free.f_frsize))
        large = {"vector": [0, 1], "document": {"text": "x" * 500_000}}
        status, body = server.ask("/v1/collections/c/items/b", "PUT", large)
        self.assertEqual((status, json.loads(body)["code"]), (507, "no_space"), body)
        self.assertIn("No space left", json.loads(body)["detail"])
        self.assertEqual(server.ask("/v1/collections/c/items/b")[0], 404)
        self.assertEqual(server.ask("/v1/collections/c/items/a")[0], 200)
        (place / "ballast").unlink()
        self.assertEqual(server.ask("/v1/collections/c/items/b", "PUT", large)[0], 201)

    def test_a_damaged_field_keeps_the_others_readable(self):
        place = self.base / "two"
        vectors = self.base / "v.jsonl"
        vectors.write_text("".join(json.dumps({"id": f"k{i}", "vector": [1, i]}) + "\n" for i in range(9)))
        self.run_program("import", "--in", place, vectors, check=0)
        self.run_program("field", "add", "second", "--dimension", "2", "--in", place, check=0)
        for i in range(9):
            vectors.write_text(json.dumps({"id": f"k{i}", "vector": [i, 1]}) + "\n")
            self.run_program("import", "--in", place, vectors, "--field", "second", check=0)
        shutil.rmtree(place / ".sokkuri/fields/1")
        report = json.loads(self.run_program("verify", "--in", place, "--json", check=1).stdout)
        self.assertEqual([each["file"] for each in report["findings"]], ["fields/1/vectors/0000"])
        run = self.run_program("similar", "k1", "-k", "1", "--in", place, "--json", check=0)
        self.assertEqual(json.loads(run.stdout)["hits"][0]["id"], "k2")
        self.run_program("export", "--in", place, "--npy", self.base / "o.npy", check=0)
        run = self.run_program("similar", "k1", "--in", place, "--field", "second", check=1)
        self.assertIn("field \"second\"", run.stderr)
        self.assertIn("fields/1/vectors/0000", run.stderr)


if __name__ == "__main__":
    unittest.main()
