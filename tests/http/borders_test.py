"""Nothing outside the indexed folder is read, and nothing inside is touched: links swapped in, names of odd bytes, forgotten
files, writers beside the server."""

import base64
import json
import os
import subprocess
import unittest
from pathlib import Path

from serving import PROGRAM, HttpTest, environment, item, picture

C = "/v1/collections/pictures"
PICTURES_OF_AN_ITEM = ("thumbnail", "image", "original")


class Links(HttpTest):
    def setUp(self):
        super().setUp()
        self.fill(2)
        (self.pictures / "sub").mkdir()
        for name in ("swapped.png", "sub/inner.png", "loop.png", "pipe.png", "gone.png", "folder.png", "device.png"):
            (self.pictures / name).write_bytes(picture(sum(name.encode())))
        self.secret = self.base / "secret"
        self.secret.mkdir()
        for name in ("secret.png", "inner.png"):
            (self.secret / name).write_bytes(picture(4000))
        os.symlink(self.secret / "secret.png", self.pictures / "link out.png")
        os.symlink(self.secret, self.pictures / "linked folder")
        os.symlink("0000.png", self.pictures / "link in.png")
        self.server, self.client = self.serve()
        self.wait_for_jobs(self.client)
        self.ids = self.ids_by_path(self.client)

    def swap(self):
        def replace(name, make):
            (self.pictures / name).unlink()
            make(self.pictures / name)

        replace("swapped.png", lambda path: os.symlink(self.secret / "secret.png", path))
        replace("loop.png", lambda path: os.symlink(path, path))
        replace("pipe.png", os.mkfifo)
        replace("gone.png", lambda path: None)
        replace("folder.png", Path.mkdir)
        replace("device.png", lambda path: os.symlink("/dev/zero", path))
        (self.pictures / "sub").rename(self.base / "moved away")
        os.symlink(self.secret, self.pictures / "sub")

    def test_links_out_of_the_folder_are_never_followed(self):
        self.assertNotIn("link out.png", self.ids)
        self.assertFalse([path for path in self.ids if path.startswith("linked folder")])
        self.swap()
        secret = picture(4000)
        for name in ("swapped.png", "sub/inner.png", "loop.png", "pipe.png", "gone.png", "folder.png", "device.png"):
            for rest in PICTURES_OF_AN_ITEM:
                with self.subTest(name=name, rest=rest):
                    answer = self.client.get(item("pictures", self.ids[name], rest))
                    self.refused(answer, 404)
                    self.assertNotIn(str(self.secret), answer.value["detail"])
                    self.assertNotEqual(answer.body, secret)
        for rest in PICTURES_OF_AN_ITEM:
            self.assertEqual(self.client.get(item("pictures", self.ids["0000.png"], rest)).status, 200)
        report = self.index(self.client)
        self.assertGreaterEqual(report["links_left_out"], 2)
        self.assertFalse({"swapped.png", "sub/inner.png", "device.png"} & set(self.ids_by_path(self.client)))

    def test_links_within_the_folder_are_as_good_as_files(self):
        if "link in.png" in self.ids:
            got = self.client.get(item("pictures", self.ids["link in.png"], "original"))
            self.assertEqual(got.body, (self.pictures / "0000.png").read_bytes())

    def test_ids_are_not_paths(self):
        for name in ("../secret/secret.png", "/etc/passwd", str(self.secret / "secret.png"), "sub/../../secret/secret.png", "linked folder/secret.png",
                     ".sokkuri/catalog.db", "..%2f..%2fetc%2fpasswd"):
            for rest in PICTURES_OF_AN_ITEM:
                self.refused(self.client.get(item("pictures", name, rest)), 404)
            self.refused(self.client.ask("POST", C + "/search", {"id": name}), 404)
        for target in ("/v1/collections/pictures/items/../../../../etc/passwd", "/../../etc/passwd", "/c/../../etc/passwd",
                       "/v1/collections/pictures/items/0000.png/../../../.."):
            answer = self.client.get(target)
            self.assertNotIn(b"root:", answer.body)


