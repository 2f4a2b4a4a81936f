"""Vectors out: of pictures as JSON lines, of an index as a NumPy file; and the models that make them."""

import ast
import json
import struct
import unittest

from program import IndexedTest, ProgramTest


def read_npy(path):
    """Shape and rows of a float32 matrix in NumPy's format 1.0."""
    data = path.read_bytes()
    assert data[:6] == b"\x93NUMPY"
    length = struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10:10 + length].decode())
    assert (header["descr"], header["fortran_order"]) == ("<f4", False)
    rows, columns = header["shape"]
    values = struct.unpack(f"<{rows * columns}f", data[10 + length:])
    return [values[row * columns:(row + 1) * columns] for row in range(rows)]


def cosine(left, right):
    dot = sum(a * b for a, b in zip(left, right, strict=True))
    return dot / (sum(a * a for a in left) * sum(b * b for b in right)) ** 0.5


class Embed(IndexedTest):
    COUNT = 8

    def test_pictures_and_index_give_the_same_vectors(self):
        npy, ids = self.base / "all.npy", self.base / "all.txt"
        self.run_program("embed", "--in", self.pictures, "--npy", npy, "--ids", ids, check=0)
        rows = dict(zip(ids.read_text().splitlines(), read_npy(npy), strict=True))
        self.assertEqual(len(rows), self.COUNT)
        names = [self.pictures / f"{number:04}.png" for number in range(self.COUNT)]
        run = self.run_program("embed", *names, check=0)
        for name, line in zip(names, run.stdout.splitlines(), strict=True):
            embedded = json.loads(line)
            self.assertEqual(list(embedded), ["picture", "model", "dimension", "vector"])
            self.assertEqual(embedded["picture"], str(name))
            self.assertEqual(embedded["dimension"], len(embedded["vector"]))
            hit = json.loads(self.run_program("similar", name, "--in", self.pictures, "--include-self", "-k1",
                                              "--jsonl", check=0).stdout)
            self.assertGreater(cosine(embedded["vector"], rows[hit["id"]]), 0.9999)

    def test_a_picture_that_fails_does_not_stop_the_others(self):
        broken = self.base / "broken.png"
        broken.write_bytes(b"no picture")
        run = self.run_program("embed", broken, self.pictures / "0000.png", check=3)
        self.assertEqual(len(run.stdout.splitlines()), 1)
        self.assertIn("broken.png", run.stderr)

    def test_either_pictures_or_an_index(self):
        self.run_program("embed", check=2)
        self.run_program("embed", self.pictures / "0000.png", "--npy", "x.npy", check=2)
        self.run_program("embed", self.pictures / "0000.png", "--ids", "x.txt", check=2)


class Models(ProgramTest):
    def test_the_default_model_is_listed(self):
        models = json.loads(self.run_program("model", "list", "--json", check=0).stdout)
        default = [model for model in models if model["default"]]
        self.assertEqual(len(default), 1)
        self.assertGreater(default[0]["dimension"], 0)
        table = self.run_program("model", "list", check=0).stdout
        self.assertIn(f"{default[0]['name']} (default)", table)

    def test_what_is_no_model_is_a_clear_error(self):
        wrong = self.base / "wrong.onnx"
        wrong.write_bytes(b"not a model")
        for verb in ("inspect", "add"):
            self.assertIn("wrong.onnx", self.run_program("model", verb, wrong, check=1).stderr)
        self.assertIn("no-such", self.run_program("model", "use", "no-such", check=1).stderr)

    def test_a_model_that_is_not_there_is_named(self):
        folder = self.make_pictures(1)
        self.assertIn("no-such", self.run_program("index", folder, "--model", "no-such", check=1).stderr)


if __name__ == "__main__":
    unittest.main()
