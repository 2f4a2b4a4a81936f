"""What people say of their pictures, and models that work side by side: from files, here and through a server."""

import json
import unittest
from urllib.parse import quote

from program import picture
from server import ServerTest


class Metadata(ServerTest):
    def test_a_table_says_what_pictures_are_and_lines_that_name_none_are_told(self):
        folder = self.make_pictures(3)
        table = self.base / "shop.csv"
        table.write_text("path,price,tags,note\n0000.png,1.50,\"[\"\"a\"\"]\",\n0002.png,12,,ねこ\nnowhere.png,1,,\n")
        report = self.index(folder, "--metadata", table, check=3)
        self.assertEqual(report["added"], 3)
        said = report["metadata"]
        self.assertEqual([said[key] for key in ("changed", "unchanged", "missing", "refused")], [2, 0, 1, 0])
        self.assertEqual(said["failures"][0]["line"], 4)
        self.assertIn("nowhere.png", said["failures"][0]["reason"])
        run = self.run_program("index", folder, "--metadata", table, check=3)
        self.assertIn("0 items say something new, 2 said so already, 1 row without an item", run.stderr)
        self.assertIn("line 4:", run.stderr)

    def test_what_cannot_be_read_is_told_before_anything_is_done(self):
        folder = self.make_pictures(1)
        table = self.base / "shop.csv"
        table.write_text("name,price\nx,1\n")
        run = self.run_program("index", folder, "--metadata", table, check=1)
        self.assertIn("no column \"path\" or \"id\"", run.stderr)
        self.assertFalse((folder / ".sokkuri").exists())

    def test_a_server_that_holds_the_folder_takes_them_too(self):
        folder = self.make_pictures(3)
        server = self.serve(folder)
        server.wait_for_jobs()
        lines = self.base / "shop.jsonl"
        lines.write_text('{"path":"0000.png","shop":{"n":1.50},"link":"https://shop.example/1"}\n{"path":"none.png"}\n')
        said = self.index(folder, "--metadata", lines, check=3)["metadata"]
        self.assertEqual([said[key] for key in ("changed", "missing")], [1, 1])
        self.assertEqual(said["failures"][0]["line"], 2)
        item = next(each for each in server.get("/v1/collections/pictures/items")["items"]
                    if each["document"]["path"] == "0000.png")
        self.assertEqual(item["document"]["link"], "https://shop.example/1")
        target = f"/v1/collections/pictures/items/{quote(item['id'])}"
        tag = server.tag(target)
        patch = {"document": {"shop": None}}
        self.assertEqual(server.ask(target, "PATCH", patch, {"If-Match": '"1234567"'})[0], 412)
        self.assertEqual(server.ask(target, "PATCH", patch, {"If-Match": tag})[0], 200)
        self.assertEqual(server.ask(target, "PATCH", patch, {"If-Match": tag})[0], 412)
        (folder / "0000.png").write_bytes(picture(70))
        self.assertEqual(self.index(folder)["replaced"], 1)
        self.assertEqual(server.get(target)["document"]["link"], "https://shop.example/1")

    def test_vector_fields_are_made_listed_and_dropped_here_and_through_a_server(self):
        folder = self.make_pictures(2)
        self.index(folder)
        self.run_program("field", "add", "own", "--dimension", "3", "--in", folder, check=0)
        fields = json.loads(self.run_program("field", "list", "--in", folder, "--json", check=0).stdout)
        self.assertEqual([(field["name"], field["main"]) for field in fields], [("picture", True), ("own", False)])
        run = self.run_program("field", "add", "own", "--dimension", "4", "--in", folder, check=1)
        self.assertIn("dimension 3, metric cosine, no model, not dimension 4", run.stderr)
        server = self.serve(folder)
        server.wait_for_jobs()
        self.run_program("field", "add", "more", "--dimension", "2", "--metric", "l2", "--in", folder, check=0)
        self.run_program("field", "drop", "own", "--in", folder, check=0)
        names = [field["name"] for field in server.get("/v1/collections/pictures/fields")["fields"]]
        self.assertEqual(names, ["picture", "more"])
        body = {"vectors": {"more": [1, 0.5]}, "document": {"n": 1}}
        self.assertEqual(server.ask("/v1/collections/pictures/items/v", "PUT", body)[0], 201)
        item = server.get("/v1/collections/pictures/items/v?vectors=*")
        self.assertEqual(item["vectors"], {"more": [1, 0.5]})
        status, found = server.ask("/v1/collections/pictures/search", "POST", {"vector": [1, 0], "field": "more"})
        self.assertEqual((status, json.loads(found)["hits"][0]["id"]), (200, "v"))
        asked = self.run_program("similar", "v", "--include-self", "--field", "more", "--server", server.url, "--json", "-q",
                                 check=0)
        self.assertEqual([hit["id"] for hit in json.loads(asked.stdout)["hits"]], ["v"])

    def test_the_model_in_force_has_nothing_to_switch(self):
        folder = self.make_pictures(2)
        model = self.index(folder)["model"]
        run = self.run_program("model", "switch", model, "--in", folder, "--json", "-q", check=0)
        self.assertEqual(json.loads(run.stdout)["replaced"], 0)
        self.assertIn("nobody", self.run_program("model", "switch", "nobody", "--in", folder, check=1).stderr)


if __name__ == "__main__":
    unittest.main()
