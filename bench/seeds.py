#!/usr/bin/env python3
"""Replays what others have written down of searching pictures by their vectors: their figure, their way on this machine, and
sokkuri on this machine, in one table.

    seeds.py WORK_FOLDER --matrix MATRIX.npy --pictures FOLDER [--parts wide,million,cold,pictures] [--share 1]
             [--queries 100] [--build build/release] [--out TABLE.md]

MATRIX.npy: float32 features of pictures, 1280 components, a million rows for the whole table (../shared/tools/make_features.py
grows them; write it outside the repository). FOLDER: photographs. WORK_FOLDER keeps what was made for the next time. --share .01
replays everything with a hundredth of the rows and pictures, to try it. Needs the target sokkuri; run it by the project's
Python (.venv), for NumPy.

  wide      15,000 and 70,000 x 4096 (a Qiita article of 2018: a plug-in of Elasticsearch, then NumPy and CuPy): cosine, all rows
  million   991,257 x 1280 (another one, of 2020: Faiss, then Amazon's Elasticsearch Service): flat, by a graph, to load, on disk
  cold      100,000 x 1280 (a series on Zenn): a picture from a file, in a process that starts from nothing; over HTTP
  pictures  5,600 pictures (a blog): from files to an index that can be asked

Asked as users ask: by `sokkuri serve`, over HTTP, ten neighbors of random items, one client, the answer with its documents.
Their way: the same sums by NumPy on this machine, all of a query's row by row as the article has it, or by BLAS.
Recall is that of sokkuri's answers against its own exact ones. 4096 components are made from 1280: a random layer with ReLU,
as the last ones of the network there are.
"""

import argparse
import glob
import json
import os
import random
import shutil
import subprocess
import sys
import time

import numpy as np

from served import Client, Served, bytes_below, machine, part_of

HERE = os.path.dirname(os.path.abspath(__file__))
BLOCK_ROWS = 4_096
WIDE = 4_096
K = 10


