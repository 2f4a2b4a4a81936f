"""Filters on the command line: what --filter, --group-by, --sort and facets say, and what they refuse."""

import json
import unittest

from program import IndexedTest
from server import ServerTest


class Filters(IndexedTest):
    COUNT = 12

    def similar(self, *words, check=0):
        run = self.run_program("similar", "0003.png", "--in", self.pictures, "-k", "100", "--json", *words,
                               check=check)
        return json.loads(run.stdout) if check == 0 else run

    def paths(self, *words):
        return [hit["path"] for hit in self.similar(*words)["hits"]]

    def test_only_what_passes_is_found(self):
        everything = self.paths("--include-self")
        self.assertEqual(len(everything), self.COUNT)
        self.assertEqual(self.paths("--filter", "path=0007.png"), ["0007.png"])
        self.assertEqual(sorted(self.paths("--filter", "path in 0001.png,0002.png")), ["0001.png", "0002.png"])
        self.assertEqual(self.paths("--filter", "width<1"), [])
        self.assertEqual(set(self.paths("--include-self", "--filter", "path>=0004.png", "--filter", "path<0006.png")),
                         {"0004.png", "0005.png"})
        tree = {"bool": {"must_not": {"prefix": {"path": "000"}}}}
        answer = self.similar("--filter", json.dumps(tree))
        self.assertEqual({hit["path"] for hit in answer["hits"]}, {"0010.png", "0011.png"})
        self.assertEqual(answer["items"], 2)

    def test_hits_are_capped_and_ordered(self):
        self.assertEqual(len(self.paths("--group-by", "format")), 1)
        self.assertEqual(len(self.paths("--group-by", "format", "--per-group", "4")), 4)
        ordered = self.paths("--sort=-path")
        self.assertEqual(ordered, sorted(ordered, reverse=True))
        self.assertEqual(len(ordered), self.COUNT - 1)

    def test_what_is_no_filter_is_a_mistake_in_usage(self):
        for words in (["--filter", "color"], ["--filter", "{"], ["--filter", "a>"], ["--filter", '{"nested":{}}'],
                      ["--sort", "-"], ["--group-by", "format", "--per-group", "0"]):
            run = self.similar(*words, check=2)
            self.assertEqual(run.stdout, "")
            self.assertIn(words[-2], run.stderr)

    def test_items_are_counted_by_their_values(self):
        words = ("facets", "width", "path", "--in", self.pictures, "--filter", "path<0006.png", "--values", "4")
        counted = json.loads(self.run_program(*words, "--json", check=0).stdout)
        self.assertEqual(counted["items"], 6)
        width, path = counted["facets"]
        self.assertEqual(width, {"by": "width", "values": 1, "counts": [{"value": 48, "items": 6}]})
        self.assertEqual((path["by"], path["values"]), ("path", 6))
        self.assertEqual([each["value"] for each in path["counts"]], [f"{i:04}.png" for i in range(4)])
        lines = self.run_program(*words, check=0).stdout.splitlines()
        self.assertEqual(lines[0], "6 items")
        self.assertIn("    6  48", lines)
        self.assertIn("and 2 more values", lines)
        alone = self.run_program("facets", "--in", self.pictures, "--filter", "width<1", check=0)
        self.assertEqual(alone.stdout, "0 items\n")

    def test_what_cannot_be_counted_is_a_mistake_in_usage(self):
        for words in (["--filter", "color"], [""], ["width", "--values", "0"], ["a"] * 33):
            run = self.run_program("facets", *words, "--in", self.pictures, check=2)
            self.assertEqual(run.stdout, "")
            self.assertTrue(run.stderr)


class FacetsOfAServer(ServerTest):
    def test_the_answer_is_the_one_of_the_folder(self):
        folder = self.make_pictures(5)
        server = self.serve(folder)
        server.wait_for_jobs()
        words = ("facets", "width", "path", "--filter", "path>=0002.png", "--values", "2", "--json")
        there = self.run_program(*words, "--server", server.url, check=0).stdout
        self.assertEqual(there, self.run_program(*words, "--in", folder, check=0).stdout)
        self.assertEqual(json.loads(there)["items"], 3)


if __name__ == "__main__":
    unittest.main()
