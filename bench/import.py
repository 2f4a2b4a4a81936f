#!/usr/bin/env python3
"""How fast vectors are imported, beside SQLite's plain insert loop over the same bytes.

    import.py MATRIX.npy [--program build/release/sokkuri] [--rows N] [--batch-mb 32] [--rounds 3] [--place FOLDER]

MATRIX.npy: float32, C order. Both make the same number of rows durable in batches of the same size, into fresh folders on
the same disk: sokkuri by `sokkuri import --skip-index`, SQLite (this Python's) by a table (id, document, vector) in WAL mode
with synchronous=FULL and one executemany a batch. Prints MB of vectors a second, records a second, bytes on disk beyond the
vectors themselves, and the most memory that the process had; medians of the rounds, which alternate.
"""
import argparse
import ast
import json
import mmap
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time


def open_matrix(path):
    """Rows, components, where the data begins."""
    with open(path, "rb") as file:
        start = file.read(4096)
    if start[:8] != b"\x93NUMPY\x01\x00":
        sys.exit(f"{path}: no .npy file of version 1.0")
    length = int.from_bytes(start[8:10], "little")
    header = ast.literal_eval(start[10:10 + length].decode())
    if header["descr"] != "<f4" or header["fortran_order"] or len(header["shape"]) != 2:
        sys.exit(f"{path}: a float32 matrix in C order is wanted")
    return (*header["shape"], 10 + length)


def part_of(path, rows, folder):
    """The first rows of the matrix as a file of their own; the matrix itself where they are all."""
    all_rows, columns, data_at = open_matrix(path)
    if rows >= all_rows:
        return path, all_rows, columns, data_at
    part = os.path.join(folder, "part.npy")
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}"
    with open(path, "rb") as source, open(part, "wb") as out:
        out.write(b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + text.ljust(117).encode() + b"\n")
        source.seek(data_at)
        left = rows * columns * 4
        while left:
            left -= out.write(source.read(min(left, 1 << 24)))
    return part, rows, columns, 128


def bytes_below(folder):
    return sum(os.path.getsize(os.path.join(place, name)) for place, _, names in os.walk(folder) for name in names)


def peak_of(process):
    """Waits for it; the most memory it had, in bytes."""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"the import failed: {status}")
    return usage.ru_maxrss * 1024


def run_import(options, matrix, folder):
    started = time.monotonic()
    process = subprocess.Popen([options.program, "import", "-q", "--json", "--skip-index", "--in", folder,
                                "--batch-mb", str(options.batch_mb), matrix], stdout=subprocess.PIPE)
    report = json.loads(process.stdout.read())
    peak = peak_of(process)
    return {"seconds": time.monotonic() - started, "rows": report["rows"], "peak": peak,
            "reading": report["reading_seconds"]}


def run_sqlite(options, matrix, folder):
    """In a process of its own: what this one has mapped would count as memory of the next import."""
    run = subprocess.run([sys.executable, __file__, matrix, "--plain", folder, "--batch-mb", str(options.batch_mb)],
                         stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout)


def insert_plainly(options, matrix, folder):
    rows, columns, data_at = open_matrix(matrix)
    os.makedirs(folder)
    size = columns * 4
    batch = max(1, (options.batch_mb << 20) // size)
    started = time.monotonic()
    with open(matrix, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        database = sqlite3.connect(os.path.join(folder, "plain.db"), isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE records (id TEXT PRIMARY KEY, document TEXT, vector BLOB)")
        for first in range(0, rows, batch):
            database.execute("BEGIN")
            database.executemany("INSERT INTO records VALUES (?, '{}', ?)",
                                 ((str(row), data[data_at + row * size:data_at + (row + 1) * size])
                                  for row in range(first, min(rows, first + batch))))
            database.execute("COMMIT")
        database.close()
    return {"seconds": time.monotonic() - started, "rows": rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("matrix")
    parser.add_argument("--program", default="build/release/sokkuri")
    parser.add_argument("--rows", type=int, default=1 << 62)
    parser.add_argument("--batch-mb", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--place", help="where the folders are made; else the temporary folder")
    parser.add_argument("--plain", metavar="FOLDER", help="only SQLite's loop, once, into this folder")
    options = parser.parse_args()
    if options.plain:
        print(json.dumps(insert_plainly(options, options.matrix, options.plain)))
        return
    results = {"sokkuri": [], "sqlite": []}
    with tempfile.TemporaryDirectory(prefix="sokkuri-import-", dir=options.place) as place:
        matrix, rows, columns, _ = part_of(options.matrix, options.rows, place)
        for number in range(options.rounds):
            for way, run in (("sokkuri", run_import), ("sqlite", run_sqlite)):
                folder = os.path.join(place, f"{way}-{number}")
                result = run(options, matrix, folder)
                result["disk"] = bytes_below(folder)
                shutil.rmtree(folder)
                results[way].append(result)
    vectors = rows * columns * 4
    print(f"{rows:,} rows of {columns} components, {vectors / 1e6:,.0f} MB, batches of {options.batch_mb} MiB, "
          f"{options.rounds} rounds")
    for way, runs in results.items():
        seconds = statistics.median(run["seconds"] for run in runs)
        line = (f"{way:8} {vectors / 1e6 / seconds:7.0f} MB/s {rows / seconds:9,.0f} records/s "
                f"{(runs[0]['disk'] - vectors) / rows:7.0f} bytes a record beside its vector")
        if "peak" in runs[0]:
            line += (f", {max(run['peak'] for run in runs) / 1e6:.0f} MB of memory, "
                     f"{statistics.median(run['reading'] for run in runs):.1f} s waited for reading")
        print(line)


if __name__ == "__main__":
    main()
