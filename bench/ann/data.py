"""Matrices to search in, and who the true neighbors are.

    data.py split SOURCE.npy DIR [--queries 2000]      the last rows of SOURCE become queries
    data.py grow FEATURES.npy DIR N --tool MAKE_FEATURES.py [--queries 2000] [--seed 1]
    data.py rotate FEATURES.npy DIR N DIMENSION --tool MAKE_FEATURES.py    grown, then mapped to another dimension
    data.py digits DIR N                               low dimension, like handwritten digits: 784 of 20

DIR gets base.npy and queries.npy (float32); `truth` adds truth-METRIC-ROWS.npy beside them. Nothing of it belongs in the
repository.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

BLOCK_ROWS = 8192
TRUTH_K = 100


def create(path, shape):
    path.parent.mkdir(parents=True, exist_ok=True)
    return np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)


def copy_rows(source, out, change=lambda rows: rows):
    for first in range(0, len(out), BLOCK_ROWS):
        out[first:first + BLOCK_ROWS] = change(np.asarray(source[first:first + len(out[first:first + BLOCK_ROWS])]))
    out.flush()


def split(source, folder, queries, change=lambda rows: rows, dimension=None):
    rows = np.load(source, mmap_mode="r")
    count, dimension = len(rows) - queries, dimension or rows.shape[1]
    copy_rows(rows[:count], create(folder / "base.npy", (count, dimension)), change)
    copy_rows(rows[count:], create(folder / "queries.npy", (queries, dimension)), change)


def grown(arguments, change=lambda rows: rows, dimension=None):
    with tempfile.TemporaryDirectory(dir=arguments.folder.parent) as scratch:
        out = Path(scratch) / "grown.npy"
        subprocess.run([sys.executable, arguments.tool, arguments.source, out, str(arguments.rows),
                        "--queries", str(arguments.queries), "--seed", str(arguments.seed)], check=True)
        split(out, arguments.folder, arguments.queries, change, dimension)


def orthogonal_map(from_dimension, to_dimension, seed):
    """Columns (or rows) of a random orthogonal matrix: keeps distances as far as the smaller dimension can."""
    larger = max(from_dimension, to_dimension)
    square, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((larger, larger)))
    return square[:from_dimension, :to_dimension].astype(np.float32)


def rotated(arguments):
    width = np.load(arguments.source, mmap_mode="r").shape[1]
    turn = orthogonal_map(width, arguments.dimension, arguments.seed)
    grown(arguments, lambda rows: rows @ turn, arguments.dimension)


def digits(arguments):
    """784 non-negative components that follow some 20 hidden ones, in ten kinds."""
    random = np.random.default_rng(arguments.seed)
    kinds = random.standard_normal((10, 20)) * 1.5
    turn = random.standard_normal((20, 784)) / 4

    def rows(count):
        hidden = kinds[random.integers(0, 10, count)] + random.standard_normal((count, 20))
        return np.maximum(hidden @ turn + random.standard_normal((count, 784)) / 20, 0).astype(np.float32)

    for name, count in [("base.npy", arguments.rows), ("queries.npy", arguments.queries)]:
        out = create(arguments.folder / name, (count, 784))
        for first in range(0, count, BLOCK_ROWS):
            out[first:first + BLOCK_ROWS] = rows(len(out[first:first + BLOCK_ROWS]))
        out.flush()


def distances(queries, rows, metric):
    """float64, smaller is nearer; in order that ties and near ties are right."""
    rows = rows.astype(np.float64)
    if metric == "cosine":
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-300)
    dots = queries @ rows.T
    if metric == "l2":
        return (queries**2).sum(1)[:, None] + (rows**2).sum(1)[None] - 2 * dots
    return (1 if metric == "cosine" else 0) - dots


def true_neighbors(base, queries, metric, k=TRUTH_K):
    """[queries, k] int64, by a float64 scan, ties by row number."""
    queries = queries.astype(np.float64)
    if metric == "cosine":
        queries /= np.maximum(np.linalg.norm(queries, axis=1, keepdims=True), 1e-300)
    k = min(k, len(base))
    best, ids = np.zeros((len(queries), 0)), np.zeros((len(queries), 0), np.int64)
    for first in range(0, len(base), BLOCK_ROWS):
        block = distances(queries, np.asarray(base[first:first + BLOCK_ROWS]), metric)
        some = np.argpartition(block, min(k, block.shape[1]) - 1, axis=1)[:, :k]
        best = np.concatenate([best, np.take_along_axis(block, some, 1)], 1)
        ids = np.concatenate([ids, some + first], 1)
        order = np.lexsort((ids, best), axis=1)[:, :k]
        best, ids = np.take_along_axis(best, order, 1), np.take_along_axis(ids, order, 1)
    return ids


def truth(folder, metric, rows):
    """Of the first `rows` rows; kept beside the data."""
    path = folder / f"truth-{metric}-{rows}.npy"
    if not path.exists():
        start = time.time()
        base = np.load(folder / "base.npy", mmap_mode="r")[:rows]
        ids = true_neighbors(base, np.load(folder / "queries.npy"), metric)
        np.save(path.with_suffix(".partial.npy"), ids)
        os.rename(path.with_suffix(".partial.npy"), path)
        print(f"true neighbors of {len(ids)} queries among {rows}: {time.time() - start:.0f} s", file=sys.stderr)
    return np.load(path)


def first_rows(folder, rows):
    """A file of the first `rows` rows, for programs that read whole files."""
    base = np.load(folder / "base.npy", mmap_mode="r")
    if rows == len(base):
        return folder / "base.npy"
    path = folder / f"base-{rows}.npy"
    if not path.exists():
        copy_rows(base[:rows], create(path, (rows, base.shape[1])))
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("split", "grow", "rotate", "digits"):
        command = commands.add_parser(name)
        if name != "digits":
            command.add_argument("source", type=Path)
        command.add_argument("folder", type=Path)
        if name != "split":
            command.add_argument("rows", type=int)
            command.add_argument("--seed", type=int, default=1)
        if name == "rotate":
            command.add_argument("dimension", type=int)
        if name in ("grow", "rotate"):
            command.add_argument("--tool", type=Path, required=True, help="make_features.py")
        command.add_argument("--queries", type=int, default=2000)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if arguments.command == "split":
        split(arguments.source, arguments.folder, arguments.queries)
    else:
        {"grow": grown, "rotate": rotated, "digits": digits}[arguments.command](arguments)


if __name__ == "__main__":
    main()
