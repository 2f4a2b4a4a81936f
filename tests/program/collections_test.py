"""Collections without a folder of pictures: made, filled and dropped over HTTP, read by every verb, here and there."""

import json
import os
import signal
import unittest
import urllib.parse

from program import picture
from server import ServerTest

SHAPES = {"fields": [{"name": "shape", "dimension": 3, "metric": "l2"}]}


class Collections(ServerTest):
    def serve_data(self, *words):
        return self.serve("--data", self.base / "data", *words)

    def fill(self, server, name="shapes", count=6):
        self.assertEqual(server.ask(f"/v1/collections/{name}", "PUT", SHAPES)[0], 201)
        for i in range(count):
            status, body = server.ask(f"/v1/collections/{name}/items/item-{i}", "PUT",
                                      {"vector": [i, 0, 0], "document": {"name": f"Shape {i}", "n": i}})
            self.assertEqual(status, 201, body)

    def json_of(self, *words):
        return json.loads(self.run_program(*words, "--json", check=0).stdout)

    def ids(self, *words):
        return [hit["id"] for hit in self.json_of(*words)["hits"]]

    def test_they_outlive_a_kill_and_are_gone_when_dropped(self):
        server = self.serve_data()
        self.assertEqual(server.collections(), {})
        self.fill(server)
        self.fill(server, "other", 1)
        server.stop(signal.SIGKILL)
        server = self.serve_data()
        self.assertEqual({name: each["items"] for name, each in server.collections().items()},
                         {"shapes": 6, "other": 1})
        self.assertEqual(server.ask("/v1/collections/other", "DELETE")[0], 204)
        self.assertEqual(list(server.collections()), ["shapes"])
        # Beside it lies the lock of the server that has the folder.
        self.assertEqual(sorted(os.listdir(self.base / "data")), [".sokkuri-data-lock", "shapes"])
        code, said = server.stop(signal.SIGTERM)
        self.assertEqual(code, 0, said)
        self.assertEqual(list(self.serve_data().collections()), ["shapes"])

    def test_reading_verbs_take_them_by_their_folder_while_they_are_served_and_after(self):
        server = self.serve_data()
        self.fill(server)
        place = self.base / "data" / "shapes"
        for is_served in (True, False):
            self.assertEqual(self.ids("similar", "item-2", "--in", place, "-k", "2"), ["item-1", "item-3"])
            stats = self.json_of("stats", "--in", place)
            self.assertEqual((stats["items"], stats["folder"], stats["field"]), (6, None, "shape"))
            self.assertIn("shape", self.run_program("stats", "--in", place, check=0).stdout)
            self.assertIn("item-5", self.run_program("similar", "item-4", "--in", place, check=0).stdout)
            self.assertIn("item-5",
                          self.run_program("similar", "item-4", "--in", place, "--show", check=0).stdout)
            self.run_program("embed", "--in", place, "--npy", self.base / "all.npy", "--ids",
                             self.base / "ids.txt", check=0)
            self.assertEqual((self.base / "ids.txt").read_text().split(), [f"item-{i}" for i in range(6)])
            if is_served:
                server.stop(signal.SIGTERM)

    def test_a_server_answers_the_same_verbs_by_its_address(self):
        folder = self.make_pictures(6)
        (self.base / "query.png").write_bytes(picture(90))
        server = self.serve(folder, "--data", self.base / "data")
        server.wait_for_jobs()
        self.fill(server)
        there = ("--server", server.url, "--in")
        self.assertEqual(self.ids("similar", "item-2", *there, "shapes", "-k", "2"), ["item-1", "item-3"])
        here = self.json_of("search", self.base / "query.png", "--in", folder, "--exact")
        asked = self.json_of("search", self.base / "query.png", *there, "pictures", "--exact")
        self.assertEqual(asked["hits"], here["hits"])
        self.assertEqual(asked["search"], here["search"])
        self.assertEqual(self.json_of("similar", "0001.png", *there, "pictures")["hits"],
                         self.json_of("similar", "0001.png", "--in", folder)["hits"])
        stats, local = self.json_of("stats", *there, "pictures"), self.json_of("stats", "--in", folder)
        for changing in ("index", "bytes", "generation"):
            stats.pop(changing), local.pop(changing)
        self.assertEqual(stats, local)
        (folder / "new.png").write_bytes(picture(91))
        report = self.json_of("index", "pictures", "--server", server.url, "-q")
        self.assertEqual((report["added"], report["unchanged"]), (1, 6))

    def test_what_a_server_cannot_be_asked_is_refused(self):
        server = self.serve_data()
        self.fill(server)
        self.fill(server, "other", 1)
        for words, said in ((("similar", "item-1", "--server", server.url), "other, shapes"),
                            (("similar", "item-1", "--server", server.url, "--in", "no"), "no collection no"),
                            (("similar", "item-1", "--server", "localhost:7171"), "http://"),
                            (("stats", "--server", server.url, "--in", "shapes", "--collection", "x"),
                             "exclude each other"),
                            (("search", "a.png", "--server", server.url, "--in", "shapes", "-j", "2"), "--threads"),
                            (("index", "shapes", "--server", server.url), "without a folder")):
            run = self.run_program(*words, check=1)
            self.assertIn(said, run.stderr)

    def test_indexing_such_a_folder_is_refused_with_what_to_do(self):
        server = self.serve_data()
        self.fill(server)
        place = self.base / "data" / "shapes"
        self.assertIn("without a folder of pictures", self.run_program("index", place, check=1).stderr)
        server.stop(signal.SIGTERM)
        self.assertIn("without a folder of pictures", self.run_program("index", place, check=1).stderr)
        self.assertEqual(self.json_of("stats", "--in", place)["items"], 6)

    def test_pictures_that_come_are_kept_or_only_their_thumbnails(self):
        server = self.serve_data()
        for name, keeps in (("whole", True), ("small", False)):
            self.assertEqual(server.ask(f"/v1/collections/{name}", "PUT", {"keep_pictures": keeps})[0], 201)
            for seed in range(3):
                address = f"{server.url.rstrip('/')}/v1/collections/{name}/items/{seed}"
                self.put_picture(address, picture(seed))
            self.assertEqual(server.ask(f"/v1/collections/{name}/items/1/thumbnail")[0], 200)
            status, original = server.ask(f"/v1/collections/{name}/items/1/original")
            self.assertEqual(status, 200 if keeps else 404)
            self.assertEqual(original == picture(1), keeps)
            hits = json.loads(self.run_program("similar", "1", "--in", self.base / "data" / name, "--json",
                                               check=0).stdout)["hits"]
            self.assertEqual(len(hits), 2)

    def test_what_is_imported_beside_them_is_served_from_its_first_row(self):
        server = self.serve_data()
        rows = self.base / "rows.ndjson"
        rows.write_text("".join(f'{{"id":"{i}","vector":[{i},1,0]}}\n' for i in range(5)))
        data = self.base / "data"
        self.run_program("import", "--in", data / "rows", self.base / "none.npy", check=1)
        self.assertEqual(server.collections(), {})
        self.run_program("import", "--in", f"{data}/rows//", rows, check=0)
        self.assertEqual(server.collections()["rows"]["items"], 5)
        self.assertEqual(self.ids("similar", "1", "--in", data / "rows", "-k", "1"), ["2"])
        # No collection can be called that: made here, and served when it is there.
        self.run_program("import", "--in", data / "Rows of mine", rows, check=0)
        server.wait_for(lambda: "rows-of-mine" in server.collections())
        # Nobody's.
        server.stop(signal.SIGTERM)
        self.run_program("import", "--in", data / "later", rows, check=0)
        self.assertEqual(self.json_of("stats", "--in", data / "later")["items"], 5)

    def put_picture(self, address, content):
        import urllib.request
        form = (b"--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"p.png\"\r\n\r\n" + content +
                b"\r\n--b--\r\n")
        request = urllib.request.Request(address, data=form, method="PUT",
                                         headers={"Content-Type": "multipart/form-data; boundary=b"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            self.assertEqual(answer.status, 201)

    def test_names_are_those_of_indexes(self):
        server = self.serve_data()
        for name in ("写真", "a.b", "été"):
            self.assertEqual(server.ask("/v1/collections/" + urllib.parse.quote(name), "PUT", {})[0], 201)
        for name in ("Shoes", "_a", "a b", "a,b", "..", ".sokkuri", "a:b"):
            status, body = server.ask("/v1/collections/" + urllib.parse.quote(name, safe=""), "PUT", {})
            self.assertIn(status, (400, 404), (name, body))
        self.assertEqual(sorted(server.collections()), ["a.b", "été", "写真"])


class Watching(ServerTest):
    def test_a_server_follows_its_folders(self):
        folder = self.make_pictures(3)
        server = self.serve(folder, "--watch")
        server.wait_for_jobs()
        items = lambda: server.collections()["pictures"]["items"]
        (folder / "new.png").write_bytes(picture(50))
        server.wait_for(lambda: items() == 4)
        (folder / "deep" / "er").mkdir(parents=True)
        (folder / "deep" / "er" / "new.png").write_bytes(picture(51))
        server.wait_for(lambda: items() == 5)
        (folder / "new.png").rename(folder / "deep" / "moved.png")
        (folder / "0000.png").unlink()
        server.wait_for(lambda: items() == 4)
        self.assertEqual(self.run_program("similar", "deep/moved.png", "--in", folder).returncode, 0)
        self.assertEqual(server.stop(signal.SIGTERM)[0], 0)

    def test_the_command_follows_a_folder_until_it_is_stopped(self):
        folder = self.make_pictures(2)
        process = self.start_program("index", folder, "--watch", "--json", "-q")
        self.assertEqual(self.next_report(process)["added"], 2)
        (folder / "new.png").write_bytes(picture(50))
        self.assertEqual(self.next_report(process)["added"], 1)
        (folder / "new.png").unlink()
        self.assertEqual(self.next_report(process)["removed"], 1)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 0)

    def next_report(self, process):
        """The next one that says something: others may come of what was changed while one ran."""
        while True:
            text = ""
            while True:
                line = process.stdout.readline().decode()
                self.assertTrue(line, process.stderr)
                text += line
                if line.startswith("}"):
                    break
            report = json.loads(text)
            if report["added"] or report["removed"]:
                return report


if __name__ == "__main__":
    unittest.main()
