"""Commands that write or embed, through the server that holds a folder or by --server; collections that come and go
in a served data folder."""

import json
import shutil
import signal
import struct
import unittest

from import_test import npy, rows_of
from program import picture
from server import ServerTest
from through_server_test import flip

DIMENSION = 8


class ImportTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.rows = rows_of(300, 1)
        self.matrix = self.base / "v.npy"
        self.matrix.write_bytes(npy(self.rows))
        self.ids = self.base / "ids.txt"
        self.ids.write_text("".join(f"靴 {row}\n" for row in range(300)))
        self.items = self.base / "items.jsonl"
        self.items.write_text("".join(f'{{"id":"靴 {row}","price":{row}.50,"note":"a\\nb"}}\n' for row in range(300)))

    def do_import(self, *words, check=0):
        run = self.run_program("import", "-q", "--json", *words, check=check)
        return json.loads(run.stdout) if check == 0 else run.stderr

    def serve_data(self):
        return self.serve("--data", self.base / "data")


class Importing(ImportTest):
    def exported(self, folder):
        out = self.base / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        self.run_program("export", "--in", folder, "--npy", out / "v.npy", "--ids", out / "i.txt", "--metadata",
                         out / "m.jsonl", check=0)
        return [(out / name).read_bytes() for name in ("v.npy", "i.txt", "m.jsonl")]

    def test_what_goes_through_a_server_is_what_goes_in_without_one(self):
        words = (self.matrix, "--ids", self.ids, "--metadata", self.items)
        alone = self.do_import("--in", self.base / "alone", *words)
        server = self.serve_data()
        elsewhere = self.do_import("--server", server.url, "--in", "shoes", *words)
        for report in (alone, elsewhere):
            for changing in ("seconds", "reading_seconds"):
                report.pop(changing)
        self.assertEqual(alone, elsewhere)
        self.assertEqual(self.exported(self.base / "alone"), self.exported(self.base / "data/shoes"))
        # The folder is held now: the same by its place.
        self.assertEqual(self.do_import("--in", self.base / "data/shoes", *words)["unchanged"], 300)
        self.rows[7] = (1.0,) * DIMENSION
        self.matrix.write_bytes(npy(self.rows))
        self.assertEqual(self.do_import("--in", self.base / "data/shoes", *words)["replaced"], 1)
        item = server.get("/v1/collections/shoes/items/%E9%9D%B4%207?vectors=*")
        self.assertEqual(item["document"]["price"], 7.5)
        self.assertEqual(next(iter(item["vectors"].values())), [1.0] * DIMENSION)

    def test_documents_that_come_late_or_alone_are_put(self):
        server = self.serve_data()
        self.do_import("--server", server.url, "--in", "shoes", self.matrix, "--ids", self.ids)
        one = self.base / "one.npy"
        one.write_bytes(npy(self.rows[:1]))
        first = self.base / "first.txt"
        first.write_text("靴 0\n")
        report = self.do_import("--in", self.base / "data/shoes", one, "--ids", first, "--metadata", self.items)
        self.assertEqual((report["documents"], report["unmatched"]), (300, 0))
        self.assertEqual(server.get("/v1/collections/shoes/items/%E9%9D%B4%20299")["document"]["price"], 299.5)

    def test_an_import_that_is_cut_off_is_gone_on_with(self):
        big = self.base / "big.npy"
        big.write_bytes(npy(rows_of(1, 2) * 200_000))
        server = self.serve_data()
        words = ("--server", server.url, "--in", "many", "--batch-mb", "1", big)
        process = self.start_program("import", "-q", *words)
        server.wait_for(lambda: server.collections().get("many", {"items": 0})["items"] > 0)
        process.send_signal(signal.SIGKILL)
        was_killed = process.wait() != 0
        report = self.do_import(*words)
        self.assertEqual(report["rows"], 200_000)
        self.assertEqual(report["resumed"] > 0, was_killed)
        self.assertEqual(server.collections()["many"]["items"], 200_000)
        self.assertEqual(self.do_import(*words)["resumed"], 0)

    def test_a_server_that_takes_little_at_a_time_gets_it_in_parts(self):
        server = self.serve("--data", self.base / "data", "--upload-bytes-max", "2000")
        report = self.do_import("--server", server.url, "--in", "shoes", self.matrix, "--ids", self.ids)
        self.assertEqual(report["created"], 300)
        self.assertEqual(server.collections()["shoes"]["items"], 300)

    def test_what_is_wrong_is_said(self):
        server = self.serve_data()
        self.do_import("--server", server.url, "--in", "shoes", self.matrix)
        other = self.base / "other.f32"
        other.write_bytes(struct.pack("<3f", 1, 2, 3))
        refused = self.do_import("--server", server.url, "--in", "shoes", other, "--dimension", "3", check=1)
        self.assertIn("dimension 3", refused)
        self.assertIn("exclude each other", self.do_import("--server", server.url, "--collection", self.base,
                                                           self.matrix, check=1))
        folder = self.make_pictures(1)
        plain = self.serve(folder)
        plain.wait_for_jobs()
        self.assertIn("--data", self.do_import("--server", plain.url, "--in", "new", self.matrix, check=1))


