"""Copies of what a server has, made while it goes on: exports and backups, through it and beside it; and what it lets
go of by itself."""

import json
import os
import shutil
import signal
import subprocess
import threading
import unittest

from import_test import npy, rows_of
from program import PROGRAM, environment, picture
from server import ServerTest

ROWS = 400


class CopiesTest(ServerTest):
    def serve_shoes(self, *words, rows=ROWS):
        """A server with a collection "shoes" of two fields, and documents."""
        self.rows = rows_of(rows, 1)
        (self.base / "v.npy").write_bytes(npy(self.rows))
        (self.base / "ids.txt").write_text("".join(f"靴 {row}\n" for row in range(rows)))
        (self.base / "m.jsonl").write_text(
            "".join(f'{{"id":"靴 {row}","price" : {row}.50,"crop":[{row},1]}}\n' for row in range(rows)))
        server = self.serve("--data", self.base / "data", *words)
        put = {"fields": [{"name": "v", "dimension": 8}, {"name": "crop", "dimension": 2}]}
        self.assertEqual(server.ask("/v1/collections/shoes", "PUT", put)[0], 201)
        self.run_program("import", "-q", "--server", server.url, "--in", "shoes", self.base / "v.npy", "--field", "v",
                         "--ids", self.base / "ids.txt", "--metadata", self.base / "m.jsonl", check=0)
        return server

    def put(self, server, row, vector):
        body = {"vector": vector, "document": {"crop": [row, 2]}}
        status, answer = server.ask(f"/v1/collections/shoes/items/{row}", "PUT", body)
        self.assertIn(status, (200, 201), answer)


class Exports(CopiesTest):
    FILES = {"--npy": "o.npy", "--fvecs": "o.fvecs", "--f32": "o.f32", "--ndjson": "o.ndjson", "--ids": "o.txt",
             "--metadata": "o.jsonl", "--shards": "shards"}

    def export(self, name, *words, check=0):
        out = self.base / name
        out.mkdir()
        files = [word for option, file in self.FILES.items() for word in (option, out / file)]
        run = self.run_program("export", *files, "--field", "v", "--vectors", "--json", *words, check=check)
        found = {str(file.relative_to(out)): file.read_bytes() for file in out.rglob("*") if file.is_file()}
        return run, found

    def test_an_export_from_a_server_is_the_one_of_its_folder(self):
        server = self.serve_shoes()
        there, theirs = self.export("there", "--server", server.url, "--in", "shoes")
        here, ours = self.export("here", "--in", self.base / "data/shoes")
        self.assertEqual(there.stdout, here.stdout)
        self.assertEqual(json.loads(there.stdout)["rows"], ROWS)
        self.assertEqual(sorted(theirs), sorted(ours))
        self.assertEqual(len(ours), len(self.FILES) + 1)
        self.assertEqual(theirs, ours)
        # One collection needs no name; ids also as NumPy's texts, bytes where all vectors are such.
        for words in (("--server", server.url), ("--in", self.base / "data/shoes")):
            self.run_program("export", "-q", "--ids", "i.npy", "--field", "crop", *words, check=0)
            kept = (self.base / "i.npy").read_bytes()
            self.assertTrue(kept.startswith(b"\x93NUMPY"))
        self.assertIn("bvecs", self.run_program("export", "--bvecs", "b.bvecs", "--server", server.url, "--field", "v",
                                                check=1).stderr)
        # What curl would get.
        self.assertEqual(server.ask("/v1/collections/shoes/export?format=ids")[1], (self.base / "ids.txt").read_bytes())
        self.assertEqual(server.ask("/v1/collections/shoes/export?format=npy&field=v")[1], ours["o.npy"])

    def test_what_is_wrong_leaves_no_file(self):
        server = self.serve_shoes()
        before = sorted(os.listdir(self.base))
        for words, said in ((("--server", server.url, "--field", "nothing"), "nothing"),
                            (("--server", server.url, "--in", "hats"), "no collection hats"),
                            (("--server", "http://127.0.0.1:1"), "nobody answers")):
            run = self.run_program("export", "--npy", "x.npy", *words, check=1)
            self.assertIn(said, run.stderr)
        self.assertEqual(sorted(os.listdir(self.base)), before)

    def test_a_server_that_is_killed_on_the_way_leaves_no_file(self):
        server = self.serve_shoes(rows=60_000)
        before = sorted(os.listdir(self.base))
        export = subprocess.Popen([PROGRAM, "export", "-q", "--server", server.url, "--ndjson", "x.ndjson", "--shards",
                                   "many", "--field", "v"], cwd=self.base, stderr=subprocess.PIPE,
                                  env=environment(self.home))
        self.addCleanup(export.stderr.close)
        server.wait_for(lambda: any(name.endswith(".partial") for name in os.listdir(self.base))
                        or export.poll() is not None)
        server.process.send_signal(signal.SIGKILL)
        code = export.wait(timeout=60)
        said = export.stderr.read().decode()
        left = [name for name in sorted(os.listdir(self.base)) if name not in before + ["many"]]
        if code == 0:
            self.assertEqual(left, ["x.ndjson"])  # it was faster
            return
        self.assertEqual(code, 1, said)
        self.assertEqual(left, [])
        self.assertEqual(os.listdir(self.base / "many"), [])


