"""Groups and recommendations on the command line: folders like a folder, items like some and unlike others, here and
through a server."""

import json
import unittest

from program import IndexedTest, picture
from server import Server


class Groups(IndexedTest):
    COUNT = 6

    @classmethod
    def extend(cls, folder):
        # The same pictures in two folders, others in a third one.
        for name, seeds in (("one", (100, 101, 102)), ("two", (100, 101, 102)), ("other/deep", (110, 111))):
            place = folder / name
            place.mkdir(parents=True)
            for seed in seeds:
                (place / f"{seed}.png").write_bytes(picture(seed))

    def json_of(self, *words, check=0):
        run = self.run_program(*words, "--in", self.pictures, "--json", check=check)
        return json.loads(run.stdout) if check == 0 else run

    def paths(self, *words):
        return [hit["path"] for hit in self.json_of(*words)["hits"]]

    def test_folders_are_groups_without_metadata(self):
        listed = self.json_of("groups", "--examples", "1")
        counts = {group["value"]: group["items"] for group in listed["groups"]}
        self.assertEqual(counts, {"/": 6, "two": 3, "one": 3, "other/deep": 2})
        self.assertEqual(listed["total"], 4)
        self.assertEqual([len(group["examples"]) for group in listed["groups"]], [1] * 4)
        table = self.run_program("groups", "--in", self.pictures, check=0).stdout
        self.assertEqual(len(table.splitlines()), 5)
        self.assertIn("other/deep", table)

    def test_folders_like_a_folder(self):
        similar = self.json_of("groups", "--like", "one")
        self.assertEqual(similar["group"]["items"], 3)
        self.assertEqual(similar["hits"][0]["value"], "two")
        self.assertAlmostEqual(similar["hits"][0]["score"], 1, 5)
        self.assertEqual([hit["rank"] for hit in similar["hits"]], [1, 2, 3])
        run = self.json_of("groups", "--like", "nowhere", check=1)
        self.assertIn("nowhere", run.stderr)
        self.assertEqual(run.stdout, "")

    def test_items_like_a_folder(self):
        found = self.paths("similar", "--group", "folder=one", "-k", "100")
        self.assertEqual(len(found), 11)
        self.assertFalse([path for path in found if path.startswith("one/")])
        self.assertIn("one/100.png",
                      self.paths("similar", "--group", "folder=one", "-k", "100", "--include-self"))
        members = self.paths("similar", "--group", "folder=one", "-k", "100", "--members")
        self.assertEqual(sorted(members), ["one/100.png", "one/101.png", "one/102.png"])
        for words in (["--group", "folder"], ["--group", "folder=one", "0001.png"], ["--members", "0001.png"], []):
            self.run_program("similar", *words, "--in", self.pictures, check=2)

    def test_other_attributes_are_groups_too(self):
        listed = self.json_of("groups", "--by", "format")
        self.assertEqual([(group["value"], group["items"]) for group in listed["groups"]], [("png", 14)])
        self.assertEqual(self.run_program("groups", "--by", "nothing", "--in", self.pictures, check=0).stdout,
                         "no groups\n")

    def test_recommendations_leave_out_what_was_given(self):
        self.assertEqual(self.paths("recommend", "one/100.png", "-k", "1"), ["two/100.png"])
        found = self.paths("recommend", "one/100.png", "--negative", "one/101.png", "-k", "100")
        self.assertEqual(len(found), 12)
        self.assertFalse({"one/100.png", "one/101.png"} & set(found))
        self.assertNotIn("two/100.png",
                         self.paths("recommend", "one/100.png", "--exclude", "two/100.png", "--exclude", "gone.png"))

    def test_what_is_left_out_is_named_from_where_one_stands(self):
        def found(*exclude):
            run = self.run_program("recommend", "100.png", *exclude, "--json", check=0, cwd=self.pictures / "one")
            return {hit["path"] for hit in json.loads(run.stdout)["hits"]}
        self.assertIn("one/101.png", found("-k", "100"))
        self.assertNotIn("one/101.png", found("-k", "100", "--exclude", "101.png"))

    def test_the_least_alike_are_the_other_end_of_the_list(self):
        most = self.json_of("recommend", "one/100.png", "-k", "100", "--exact")["hits"]
        least = self.json_of("recommend", "one/100.png", "-k", "100", "--least")["hits"]
        self.assertEqual({hit["path"] for hit in least}, {hit["path"] for hit in most})
        # The mean of one embedding is rounded to unit length, the embedding is not.
        self.assertEqual([round(hit["score"], 4) for hit in least], [round(hit["score"], 4) for hit in most][::-1])
        self.assertEqual(least[-1]["path"], "two/100.png")

    def test_diversity_is_not_the_same_picture_again(self):
        plain = self.paths("recommend", "one/100.png", "one/101.png", "-k", "4")
        diverse = self.paths("recommend", "one/100.png", "one/101.png", "-k", "4", "--diversity", "0.9")
        self.assertEqual(diverse[0], plain[0])
        self.assertNotEqual(diverse, plain)
        self.assertEqual(self.paths("similar", "one/100.png", "-k", "4", "--diversity", "0"),
                         self.paths("similar", "one/100.png", "-k", "4"))

    def test_what_says_nothing_is_a_mistake_in_usage(self):
        for words, why in ((["--negative", "0001.png", "--least"], "knows no negatives"), ([], "must be 1 to 1000"),
                           (["0001.png", "--weights", "1,2"], "2 for 1"),
                           (["0001.png", "--weights", "x"], "no number"),
                           (["0001.png", "--weights", "0"], "above 0"),
                           (["0001.png", "--candidates", "9"], "--diversity"),
                           (["0001.png", "--diversity", "2"], "1")):
            run = self.run_program("recommend", *words, "--in", self.pictures, check=2)
            self.assertIn(why, run.stderr)
            self.assertEqual(run.stdout, "")

    def test_a_server_answers_the_same(self):
        server = Server(self, self.pictures, "--no-index")

        def through(*words):
            return json.loads(self.run_program(*words, "--server", server.url, "--json", check=0).stdout)

        def hits(answer):
            return [(hit.get("path", hit.get("value")), round(hit["score"], 5)) for hit in answer["hits"]]

        self.assertEqual(through("groups"), self.json_of("groups"))
        for words in (["groups", "--like", "other/deep"], ["similar", "--group", "folder=one"],
                      ["recommend", "one/100.png", "0002.png", "--weights", "2,1", "--exclude", "two/100.png"],
                      ["recommend", "one/100.png", "--negative", "one/101.png"],
                      ["recommend", "one/100.png", "--least", "-k", "3"],
                      ["similar", "one/100.png", "--diversity", "0.5", "--candidates", "9", "-k", "4"]):
            self.assertEqual(hits(through(*words)), hits(self.json_of(*words)), words)


if __name__ == "__main__":
    unittest.main()