class Mending(ImportTest):
    def test_a_segment_that_is_damaged_is_built_anew_by_the_server(self):
        many = self.base / "many.npy"
        many.write_bytes(npy(rows_of(2_500, 3)))
        server = self.serve_data()
        self.do_import("--server", server.url, "--in", "many", many)
        folder = self.base / "data/many"
        segments = folder / ".sokkuri/fields/0/segments"
        server.wait_for(lambda: list(segments.glob("*.seg")) and server.collections()["many"]["index"]["segments"])
        segment = next(segments.glob("*.seg"))
        flip(segment, segment.stat().st_size // 2)
        found = json.loads(self.run_program("verify", "--in", folder, "--json", check=1).stdout)["findings"]
        self.assertEqual([each["kind"] for each in found], ["rebuildable"])
        run = self.run_program("verify", "--in", folder, "--repair", check=0)
        self.assertIn("repaired", run.stdout)
        self.assertEqual([job["kind"] for job in server.jobs()], ["verify"])
        self.assertFalse(segment.exists())
        self.assertEqual(len(list(segments.glob("*.seg"))), 1)


class Fields(ServerTest):
    def fields(self, *words):
        return json.loads(self.run_program("field", "list", *words, "--json", check=0).stdout)

    def test_fields_of_a_server_are_listed_made_and_dropped(self):
        folder = self.make_pictures(2)
        server = self.serve(folder)
        server.wait_for_jobs()
        there = ("--server", server.url)
        self.assertEqual(self.fields(*there), self.fields("--in", folder))
        self.run_program("field", "add", "colors", "--dimension", "3", "--metric", "l2", *there, check=0)
        self.run_program("field", "add", "shapes", "--dimension", "4", "--in", folder, check=0)
        self.assertEqual([each["name"] for each in self.fields(*there)], ["picture", "colors", "shapes"])
        self.run_program("field", "drop", "colors", *there, check=0)
        run = self.run_program("field", "add", "more", "--model", "x", "--models", self.home, *there, check=1)
        self.assertIn("--models", run.stderr)

    def test_the_model_is_switched_at_the_server(self):
        folder = self.make_pictures(2)
        server = self.serve(folder)
        server.wait_for_jobs()
        model = server.collections()["pictures"]["model"]
        report = json.loads(self.run_program("model", "switch", model, "--server", server.url, "--json", "-q",
                                             check=0).stdout)
        self.assertEqual((report["unchanged"], report["folder"]), (2, ""))
        self.assertIn("--threads", self.run_program("model", "switch", model, "--server", server.url, "--threads", "1",
                                                    check=1).stderr)


class Embedding(ServerTest):
    def test_the_model_of_the_server_embeds(self):
        folder = self.make_pictures(2)
        server = self.serve(folder)
        server.wait_for_jobs()
        (self.base / "new.png").write_bytes(picture(50))
        (self.base / "text.png").write_text("hello")
        debug = {"LD_DEBUG": "libs", "LD_DEBUG_OUTPUT": str(self.base / "libraries")}
        run = self.run_program("embed", self.base / "new.png", self.base / "text.png", "--server", server.url,
                               check=3, **debug)
        self.assertNotIn("openvino", "".join(part.read_text() for part in self.base.glob("libraries.*")))
        self.assertIn("text.png", run.stderr)
        there = json.loads(run.stdout)
        here = json.loads(self.run_program("embed", self.base / "new.png", check=0).stdout)
        self.assertEqual(list(there), list(here))
        self.assertEqual((there["model"], len(there["vector"])), (here["model"], here["dimension"]))
        self.run_program("embed", "--npy", "a.npy", "--server", server.url, check=2)


class ComingAndGoing(ServerTest):
    def test_a_collection_that_is_put_into_the_data_folder_is_served(self):
        folder = self.make_pictures(3, "cats")
        self.index(folder)
        server = self.serve("--data", self.base / "data")
        shutil.copytree(folder, self.base / "data/Cats")
        server.wait_for(lambda: "cats" in server.collections())
        self.assertEqual(server.collections()["cats"]["items"], 3)
        (self.base / "data/Cats/new.png").write_bytes(picture(50))
        self.assertEqual(self.index(self.base / "data/Cats")["added"], 1)
        shutil.rmtree(self.base / "data/Cats")
        # Until it is noticed, nothing can be said of it.
        server.wait_for(lambda: json.loads(server.ask("/v1/collections")[1]).get("collections") == [])
        self.run_program("backup", self.base / "backup", "--in", folder, check=0)
        self.run_program("restore", self.base / "backup", "--in", self.base / "data/again", check=0)
        server.wait_for(lambda: "again" in server.collections())
        run = self.run_program("restore", self.base / "backup", "--in", self.base / "data/again", check=1)
        self.assertIn(f"process {server.pid} has it open", run.stderr)

    def test_a_second_server_is_told_who_has_the_data_folder(self):
        server = self.serve("--data", self.base / "data")
        run = self.run_program("serve", "--data", self.base / "data", "--port", "0", check=1)
        self.assertRegex(run.stderr, rf"one server at a time.*held by pid {server.pid} since \d{{4}}-")


if __name__ == "__main__":
    unittest.main()
