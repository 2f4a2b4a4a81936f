#!/usr/bin/env python3
"""What writing costs: puts, opening, recovery after a kill, queries beside an import, bytes on disk.

    writing.py MATRIX.npy WORK_FOLDER [--rows 100000] [--seconds 10] [--rounds 5] [--query-rate 100]
               [--parts puts,open,recovery,load,disk] [--build build/release] [--out FIGURES.json]

MATRIX.npy: float32, at least ROWS rows and as many again for `load`. WORK_FOLDER keeps a collection of the first ROWS rows for
the next time. Needs the targets sokkuri and bench_puts; run it by the project's Python (.venv), for NumPy.

  puts      records a second that are durable when they are acknowledged: in process and over HTTP, one by one and in
            batches, by one client and by eight; a loop over SQLite (this Python's; WAL, synchronous=FULL) beside them
  open      from the start of a process to its first answer: `similar` on the command line, a server; with the files in the
            page cache, and dropped from it
  recovery  a server is killed while clients put: from its start to the first answer, and what was acknowledged and is not there
  load      p50 and p99 of `similar` at a fixed rate of queries, counted from when each was due: idle, beside an import over
            HTTP at full speed, and at half of it; what the import lost by the queries
  disk      bytes a record: vectors, segments, catalog
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np

from served import Client, Served, bytes_below, machine, matrix_form, part_of

HERE = os.path.dirname(os.path.abspath(__file__))
DOCUMENT = json.dumps({"text": "x" * 300})
MATRIX_ROWS = 1_000  # of one request


def items(name, *rest):
    return "/".join((f"/v1/collections/{name}/items", *rest))


class Bench:
    def __init__(self, options):
        self.options = options
        self.program = f"{options.build}/sokkuri"
        self.matrix = np.load(options.matrix, mmap_mode="r")
        self.figures = {"machine": machine(), "rows": options.rows, "dimension": self.matrix.shape[1]}
        if len(self.matrix) < options.rows or self.matrix.dtype != np.float32:
            sys.exit(f"{options.matrix}: {options.rows} float32 rows are wanted")
        os.makedirs(options.work_folder, exist_ok=True)

    def say(self, name, **figures):
        self.figures[name] = figures
        shown = ", ".join(f"{key} {value:,.3g}" if isinstance(value, float) else f"{key} {value}"
                          for key, value in figures.items())
        print(f"{name}: {shown}", flush=True)

    def collection(self):
        """The folder DATA with the collection `rows`."""
        data = os.path.join(self.options.work_folder, f"rows-{self.options.rows}")
        place = os.path.join(data, "rows")
        if not os.path.exists(f"{place}/.done"):
            shutil.rmtree(data, ignore_errors=True)
            part = os.path.join(self.options.work_folder, "part.npy")
            np.save(part, self.matrix[:self.options.rows])
            started = time.perf_counter()
            subprocess.run([self.program, "import", "-q", "--in", place, part], check=True)
            self.say("import and index", seconds=time.perf_counter() - started)
            os.remove(part)
            open(f"{place}/.done", "w", encoding="ascii").close()
        return data

    # Puts.

    def puts(self):
        with tempfile.TemporaryDirectory(dir=self.options.work_folder) as place:
            self.put_in_process(os.path.join(place, "own"))
            for batch in (1, 10, 100, 1_000):
                self.put_to_sqlite(os.path.join(place, f"plain-{batch}.db"), batch)
            with Served(self.program, "--data", os.path.join(place, "data")) as server:
                for clients in (1, 8):
                    self.put_over_http(server, clients)
                self.put_matrices(server)

    def put_in_process(self, folder):
        run = subprocess.run([f"{self.options.build}/bench_puts", folder, str(self.options.seconds), str(self.matrix.shape[1])],
                             stdout=subprocess.PIPE, check=True, text=True)
        for line in run.stdout.splitlines():
            found = json.loads(line)
            self.say(f"put in process, {found['batch']} at a time", records_per_second=found["records_per_second"],
                     p50_ms=found["p50_ms"], p99_ms=found["p99_ms"])

    def put_to_sqlite(self, path, batch):
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE records (id TEXT PRIMARY KEY, document TEXT, vector BLOB)")
        row, vector = 0, self.matrix[0].tobytes()
        started = time.perf_counter()
        while time.perf_counter() - started < self.options.seconds:
            database.execute("BEGIN")
            database.executemany("INSERT INTO records VALUES (?, ?, ?)",
                                 ((f"record-{number}", DOCUMENT, vector) for number in range(row, row + batch)))
            database.execute("COMMIT")
            row += batch
        self.say(f"SQLite's plain loop, {batch} at a time", records_per_second=round(row / (time.perf_counter() - started)))
        database.close()

    def put_over_http(self, server, clients):
        name, counts = f"puts-{clients}", [0] * clients
        asked = Client(server.port)
        asked.ask("PUT", f"/v1/collections/{name}", {"fields": [{"dimension": self.matrix.shape[1]}]})
        # Whatever they put, its text is made before the clock runs.
        bodies = [json.dumps({"vector": [round(float(x), 6) for x in row], "document": {"text": "x" * 300}}).encode()
                  for row in self.matrix[:50]]
        end = time.perf_counter() + self.options.seconds

        def put(number):
            client = Client(server.port)
            while time.perf_counter() < end:
                client.ask("PUT", items(name, f"{number}-{counts[number]}"), bodies[counts[number] % len(bodies)])
                counts[number] += 1
            client.close()

        threads = [threading.Thread(target=put, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.say(f"PUT by {clients} clients", records_per_second=round(sum(counts) / self.options.seconds))

    def put_matrices(self, server):
        asked = Client(server.port)
        asked.ask("PUT", "/v1/collections/matrices", {"fields": [{"dimension": self.matrix.shape[1]}]})
        forms = [matrix_form(np.asarray(self.matrix[first:first + MATRIX_ROWS]), [f"{first + i}" for i in range(MATRIX_ROWS)])
                 for first in range(0, min(len(self.matrix) - MATRIX_ROWS, 20 * MATRIX_ROWS), MATRIX_ROWS)]
        started = time.perf_counter()
        for body, kind in forms:
            asked.ask("POST", items("matrices"), body, kind)
        seconds = time.perf_counter() - started
        self.say(f"POST of matrices of {MATRIX_ROWS}", records_per_second=round(len(forms) * MATRIX_ROWS / seconds),
                 vector_megabytes_per_second=len(forms) * MATRIX_ROWS * self.matrix.shape[1] * 4 / 1e6 / seconds)

    # Opening.

    def open(self):
        data = self.collection()
        place = os.path.join(data, "rows")
        for state in ("in the page cache", "dropped from the page cache"):
            commands, servers, ready = [], [], []
            for number in range(self.options.rounds):
                similar = [self.program, "similar", str(number * 7), "--in", place, "-k", "10", "--paths"]
                self.settle(place, state)
                started = time.perf_counter()
                subprocess.run(similar, check=True, stdout=subprocess.DEVNULL)
                commands.append((time.perf_counter() - started) * 1000)
                self.settle(place, state)
                started = time.perf_counter()
                with Served(self.program, "--data", data) as server:
                    Client(server.port).ask("GET", items("rows", str(number * 7), "similar"))
                    servers.append((time.perf_counter() - started) * 1000)
                    ready.append(server.ready_s * 1000)
            self.say(f"first answer, files {state}", command_ms=part_of(commands, 0.5), command_most_ms=max(commands),
                     server_ready_ms=part_of(ready, 0.5), server_ms=part_of(servers, 0.5), server_most_ms=max(servers))

    @staticmethod
    def settle(place, state):
        if "dropped" not in state:
            return
        for folder, _, names in os.walk(place):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    os.fsync(file.fileno())
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    # Recovery.

    def recovery(self):
        times, acknowledged, lost = [], 0, 0
        with tempfile.TemporaryDirectory(dir=self.options.work_folder) as place:
            shutil.copytree(self.collection(), f"{place}/data")
            for turn in range(self.options.rounds):
                server = Served(self.program, "--data", f"{place}/data")
                done = [[] for _ in range(3)]
                threads = [threading.Thread(target=self.put_until_refused, args=(server.port, f"t{turn}-{number}", done[number]))
                           for number in range(len(done))]
                for thread in threads:
                    thread.start()
                time.sleep(1 + random.Random(turn).random())
                server.end(signal.SIGKILL)
                for thread in threads:
                    thread.join()
                ids = [one for ids in done for one in ids]
                acknowledged += len(ids)
                started = time.perf_counter()
                with Served(self.program, "--data", f"{place}/data") as again:
                    client = Client(again.port)
                    client.ask("GET", items("rows", "0", "similar"))
                    times.append((time.perf_counter() - started) * 1000)
                    lost += sum(self.is_lost(client, one) for one in ids)
        self.say("recovery after a kill", kills=self.options.rounds, acknowledged=acknowledged, lost=lost,
                 first_answer_ms=part_of(times, 0.5), most_ms=max(times))

    def put_until_refused(self, port, name, done):
        client = Client(port)
        body = {"vector": [round(float(x), 6) for x in self.matrix[0]], "document": {"writer": name}}
        try:
            while True:
                one = f"{name}-{len(done)}"
                client.ask("PUT", items("rows", one), body)
                done.append(one)
        except (OSError, SystemExit, json.JSONDecodeError, ValueError):
            client.close()

    @staticmethod
    def is_lost(client, one):
        client.connection.request("GET", items("rows", one))
        answer = client.connection.getresponse()
        answer.read()
        return answer.status != 200

    # Queries beside an import.

    def load(self):
        idle = self.under_load(None)
        self.say("queries, idle", **idle)
        alone = self.under_load(1e9, query_rate=0)
        self.say("import alone", **alone)
        full = self.under_load(1e9)
        self.say("queries beside an import at full speed", **full, p99_ratio=full["p99_ms"] / idle["p99_ms"],
                 import_keeps=full["rows_per_second"] / alone["rows_per_second"])
        half = self.under_load(alone["rows_per_second"] / 2)
        self.say("queries beside an import at half of its speed", **half, p99_ratio=half["p99_ms"] / idle["p99_ms"],
                 import_keeps=half["rows_per_second"] / alone["rows_per_second"])

    def under_load(self, import_rate, query_rate=None):
        """Queries and an import, each a process of its own, for `seconds`, on a fresh copy of the collection."""
        query_rate = self.options.query_rate if query_rate is None else query_rate
        with tempfile.TemporaryDirectory(dir=self.options.work_folder) as place:
            shutil.copytree(self.collection(), f"{place}/data")
            os.sync()
            with Served(self.program, "--data", f"{place}/data") as server:
                self.run_part("--ask", server.port, 200, 2)  # warms up
                parts = []
                if import_rate:
                    parts.append(self.start_part("--fill", server.port, import_rate, self.options.seconds))
                if query_rate:
                    parts.append(self.start_part("--ask", server.port, query_rate, self.options.seconds))
                found = {}
                for part in parts:
                    found.update(json.loads(part.communicate()[0]))
                # Rows that no graph has yet are searched by their codes, the last of them one by one.
                index = Client(server.port).ask("GET", "/v1/collections/rows")["index"]
                found["unsealed_rows"], found["scanned_rows"] = index["tail_rows"], index["tail_rows"] - index["coded_rows"]
                return found

    def start_part(self, *words):
        return subprocess.Popen([sys.executable, os.path.abspath(__file__), self.options.matrix, self.options.work_folder,
                                 "--rows", str(self.options.rows), "--build", self.options.build, *map(str, words)],
                                stdout=subprocess.PIPE, text=True)

    def run_part(self, *words):
        return json.loads(self.start_part(*words).communicate()[0])

    def ask_at_rate(self, port, rate, seconds):
        client, chance, taken = Client(port), random.Random(1), []
        start = time.perf_counter()
        for number in range(int(rate * seconds)):
            due = start + number / rate
            while time.perf_counter() < due:
                time.sleep(max(0, due - time.perf_counter()))
            client.ask("GET", items("rows", str(chance.randrange(self.options.rows)), "similar?k=10"))
            taken.append((time.perf_counter() - due) * 1000)
        print(json.dumps({"queries": len(taken), "p50_ms": part_of(taken, 0.5), "p90_ms": part_of(taken, 0.9), "p99_ms": part_of(taken, 0.99), "most_ms": max(taken)}))

    def fill_at_rate(self, port, rate, seconds):
        client, filled = Client(port), 0
        start = time.perf_counter()
        while (now := time.perf_counter() - start) < seconds:
            if filled > rate * now:
                time.sleep(0.001)
                continue
            first = (self.options.rows + filled) % (len(self.matrix) - MATRIX_ROWS)
            body, kind = matrix_form(np.asarray(self.matrix[first:first + MATRIX_ROWS]),
                                     [f"new-{filled + i}" for i in range(MATRIX_ROWS)])
            client.ask("POST", items("rows"), body, kind)
            filled += MATRIX_ROWS
        seconds = time.perf_counter() - start
        print(json.dumps({"rows_per_second": filled / seconds,
                          "megabytes_per_second": filled * self.matrix.shape[1] * 4 / 1e6 / seconds}))

    # Room.

    def disk(self):
        place = os.path.join(self.collection(), "rows", ".sokkuri")
        sizes = {"vectors": 0, "segments": 0, "catalog": 0}
        for folder, _, names in os.walk(place):
            for name in names:
                kind = next((kind for kind in ("vectors", "segments") if f"/{kind}" in folder[len(place):]), "catalog")
                sizes[kind] += os.path.getsize(os.path.join(folder, name))
        assert sum(sizes.values()) == bytes_below(place)
        self.say("bytes a record", **{kind: round(size / self.options.rows, 1) for kind, size in sizes.items()},
                 all=round(sum(sizes.values()) / self.options.rows, 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("matrix")
    parser.add_argument("work_folder")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--query-rate", type=float, default=100)
    parser.add_argument("--parts", default="puts,open,recovery,load,disk")
    parser.add_argument("--build", default=f"{HERE}/../build/release")
    parser.add_argument("--out", help="where the figures go as JSON")
    for name in ("--ask", "--fill"):  # one side of `load`, as a process of its own: PORT RATE SECONDS
        parser.add_argument(name, nargs=3, type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    bench = Bench(options)
    if options.ask:
        return bench.ask_at_rate(int(options.ask[0]), *options.ask[1:])
    if options.fill:
        return bench.fill_at_rate(int(options.fill[0]), *options.fill[1:])
    print(bench.figures["machine"])
    for part in options.parts.split(","):
        getattr(bench, part)()
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump(bench.figures, file, indent=1)
    return None


if __name__ == "__main__":
    main()