class Replay:
    def __init__(self, options):
        self.options = options
        self.program = f"{options.build}/sokkuri"
        self.rows = []
        os.makedirs(options.work_folder, exist_ok=True)

    def say(self, what, theirs, here="", ours="", note=""):
        self.rows.append((what, theirs, here, ours, note))
        print(f"{what}: {theirs} | {here} | {ours} | {note}", flush=True)

    def scaled(self, count):
        return max(200, int(count * self.options.share))

    def features(self, rows=None):
        if not self.options.matrix:
            sys.exit("--matrix is wanted")
        matrix = np.load(self.options.matrix, mmap_mode="r")
        if rows and len(matrix) < rows:
            sys.exit(f"{self.options.matrix}: {rows:,} rows are wanted, {len(matrix):,} are there")
        return matrix[:rows]

    # Collections, each in a folder of its own for the server.

    def data(self, name):
        return os.path.join(self.options.work_folder, "collections", name)

    def place(self, name):
        return os.path.join(self.data(name), name)

    def imported(self, name, rows, make=None, model=None):
        """Makes the collection; seconds until it can be asked by its graph. Nothing where it was made before."""
        place = self.place(name)
        if os.path.exists(f"{place}/.done"):
            return None
        shutil.rmtree(self.data(name), ignore_errors=True)
        matrix = os.path.join(self.options.work_folder, "part.npy")
        (make or self.write_part)(matrix, rows)
        if model:
            with Served(self.program, "--data", self.data(name)) as server:
                Client(server.port).ask("PUT", f"/v1/collections/{name}", {"fields": [{"name": "picture", "model": model}]})
        started = time.perf_counter()
        subprocess.run([self.program, "import", "-q", "--in", place, matrix], check=True)
        seconds = time.perf_counter() - started
        os.remove(matrix)
        open(f"{place}/.done", "w", encoding="ascii").close()
        return seconds

    def write_part(self, path, rows):
        np.save(path, self.features(rows))

    def write_wide(self, path, rows):
        source = self.features(rows)
        chance = np.random.default_rng(1)
        layer = (chance.standard_normal((source.shape[1], WIDE)) / source.shape[1] ** 0.5).astype(np.float32)
        out = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(rows, WIDE))
        for first in range(0, rows, BLOCK_ROWS):
            block = source[first:first + BLOCK_ROWS]
            out[first:first + len(block)] = np.maximum(block @ layer, 0)
        out.flush()

    def asked(self, server, name, rows, **how):
        """Milliseconds of each query, and the ids that each found."""
        client, chance = Client(server.port), random.Random(7)
        words = "&".join(f"{key}={value}" for key, value in {"k": K, **how}.items())
        taken, found = [], []
        for number in range(self.options.queries + 5):
            item = chance.randrange(rows)
            ms, answer = client.timed("GET", f"/v1/collections/{name}/items/{item}/similar?{words}")
            if number >= 5:  # the first ones open what is opened once
                taken.append(ms)
                found.append([hit["id"] for hit in answer["hits"]])
        return taken, found

    def search_both(self, name, rows):
        """Exactly and by recall: how long each takes, and what the second finds of the first."""
        with Served(self.program, "--data", self.data(name)) as server:
            exact, truth = self.asked(server, name, rows, exact="true")
            quick, found = self.asked(server, name, rows)
            memory = server.memory_bytes()
        recall = sum(len(set(a) & set(b)) for a, b in zip(truth, found)) / sum(map(len, truth))
        return exact, quick, recall, memory

    # Their ways.

    def article_loop(self, matrix):
        """Seconds of one query, as the article computes it: float32, norms each time, all scores sorted."""
        query, taken = matrix[1:2].copy(), []
        for _ in range(3):
            started = time.perf_counter()
            scores = (query * matrix).sum(axis=1, keepdims=True) / (
                np.sqrt(np.square(query).sum(axis=1, keepdims=True)) * np.sqrt(np.square(matrix).sum(axis=1, keepdims=True)))
            np.argsort(scores.flatten(), axis=0)[::-1][:K]
            taken.append(time.perf_counter() - started)
        return part_of(taken, 0.5)

    def blas_scan(self, matrix):
        """Milliseconds of one query by one product, as a flat index does."""
        taken = []
        for number in range(5):
            started = time.perf_counter()
            scores = matrix @ matrix[number]
            np.argpartition(scores, -K)[-K:]
            taken.append((time.perf_counter() - started) * 1000)
        return part_of(taken, 0.5)

    # The parts.

    def wide(self):
        for full, theirs in ((15_000, "over 2 min (plug-in of Elasticsearch), 4 s (CuPy)"), (70_000, "3 s (NumPy, CuPy), wished for: 30 ms")):
            rows, name = self.scaled(full), f"wide-{self.scaled(full)}"
            self.imported(name, rows, make=self.write_wide)
            exact, quick, recall, _ = self.search_both(name, rows)
            path = os.path.join(self.options.work_folder, "wide.npy")
            self.write_wide(path, rows)
            here = self.article_loop(np.load(path))
            os.remove(path)
            self.say(f"all of {rows:,} × {WIDE}", theirs, f"{here:.2f} s (its lines, NumPy)", times_of(exact), "exact")
            self.say(f"the same, recall .99 asked for {rows:,}", "", "", times_of(quick), f"recall {recall:.4f}")

    def million(self):
        rows, name = self.scaled(991_257), f"million-{self.scaled(991_257)}"
        seconds = self.imported(name, rows)
        exact, quick, recall, memory = self.search_both(name, rows)
        scan = self.blas_scan(np.asarray(self.features(rows)))
        count = f"{rows:,} × 1280"
        self.say(f"flat, one of {count}", "530 ms (Faiss IndexFlatL2)", f"{scan:.0f} ms (BLAS)", times_of(exact), "exact")
        self.say(f"by a graph, one of {count}", "5 ms (Faiss HNSW 48/128/256, recall not measured), hoped for: 10 to 20 ms", "",
                 times_of(quick), f"recall {recall:.4f}; {memory / 1e9:.1f} GB resident, mapped files among it")
        self.say(f"the same by the service, {count}", "15.5 s (Amazon Elasticsearch Service)", "", times_of(quick), f"recall {recall:.4f}")
        place = self.place(name)
        self.say(f"to load and index {count}", "about 1 hour", "", f"{seconds:.0f} s" if seconds else "loaded before", "")
        self.say(f"on disk, {count}", "24.8 GB", f"{rows * 1280 * 4 / 1e9:.1f} GB (bare float32)", f"{bytes_below(place) / 1e9:.1f} GB", "")
        self.batches(rows)

    def batches(self, rows):
        """In batches of 256, as `bench ann` asks; per query."""
        folder = self.options.work_folder
        np.save(f"{folder}/base.npy", self.features(rows))
        np.save(f"{folder}/queries.npy", np.asarray(self.features(rows)[:: max(1, rows // 512)][:512]))
        run = subprocess.run([self.program, "bench", "ann", f"{folder}/base.npy", "--queries", f"{folder}/queries.npy", "-k", str(K),
                              "--batch", "--threads", "2", "--exact", "--recall", "0.99", "--out", f"{folder}/batches.json"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if run.returncode:
            sys.exit(f"bench ann ended with {run.returncode}")
        with open(f"{folder}/batches.json", encoding="utf-8") as file:
            settings = json.load(file)["settings"]
        for name in ("base.npy", "queries.npy", "batches.json"):
            os.remove(f"{folder}/{name}")
        for setting in settings:
            is_exact = setting["recall_asked"] == 1
            theirs = "110 ms (Faiss IndexFlatL2)" if is_exact else ".9 ms (Faiss HNSW)"
            self.say(f"{'flat' if is_exact else 'by a graph'}, of a batch, {rows:,} × 1280", theirs, "", f"{1000 / setting['qps']:.2f} ms",
                     "exact" if is_exact else f"recall {setting['recall']:.4f}")

    def cold(self):
        rows, name = self.scaled(100_000), f"cold-{self.scaled(100_000)}"
        self.imported(name, rows, model="efficientnet-lite0")
        place, taken = self.place(name), []
        for picture in [None, *self.photographs(15)]:
            started = time.perf_counter()
            subprocess.run([self.program, "search", picture or self.photographs(1)[0], "--in", place, "-k", str(K), "--paths"],
                           check=True, stdout=subprocess.DEVNULL)
            if picture:  # the very first run may make the model ready for this machine
                taken.append((time.perf_counter() - started) * 1000)
        self.say(f"a picture from a file, cold, {rows:,} × 1280", "1,660 ms; 1,480 ms with threads", "", times_of(taken), "process, model, picture and search")
        exact, quick, recall, _ = self.search_both(name, rows)
        self.say(f"over HTTP, {rows:,} × 1280", "286 ms at some 100,000, 1.5 s at some 600,000", "", times_of(quick), f"recall {recall:.4f}")
        self.say("the same, all rows", "1 s hoped for", "", times_of(exact), "exact")

    def photographs(self, count):
        paths = sorted(glob.glob(f"{glob.escape(self.options.pictures)}/**/*.jpg", recursive=True))
        if not paths:
            sys.exit(f"{self.options.pictures}: no pictures (*.jpg)")
        return [paths[i * 17 % len(paths)] for i in range(count)]

    def pictures(self):
        """Copies that differ behind their end, where there are too few: equal files would be looked at once."""
        count, folder = self.scaled(5_600), os.path.join(self.options.work_folder, "pictures")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        paths = sorted(glob.glob(f"{glob.escape(self.options.pictures)}/**/*.jpg", recursive=True))
        for number in range(count):
            with open(paths[number * 7919 % len(paths)], "rb") as file, open(f"{folder}/{number:05}.jpg", "wb") as copy:
                copy.write(file.read() + number.to_bytes(4, "little"))
        started = time.perf_counter()
        run = subprocess.run([self.program, "index", folder, "-q"], check=False)
        if run.returncode not in (0, 3):
            sys.exit(f"index ended with {run.returncode}")
        seconds = time.perf_counter() - started
        shutil.rmtree(folder)
        self.say(f"{count:,} pictures to vectors", "94 s (EfficientNet-B0, Ryzen 3900XT), 11 s (RTX 3090): inference alone", "",
                 f"{seconds:.0f} s ({seconds / count * 1000:.1f} ms each)", "all of it: reading, decoding, EfficientNet-Lite0, storing, the index")

    def table(self):
        lines = ["| what | in the article | its way here | sokkuri here | |", "|---|---|---|---|---|"]
        return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in self.rows)]) + "\n"


def times_of(taken):
    return f"{part_of(taken, 0.5):.3g} ms (p99 {part_of(taken, 0.99):.3g})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work_folder")
    parser.add_argument("--matrix")
    parser.add_argument("--pictures")
    parser.add_argument("--parts", default="wide,million,cold,pictures")
    parser.add_argument("--share", type=float, default=1)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--build", default=f"{HERE}/../build/release")
    parser.add_argument("--out")
    options = parser.parse_args()
    replay = Replay(options)
    print(machine())
    for part in options.parts.split(","):
        getattr(replay, part)()
    table = f"{machine()}\n\n{replay.table()}"
    print("\n" + table)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            file.write(table)


if __name__ == "__main__":
    main()
