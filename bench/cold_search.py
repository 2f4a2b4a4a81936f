#!/usr/bin/env python3
"""A cold `sokkuri search PICTURE` and `sokkuri similar ID` in a large collection: whole processes, milliseconds.

    cold_search.py MATRIX.npy WORK_FOLDER [--rounds 15] [--rows 100000] [--build build/release] [--data ../shared/data]

MATRIX.npy: float32 rows of the default model's dimension, as ../shared/tools/make_features.py makes them (write it outside
the repository). WORK_FOLDER gets a collection of the first ROWS rows, made once by bench_load_rows and used again after.
Files are in the page cache, as they are for anybody who searches twice; the processes start from nothing. The first
search, which may compile the model for this machine, is told apart.
"""
import argparse
import glob
import json
import os
import statistics
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def run(command):
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    milliseconds = (time.perf_counter() - started) * 1000
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.decode()}")
    return milliseconds, done


def summary(values):
    values = sorted(values)
    return f"{statistics.median(values):.0f} ms (least {values[0]:.0f}, most {values[-1]:.0f})"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("matrix"), parser.add_argument("work_folder")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--build", default=f"{HERE}/../build/release")
    parser.add_argument("--data", default=os.environ.get("SOKKURI_TEST_DATA", f"{HERE}/../../shared/data"))
    arguments = parser.parse_args()
    program = f"{arguments.build}/sokkuri"
    if not os.path.exists(f"{arguments.work_folder}/.sokkuri"):
        loaded, done = run([f"{arguments.build}/bench_load_rows", arguments.matrix, arguments.work_folder,
                            f"{arguments.build}/models", str(arguments.rows)])
        print(f"loaded {done.stdout.decode().strip()} in {loaded / 1000:.1f} s")
    pictures = sorted(glob.glob(f"{arguments.data}/images/caltech101/*/*.jpg"))[::17]
    search = [[program, "search", picture, "--in", arguments.work_folder, "-k", "10", "--jsonl"] for picture in pictures]
    similar = [program, "similar", "row-123", "--in", arguments.work_folder, "-k", "10", "--jsonl"]
    first, _ = run(search[0])
    times = {"search": [], "similar": [], "help": []}
    for number in range(arguments.rounds):
        times["search"].append(run(search[(number + 1) % len(search)])[0])
        times["similar"].append(run(similar)[0])
        times["help"].append(run([program, "--help"])[0])
    answers = [json.loads(line) for line in run(similar)[1].stdout.splitlines()]
    print(f"{arguments.rounds} rounds; first search {first:.0f} ms; {len(answers)} answers to `similar`")
    for name, values in times.items():
        print(f"cold {name:8} {summary(values)}")


if __name__ == "__main__":
    main()