class Names(HttpTest):
    NOT_UTF8 = b"\xff\xfe\xe9 odd.png"

    def test_names_that_are_no_utf8_are_served_and_described(self):
        path = self.pictures / os.fsdecode(self.NOT_UTF8)
        path.write_bytes(picture(9))
        self.fill(1)
        _, client = self.serve()
        self.wait_for_jobs(client)
        found = [one for one in client.get(C + "/items").value["items"] if "path_bytes" in one["document"]]
        self.assertEqual(len(found), 1)
        item_id = found[0]["id"]
        self.assertEqual(client.get(item("pictures", item_id, "original")).body, picture(9))
        self.assertEqual(client.get(item("pictures", item_id, "thumbnail")).status, 200)
        hits = client.get(item("pictures", item_id, "similar"), include_self="true").value["hits"]
        self.assertIn("path_bytes", hits[0])
        disposition = client.get(item("pictures", item_id, "original")).headers["Content-Disposition"]
        self.assertTrue(disposition.isascii())
        self.assertEqual(client.ask("DELETE", item("pictures", item_id)).status, 204)
        self.assertEqual(path.read_bytes(), picture(9))
        self.index(client)
        self.refused(client.get(item("pictures", item_id)), 404)


class Forgetting(HttpTest):
    def test_a_forgotten_file_is_left_alone_and_stays_forgotten(self):
        self.fill(5)
        server, client = self.serve()
        self.wait_for_jobs(client)
        ids = self.ids_by_path(client)
        path = self.pictures / "0002.png"
        before = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
        self.assertEqual(client.ask("DELETE", item("pictures", ids["0002.png"])).status, 204)
        for rest in ("", "similar", *PICTURES_OF_AN_ITEM):
            self.refused(client.get(item("pictures", ids["0002.png"], rest)), 404)
        self.refused(client.ask("DELETE", item("pictures", ids["0002.png"])), 404)

        def assert_forgotten():
            self.assertEqual((path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino), before)
            self.assertNotIn("0002.png", self.ids_by_path(client))
            hits = client.ask("POST", C + "/search", path.read_bytes(), {"Content-Type": "image/png"}, k=100).value["hits"]
            self.assertNotIn("0002.png", [hit["path"] for hit in hits])

        assert_forgotten()
        self.assertEqual(self.index(client)["added"], 0)
        assert_forgotten()
        self.assertEqual(server.stop(), 0)
        server.start()
        self.wait_for_jobs(client)
        assert_forgotten()
        self.assertEqual(client.get(C).value["items"], 4)

    def test_a_file_takes_a_document_but_no_other_picture(self):
        self.fill(3)
        _, client = self.serve()
        self.wait_for_jobs(client)
        path = item("pictures", self.ids_by_path(client)["0001.png"])
        before = client.get(path).value["document"]
        put = client.ask("PUT", path, {"document": {"title": "a cat", "path": "../../etc/passwd"}})
        if put.status == 200:  # what is known of the file stays true
            self.assertEqual(put.value["document"]["path"], "0001.png")
            self.assertEqual(put.value["document"]["title"], "a cat")
            self.assertEqual(put.value["document"]["content"], before["content"])
        self.assertEqual(client.get(path + "/original").body, picture(1))
        self.refused(client.ask("PUT", path, {"picture": base64.b64encode(picture(7)).decode()}), 409)
        self.assertEqual(client.get(path + "/original").body, picture(1))
        self.assertEqual((self.pictures / "0001.png").read_bytes(), picture(1))


class Beside(HttpTest):
    def test_commands_go_through_the_server_that_holds_the_folder(self):
        self.fill(4)
        server, client = self.serve()
        self.wait_for_jobs(client)
        self.fill(3, first=100)
        run = subprocess.run([PROGRAM, "index", str(self.pictures), "--json", "-q"], capture_output=True, env=environment(self.base), timeout=120)
        self.assertEqual(run.returncode, 0, run.stderr)
        report = json.loads(run.stdout)
        self.assertEqual((report["added"], report["unchanged"]), (3, 4))
        self.assertIn("0101.png", self.ids_by_path(client))
        run = subprocess.run([PROGRAM, "similar", "0101.png", "--in", str(self.pictures), "--json", "-k", "3"], capture_output=True,
                             env=environment(self.base), timeout=120)
        self.assertEqual(run.returncode, 0, run.stderr)
        similar = client.get(item("pictures", self.ids_by_path(client)["0101.png"], "similar"), k=3).value
        self.assertEqual([hit["id"] for hit in json.loads(run.stdout)["hits"]], [hit["id"] for hit in similar["hits"]])
        self.assertEqual(server.stop(), 0)
        run = subprocess.run([PROGRAM, "index", str(self.pictures), "--json", "-q"], capture_output=True, env=environment(self.base), timeout=120)
        self.assertEqual(run.returncode, 0, "without the server it works alone")


if __name__ == "__main__":
    unittest.main()
