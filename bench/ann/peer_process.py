"""One peer in a process of its own: builds (or loads) its index and searches at each setting. Prints one JSON object.

Called by run.py with a JSON request on standard input; what the library itself prints goes to standard error.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from peers import PEERS, forked_search

SINGLE_QUERIES = 500
RUNS = 3
RUN_SECONDS_MAX = 20
UNHELPED_QUERIES = 32


def memory():
    """(largest resident, anonymous now), in bytes."""
    lines = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
    return tuple(int(lines[name].split()[0]) * 1024 for name in ("VmHWM", "RssAnon"))


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)


def block_reader(base, metric):
    def blocks(rows, spread=False):
        """The rows in blocks of `rows`; or, spread, one block of that many from all over."""
        if spread:
            some = np.asarray(base[:: max(1, len(base) // rows)][:rows])
            yield unit(some) if metric == "cosine" else some
            return
        for first in range(0, len(base), rows):
            block = np.ascontiguousarray(base[first:first + rows])
            yield unit(block) if metric == "cosine" else block

    return blocks


def recall(ids, truth):
    k = truth.shape[1]
    return float(np.mean([len(set(found[:k]) & set(true)) / k for found, true in zip(ids.tolist(), truth.tolist())]))


def timed(peer, queries, k, value, threads):
    if peer.forks and threads > 1:
        return forked_search(peer, queries, k, value, threads)
    start = time.monotonic()
    ids = peer.search(queries, k, value, threads)
    return ids, time.monotonic() - start


def best_of_runs(peer, queries, k, value, threads):
    """Ids and queries a second of the fastest of some runs after one that is not counted."""
    ids, took = timed(peer, queries, k, value, threads)
    best, spent = took, 0.0
    for number in range(RUNS):
        if number > 0 and spent > RUN_SECONDS_MAX:
            break
        _, took = timed(peer, queries, k, value, threads)
        spent += took
        best = took if number == 0 else min(best, took)
    return ids, len(queries) / best


def latencies_ms(peer, queries, k, value):
    """p50 and p99 of queries that come one a call, on one thread."""
    times = []
    for query in queries[:SINGLE_QUERIES]:
        start = time.monotonic()
        peer.search(query[None], k, value, 1)
        times.append((time.monotonic() - start) * 1e3)
    return float(np.percentile(times, 50)), float(np.percentile(times, 99))


def measure(peer, request, queries, truth):
    points = []
    for threads in request["threads"]:
        for label, value in peer.settings[:: request["every"]]:
            if peer.is_exact:
                points += exact_points(peer, queries, truth, threads)
                continue
            ids, qps = best_of_runs(peer, queries, request["k"], value, threads)
            point = {"threads": threads, "setting": label, "recall": recall(ids, truth), "qps": qps, "batch": 0}
            if threads == 1:
                point["p50_ms"], point["p99_ms"] = latencies_ms(peer, queries, request["k"], value)
            points.append(point)
            print(f"  {threads} threads, {label}: recall {point['recall']:.4f}, {qps:.0f} queries/s", file=sys.stderr)
            # Nothing is to be learned beyond.
            if point["recall"] >= 0.9997:
                break
    return points


def exact_points(peer, queries, truth, threads):
    """One query a call, and 256: fewer where a call for many takes as long as as many calls."""
    points = []
    for batch, count in ((1, 64), (256, 256 if peer.gains_by_batches else UNHELPED_QUERIES)):
        some, best, spent = queries[:count], float("inf"), 0.0
        for _ in range(RUNS):
            if spent > RUN_SECONDS_MAX:
                break
            start = time.monotonic()
            ids = np.concatenate([peer.search(some[at:at + batch], truth.shape[1], 0, threads)
                                  for at in range(0, len(some), batch)])
            took = time.monotonic() - start
            best, spent = min(best, took), spent + took
        points.append({"threads": threads, "setting": f"exact, {min(batch, count)} a call", "recall": recall(ids, truth[:count]),
                       "qps": len(some) / best, "batch": batch, "p50_ms": best / len(some) * 1e3})
        print(f"  {threads} threads, {batch} a call: {best / len(some) * 1e3:.2f} ms a query", file=sys.stderr)
    return points


def main():
    request = json.load(sys.stdin)
    answer_to = os.dup(1)
    os.dup2(2, 1)
    base = np.load(request["base"], mmap_mode="r")
    queries = np.load(request["queries"])[: request["query_count"]].astype(np.float32)
    queries = unit(queries) if request["metric"] == "cosine" else queries
    truth = np.load(request["truth"])[: len(queries), : request["k"]]
    peer = PEERS[request["peer"]](base.shape[1], request["metric"], len(base))
    kept = Path(request["kept"]) if request["kept"] else None
    with tempfile.TemporaryDirectory(dir=request["scratch"]) as scratch:
        peer.scratch = Path(scratch)
        before = memory()[1]
        start = time.monotonic()
        if kept and kept.exists():
            peer.load(kept)
            build_s = json.loads(kept.with_suffix(".json").read_text())["build_s"]
        else:
            peer.build(block_reader(base, request["metric"]), request["build_threads"])
            build_s = time.monotonic() - start
            if kept and hasattr(peer, "save"):
                peer.save(kept)
                kept.with_suffix(".json").write_text(json.dumps({"build_s": build_s}))
        print(f"  built in {build_s:.1f} s", file=sys.stderr)
        own = memory()[1] - before
        points = measure(peer, request, queries, truth)
    answer = {"peer": request["peer"], "build_s": build_s, "bytes_per_vector": own / len(base),
              "peak_bytes": memory()[0], "points": points}
    os.write(answer_to, json.dumps(answer).encode())


if __name__ == "__main__":
    main()
