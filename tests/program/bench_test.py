"""`sokkuri bench ann`: what it finds, against a float64 scan of our own; its figures, filter and complaints."""

import array
import json
import math
import random
import struct
import unittest

from program import ProgramTest

DIMENSION = 12


def npy(rows, descr="<f4", code="f", order="False"):
    header = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({len(rows)}, {len(rows[0]) if rows else DIMENSION}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    body = array.array(code, [value for row in rows for value in row]).tobytes()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + body


def read_ids(path):
    """[settings][queries][k]"""
    data = path.read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    header = data[10:10 + length].decode()
    assert "'<i8'" in header and "'fortran_order': False" in header, header
    shape = [int(word) for word in header.split("(")[1].split(")")[0].split(",") if word.strip()]
    values = array.array("q", data[10 + length:])
    assert len(values) == math.prod(shape), header
    step = shape[1] * shape[2]
    return [[values[at:at + shape[2]].tolist() for at in range(first, first + step, shape[2])]
            for first in range(0, len(values), step)]


def floats(rows):
    """As float32 has them."""
    return [array.array("f", row).tolist() for row in rows]


def distance(metric, a, b):
    dot = math.fsum(x * y for x, y in zip(a, b))
    if metric == "ip":
        return -dot
    if metric == "l2":
        return math.sqrt(math.fsum((x - y) ** 2 for x, y in zip(a, b)))
    return 1 - dot / math.sqrt(math.fsum(x * x for x in a) * math.fsum(x * x for x in b))


class BenchAnn(ProgramTest):
    def setUp(self):
        super().setUp()
        chance = random.Random(7)
        centers = [[chance.gauss(0, 1) for _ in range(DIMENSION)] for _ in range(20)]

        def rows(count):
            return floats([[x + chance.gauss(0, 0.4) for x in chance.choice(centers)] for _ in range(count)])

        self.rows, self.queries = rows(2_500), rows(20)
        (self.base / "base.npy").write_bytes(npy(self.rows))
        (self.base / "queries.npy").write_bytes(npy(self.queries))

    def bench(self, *words, check=0):
        return self.run_program("bench", "ann", "base.npy", "--queries", "queries.npy", *words, check=check)

    def nearest(self, metric, query, k, rows=None):
        rows = self.rows if rows is None else rows
        return sorted(range(len(rows)), key=lambda row: (distance(metric, query, rows[row]), row))[:k]

    def test_exact_ids_are_those_of_a_float64_scan(self):
        for metric in ("cosine", "l2", "ip"):
            for words in ([], ["--batch", "--threads", "2"]):
                self.bench("--exact", "-k", "7", "--metric", metric, "--ids", "ids.npy", "-q", *words)
                (found,) = read_ids(self.base / "ids.npy")
                self.assertEqual(found, [self.nearest(metric, query, 7) for query in self.queries], metric)

    def test_the_figures_are_in_the_order_asked_and_recall_is_that_of_the_ids(self):
        run = self.bench("--recall", "0.99,0.9", "--ef", "20", "--exact", "--out", "out.json", "--ids", "ids.npy", "--json")
        told = json.loads((self.base / "out.json").read_text())
        self.assertEqual(told, json.loads(run.stdout))
        self.assertIn("linking", run.stderr)
        for name in ("build_s", "bytes_per_vector", "peak_bytes", "peak_own_bytes"):
            self.assertGreater(told[name], 0, name)
        self.assertEqual([setting["recall_asked"] for setting in told["settings"]], [0.99, 0.9, None, 1])
        truth = [set(self.nearest("cosine", query, 10)) for query in self.queries]
        for setting, found in zip(told["settings"], read_ids(self.base / "ids.npy"), strict=True):
            right = sum(len(true & set(ids)) for true, ids in zip(truth, found, strict=True))
            self.assertAlmostEqual(setting["recall"], right / 200)
            self.assertGreater(setting["qps"], 0)
            self.assertLessEqual(setting["p50_ms"], setting["p99_ms"])

    def test_without_settings_there_are_five_recalls_and_a_table_for_people(self):
        table = self.bench("-q")
        self.assertEqual(table.stderr, "")
        self.assertEqual([line.split()[1] for line in table.stdout.splitlines() if line.startswith("recall ")],
                         ["0.9", "0.95", "0.99", "0.995", "0.999"])

    def test_a_filter_lets_only_its_rows_through_the_same_ones_for_a_seed(self):
        words = ["--filter-fraction", "0.1", "--exact", "--recall", "0.9", "--ids", "ids.npy", "--json", "-q", "-k", "400"]
        told = json.loads(self.bench(*words).stdout)
        self.assertTrue(180 < told["allowed_rows"] < 320, told["allowed_rows"])
        approximate, exact = read_ids(self.base / "ids.npy")
        # k is beyond what passes: every query gets all of it, then -1.
        allowed = {row for row in exact[0] if row >= 0}
        self.assertEqual(len(allowed), told["allowed_rows"])
        for ids in [*exact, *approximate]:
            self.assertEqual({row for row in ids if row >= 0}, allowed)
            self.assertEqual(ids.count(-1), 400 - len(allowed))
        self.assertEqual([setting["recall"] for setting in told["settings"]], [1, 1])

    def test_other_element_types_and_more_neighbors_than_rows_are_no_error(self):
        small = [[1, 2, 3], [-4, 5, 100], [0, 0, 7]]
        for descr, code, rows in (("|i1", "b", small), ("<f8", "d", small), ("|u1", "B", [[abs(x) for x in row] for row in small])):
            (self.base / "base.npy").write_bytes(npy(rows, descr, code))
            (self.base / "queries.npy").write_bytes(npy(rows, descr, code))
            self.bench("--exact", "-k", "5", "--metric", "l2", "--ids", "ids.npy", "-q")
            (found,) = read_ids(self.base / "ids.npy")
            self.assertEqual(found, [self.nearest("l2", query, 3, rows) + [-1, -1] for query in rows])

    def test_bad_input_is_refused_naming_value_and_bound(self):
        odd = [row[:] for row in self.rows[:40]]
        odd[33][5] = math.nan
        cases = [
            ({"base.npy": npy([row[:5] for row in self.rows])}, [], "dimension 12; base.npy has 5"),
            ({"base.npy": npy([])}, [], "base.npy: it has no rows"),
            ({"queries.npy": npy([])}, [], "queries.npy: it has no rows"),
            ({"base.npy": npy(odd)}, [], "base.npy: row 33: component 5 is nan"),
            ({"base.npy": npy(self.rows, order="True")}, [], "Fortran order"),
            ({"base.npy": npy(self.rows)[:-4]}, [], "do not fit into"),
            ({"base.npy": b"GIF89a"}, [], "no NumPy file"),
            ({}, ["--recall", "1.5"], "recall 1.5"),
            ({}, ["--recall", "much"], "much"),
            ({}, ["--ef", "0"], "ef = 0"),
            ({}, ["--filter-fraction", "0"], "filter fraction 0"),
            ({}, ["--ids", "no/such/folder/ids.npy", "--exact"], "no/such/folder"),
        ]
        for files, words, reason in cases:
            self.setUp()
            for name, data in files.items():
                (self.base / name).write_bytes(data)
            run = self.bench(*words, check=1)
            self.assertIn(reason, run.stderr)
            self.assertEqual(run.stdout, "")
        self.assertIn("--queries", self.run_program("bench", "ann", "base.npy", check=2).stderr)


if __name__ == "__main__":
    unittest.main()