class Backups(CopiesTest):
    def backup(self, name, *words, check=0):
        run = self.run_program("backup", name, "--json", *words, check=check)
        return json.loads(run.stdout) if check == 0 else run.stderr

    def test_a_server_backs_up_into_the_folder_that_it_was_given(self):
        server = self.serve_shoes("--backups", self.base / "backups")
        first = self.backup("daily", "--server", server.url, "--in", "shoes")
        self.assertEqual((first["items"], first["files_kept"]), (ROWS, 0))
        again = self.backup("daily", "--server", server.url)
        self.assertGreaterEqual(again["items"], ROWS)
        self.assertLess(again["bytes_copied"], first["bytes_copied"])
        self.assertEqual(self.stats(self.base / "backups/daily")["items"], ROWS)
        self.run_program("verify", "--deep", "--in", self.base / "backups/daily", check=0)
        for name in ("../daily", "/etc/daily", "a/b", ".sokkuri"):
            self.assertIn("name", self.backup(name, "--server", server.url, check=1))
        self.assertEqual(os.listdir(self.base / "backups"), ["daily"])
        # Likewise beside it, and back.
        beside = self.backup(self.base / "beside", "--in", self.base / "data/shoes")
        self.assertEqual(beside["items"], ROWS)
        run = self.run_program("restore", self.base / "beside", "--in", self.base / "data/shoes", check=1)
        self.assertIn(f"process {server.pid} has it open", run.stderr)
        self.run_program("restore", self.base / "backups/daily", "--in", self.base / "data/boots", check=0)
        server.wait_for(lambda: "boots" in server.collections())
        self.assertEqual(server.collections()["boots"]["items"], ROWS)

    def test_a_server_without_such_a_folder_says_how_it_gets_one(self):
        server = self.serve_shoes()
        self.assertIn("--backups DIR", self.backup("daily", "--server", server.url, check=1))
        run = self.run_program("serve", "--data", self.base / "more", "--backups", self.base / "more", "--port", "0",
                               check=1)
        self.assertIn("folder of their own", run.stderr)

    def test_backups_beside_compactions_have_all_that_was_acknowledged(self):
        server = self.serve_shoes()
        acknowledged = []
        is_done = threading.Event()
        failures = []

        def write():
            try:
                row = ROWS
                while not is_done.is_set():
                    for _ in range(5):
                        self.put(server, row, [row] * 8)
                        self.put(server, 7, [row] * 8)  # something to drop
                        acknowledged.append(row)
                        row += 1
                    status, _ = server.ask("/v1/collections/shoes/compact", "POST")
                    self.assertEqual(status, 202)
            except Exception as wrong:  # told by the test, not by the thread
                failures.append(wrong)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(4):
                known = list(acknowledged)
                target = self.base / "backup"
                self.backup(target, "--in", self.base / "data/shoes")
                self.run_program("verify", "--deep", "--in", target, check=0)
                self.run_program("export", "-q", "--in", target, "--ids", "i.txt", "--field", "v", check=0)
                ids = set((self.base / "i.txt").read_text().split("\n"))
                self.assertEqual([row for row in known if str(row) not in ids], [])
        finally:
            is_done.set()
            writer.join()
        self.assertEqual(failures, [])
        server.wait_for_jobs()
        states = {job["state"] for job in server.jobs() if job["kind"] == "compact"}
        self.assertEqual(states, {"done"})


class LettingGo(CopiesTest):
    def test_old_files_go_with_their_last_reader_and_need_no_write(self):
        server = self.serve_shoes()
        fields = self.base / "data/shoes/.sokkuri/fields"
        before = set(os.listdir(fields))
        self.put(server, "x", [1] * 8)
        self.put(server, "x", [2] * 8)
        report = json.loads(self.run_program("compact", "--json", "--in", self.base / "data/shoes", check=0).stdout)
        self.assertGreater(report["rows_dropped"], 0)
        self.assertIsNone(report["later_error"])
        server.wait_for(lambda: len(os.listdir(fields)) == len(before))
        self.assertNotEqual(set(os.listdir(fields)), before)

    def test_a_collection_that_comes_while_the_server_runs_is_followed(self):
        folder = self.make_pictures(2, "cats")
        self.index(folder)
        server = self.serve("--data", self.base / "data", "--watch")
        shutil.copytree(folder, self.base / "data/cats")
        (self.base / "data/cats/missed.png").write_bytes(picture(60))
        items = lambda: server.collections().get("cats", {}).get("items")
        server.wait_for(lambda: items() == 3)
        (self.base / "data/cats/new.png").write_bytes(picture(61))
        server.wait_for(lambda: items() == 4)
        shutil.rmtree(self.base / "data/cats")
        server.wait_for(lambda: json.loads(server.ask("/v1/collections")[1]).get("collections") == [])
        self.assertEqual(server.stop(signal.SIGTERM)[0], 0)


if __name__ == "__main__":
    unittest.main()
