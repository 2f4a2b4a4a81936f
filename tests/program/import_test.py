"""Vectors in from files and out again, through the program: whole, stopped, killed, and refused."""

import json
import random
import signal
import struct
import time
import unittest

from program import ProgramTest

DIMENSION = 8


def rows_of(count, seed):
    chance = random.Random(seed)
    return [tuple(struct.unpack("<f", struct.pack("<f", chance.gauss(0, 1)))[0] for _ in range(DIMENSION))
            for _ in range(count)]


def npy(rows):
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}".ljust(117) + "\n"
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()
            + b"".join(struct.pack(f"<{len(row)}f", *row) for row in rows))


class Import(ProgramTest):
    def write(self, name, content):
        path = self.base / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def do_import(self, *words, check=0):
        run = self.run_program("import", "--in", self.base / "shop", "-q", "--json", *words, check=check)
        return json.loads(run.stdout) if run.stdout else None

    def test_nothing_is_made_for_files_that_cannot_be_read(self):
        matrix = self.write("v.npy", npy(rows_of(3, 1)))
        for words in (["nofile.npy"], [self.write("bad.npy", "no matrix")], [matrix, "--metadata", "nofile.csv"],
                      [matrix, "--ids", self.write("two.txt", "a\nb\n")]):
            self.do_import(*words, check=1)
            self.assertFalse((self.base / "shop").exists(), words)

    def test_vectors_ids_and_documents_come_back_as_they_went_in(self):
        rows = rows_of(60, 1)
        matrix = self.write("v.npy", npy(rows))
        ids = self.write("ids.txt", "".join(f"shoe {row}\n" for row in range(60)))
        items = self.write("items.csv", "id,price,name\n" + "".join(f"shoe {row},{row}.5,\"a, b\"\n"
                                                                     for row in range(60)))
        report = self.do_import(matrix, "--ids", ids, "--metadata", items)
        self.assertEqual((report["created"], report["documents"], report["dimension"]), (60, 60, DIMENSION))
        self.assertEqual(self.do_import(matrix, "--ids", ids)["unchanged"], 60)
        self.assertEqual(self.stats(self.base / "shop")["items"], 60)
        out = self.base / "out"
        out.mkdir()
        self.run_program("export", "--in", self.base / "shop", "--npy", out / "v.npy", "--ids", out / "i.txt",
                         "--metadata", out / "m.jsonl", "--ndjson", out / "all.ndjson", check=0)
        self.assertEqual((out / "v.npy").read_bytes()[128:], matrix.read_bytes()[128:])
        self.assertEqual((out / "i.txt").read_bytes(), ids.read_bytes())
        self.assertEqual(json.loads((out / "m.jsonl").read_text().splitlines()[3]),
                         {"id": "shoe 3", "price": 3.5, "name": "a, b"})
        record = json.loads((out / "all.ndjson").read_text().splitlines()[7])
        self.assertEqual(record["id"], "shoe 7")
        self.assertEqual(tuple(struct.unpack("<f", struct.pack("<f", value))[0] for value in record["vector"]), rows[7])
        hit = json.loads(self.run_program("similar", "shoe 5", "--in", self.base / "shop", "--include-self", "-k1",
                                          "--jsonl", check=0).stdout)
        self.assertEqual(hit["id"], "shoe 5")

    def test_a_killed_import_is_gone_on_with(self):
        rows = rows_of(1, 2) * 200_000
        matrix = self.write("v.npy", npy(rows))
        for _ in range(3):
            process = self.start_program("import", "--in", self.base / "shop", "-q", "--batch-mb", "1",
                                         "--skip-index", matrix)
            chunk = self.base / "shop/.sokkuri/fields/0/vectors/0000"
            before = chunk.stat().st_size if chunk.exists() else 0
            while process.poll() is None and not (chunk.exists() and chunk.stat().st_size > before):
                time.sleep(0.001)
            process.send_signal(signal.SIGKILL)
            process.wait()
        report = self.do_import("--batch-mb", "1", "--skip-index", matrix)
        self.assertEqual(report["rows"], 200_000)
        self.assertEqual(report["created"], 200_000 - report["resumed"])
        self.assertEqual(self.stats(self.base / "shop")["items"], 200_000)
        self.assertEqual(self.stats(self.base / "shop")["tombstones"], 0)

    def test_what_is_wrong_is_named(self):
        matrix = self.write("v.npy", npy(rows_of(3, 3)))
        ids = self.write("ids.txt", "a\nb\n")
        run = self.run_program("import", "--in", self.base / "shop", matrix, "--ids", ids, check=1)
        self.assertIn("2 ids for 3 rows", run.stderr)
        bare = self.write("v.f32", bytes(100))
        self.assertIn("--dimension", self.run_program("help", "import", check=0).stdout)
        self.assertIn("dimension", self.run_program("import", "--in", self.base / "shop", bare, check=1).stderr)
        self.run_program("import", check=2)
        self.run_program("export", "--in", self.base / "shop", check=2)


if __name__ == "__main__":
    unittest.main()
