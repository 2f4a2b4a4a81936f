#!/usr/bin/env python3
"""Indexing speed, end to end, against what the parts allow and against a plain Python loop.

    ingest.py [--rounds 7] [--count 1000] [--build build/release] [--data ../shared/data] [--sets caltech101,...]

Each round measures every set once in every way, so that a busy moment of the machine hits all of them: decoding alone,
inference alone, ingest (bench_ingest) and the Python loop (ingest_peer.py). Ideal: 1 / (1/inference + 1/decoding), all on
all cores. Prints medians with the smallest and largest value; ratios are taken within a round. `photographs` are 48
pictures enlarged to 12 megapixels, `png` 300 pictures as PNG, both made in a temporary folder. The other sets are brought
to COUNT pictures each, where there are fewer by copies that differ in bytes after their end.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
WAYS = ["decode", "infer", "ingest", "peer"]


def pictures_below(folder):
    for path, folders, names in os.walk(folder):
        folders.sort()
        yield from (os.path.join(path, name) for name in sorted(names) if name.lower().endswith((".jpg", ".jpeg")))


def spread_over(folder, count):
    """`count` pictures from all over the folder."""
    paths = list(pictures_below(folder))
    return paths[:: max(1, len(paths) // count)][:count]


def make_photographs(source, out, _):
    os.makedirs(out)
    for number, path in enumerate(spread_over(source, 48)):
        picture = Image.open(path).convert("RGB")
        size = (4000, 3000) if picture.width >= picture.height else (3000, 4000)
        picture.resize(size, Image.Resampling.BICUBIC).save(f"{out}/{number}.jpg", quality=90)


def grow(source, out, count):
    """Pictures from all over `source`, over and over if need be; equal files would spare ingest the inference."""
    os.makedirs(out)
    paths = spread_over(source, count)
    for number in range(count):
        with open(paths[number % len(paths)], "rb") as file, open(f"{out}/{number}.jpg", "wb") as copy:
            copy.write(file.read() + number.to_bytes(4, "little"))


def make_png(source, out, _):
    os.makedirs(out)
    for number, path in enumerate(spread_over(source, 300)):
        Image.open(path).convert("RGB").save(f"{out}/{number}.png")


def measure(way, folder, precision, arguments):
    models = f"{arguments.build}/models"
    if way == "peer":
        command = [sys.executable, f"{HERE}/ingest_peer.py", f"{models}/{arguments.model}", folder, "--precision", precision]
    else:
        command = [f"{arguments.build}/bench_ingest", way, folder, models, precision]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def summary(values, digits=0):
    values = sorted(values)
    return f"{statistics.median(values):.{digits}f} ({values[0]:.{digits}f}–{values[-1]:.{digits}f})"


def report(name, rounds):
    rate = {way: [r[way]["pictures"] / r[way]["seconds"] for r in rounds] for way in rounds[0]}
    ideal = [1 / (1 / i + 1 / d) for i, d in zip(rate["infer"], rate["decode"])]
    part = [a / b for a, b in zip(rate["ingest"], ideal)]
    speedup = [a / b for a, b in zip(rate["ingest"], rate["peer"])]
    busy = [r["ingest"]["cpu_seconds"] / r["ingest"]["seconds"] for r in rounds]
    print(f"| {name} | {rounds[0]['ingest']['pictures']} | {summary(rate['decode'])} | {summary(rate['infer'])} "
          f"| {summary(ideal)} | {summary(rate['ingest'])} | {summary(part, 3)} | {summary(rate['peer'])} "
          f"| {summary(speedup, 2)} | {summary(busy, 2)} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--build", default=f"{HERE}/../build/release")
    parser.add_argument("--data", default=os.environ.get("SOKKURI_TEST_DATA", f"{HERE}/../../shared/data"))
    parser.add_argument("--sets", default="caltech101,clothing,trashnet,photographs,png")
    parser.add_argument("--model", default="efficientnet-lite0")
    arguments = parser.parse_args()
    with open("/proc/cpuinfo") as file:
        has_bf16 = "avx512_bf16" in file.read()
    precisions = ["f32", "bf16"] if has_bf16 else ["f32"]
    print(f"{os.cpu_count()} cores; " + ("bf16 and f32" if has_bf16 else "this CPU has no bf16: f32 only"))
    with tempfile.TemporaryDirectory() as work:
        folders = {name: f"{work}/{name}" for name in arguments.sets.split(",")}
        for name, folder in folders.items():
            make = {"photographs": make_photographs, "png": make_png}.get(name, grow)
            source = {"photographs": "flower_photos", "png": "caltech101"}.get(name, name)
            make(f"{arguments.data}/images/{source}", folder, arguments.count)
        names = [(name, precision) for precision in precisions for name in folders]
        rounds = {name: [] for name in names}
        for number in range(arguments.rounds):
            for name, precision in names:
                # The order turns with the rounds: nobody always comes first.
                ways = WAYS[number % 4:] + WAYS[:number % 4]
                measured = {way: measure(way, folders[name], precision, arguments) for way in ways}
                rounds[name, precision].append(measured)
            print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr, flush=True)
    print("pictures/s, median (least–most); `part` = ingest / ideal; `busy` = cores in use, loading included\n")
    print("| set | pictures | decode | infer | ideal | ingest | part | Python loop | ingest / loop | busy |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, precision in names:
        report(f"{name} {precision}", rounds[name, precision])


if __name__ == "__main__":
    main()
