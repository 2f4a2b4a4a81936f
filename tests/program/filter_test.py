"""Filters on the command line: what --filter, --group-by and --sort let through, and what they refuse."""

import json
import unittest

from program import IndexedTest


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


if __name__ == "__main__":
    unittest.main()
