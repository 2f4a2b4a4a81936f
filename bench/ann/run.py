#!/usr/bin/env python3
"""sokkuri's vector search against other libraries: one run, one machine, one ground truth.

    run.py --data DIR [--rows N] [--peers faiss-hnsw,hnswlib,...] [--threads 1,2] [--quick]

DIR holds base.npy and queries.npy (data.py makes them). The true neighbors come from a float64 scan and are kept beside the
data. Every library runs in a process of its own, never two at once, all with huge pages; what it allocates is its own
memory, the rows' file is mapped by all. Throughput is that of each library's call for many queries, the fastest of three
runs after one that is not counted; latencies are of single calls. Exact search is measured query by query and 256 a call.

Writes results.csv, curves.png, table.md and every process' JSON to --out. Ratios are taken at equal recall: between two
measured settings, log(queries/s) is interpolated over log(1 - recall).

The peers live in a virtual environment of their own (bench/ann/bootstrap makes it; --python names its interpreter).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import report

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
APPROXIMATE = ["faiss-hnsw", "faiss-hnsw-sq8", "faiss-ivfpq", "hnswlib", "usearch", "usearch-i8", "scann", "voyager", "ngt",
               "annoy", "faiss-hnsw-packaged"]
EXACT = ["faiss-flat", "float-scan", "faiss-flat-packaged"]
# As Debian packages it (python3-faiss), which only the system's Python sees.
PACKAGED, SYSTEM_PYTHON = "-packaged", "/usr/bin/python3"
OURS_RECALLS = "0.9,0.95,0.98,0.99,0.995,0.999"
OURS_WIDTHS = "12,16,24,32,48,64,96,128,192,256"
PROCESS_SECONDS_MAX = 3 * 3600


def environment(threads):
    """Huge pages for all; BLAS with this CPU's kernels and as many threads as are measured."""
    count = str(threads)
    tuned = {"OPENBLAS_CORETYPE": "SkylakeX"} if "avx512f" in Path("/proc/cpuinfo").read_text() else {}
    return {**os.environ, **tuned, "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "OMP_NUM_THREADS": count,
            "OPENBLAS_NUM_THREADS": count, "MKL_NUM_THREADS": count}


def run(command, threads, text=None):
    return subprocess.run([str(word) for word in command], input=text, capture_output=True, text=True,
                          env=environment(threads), timeout=PROCESS_SECONDS_MAX)


def measure_peer(arguments, data, name, threads):
    request = {"peer": name, "base": str(data["base"]), "queries": str(data["queries"]), "truth": str(data["truth"]),
               "query_count": arguments.queries, "k": arguments.k, "metric": arguments.metric, "threads": threads,
               "build_threads": max(arguments.threads), "every": 2 if arguments.quick else 1,
               "scratch": str(arguments.out),
               "kept": str(arguments.keep / f"{name}-{data['rows']}") if arguments.keep else None}
    python = SYSTEM_PYTHON if name.endswith(PACKAGED) else arguments.python
    done = run([python, HERE / "peer_process.py"], max(threads), json.dumps(request))
    sys.stderr.write("".join(f"{line}\n" for line in done.stderr.splitlines() if line.startswith("  ")))
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[-2000:] or f"exit code {done.returncode}")
    return json.loads(done.stdout)


def measure_ours(arguments, data, threads):
    """The settings of two calls of `sokkuri bench ann`, as a peer's process would tell of them: throughput of calls for
    many queries, latencies of single ones."""
    single = bench_ann(arguments, data, threads, batch=False)
    many = None if arguments.quick else bench_ann(arguments, data, threads, batch=True)
    points = []
    for position, setting in enumerate(single["settings"]):
        kept = {name: setting[name] for name in ("recall", "qps", "p50_ms", "p99_ms")}
        kept |= {"threads": threads, "setting": setting["asked"], "recall_asked": setting["recall_asked"]}
        is_exact = setting["asked"] == "exact"
        if is_exact:
            points.append(kept | {"batch": 1})
        if many:
            throughput = many["settings"][position]["qps"]
            points.append(kept | {"qps": throughput, "batch": 256 if is_exact else 0})
        elif not is_exact:
            points.append(kept | {"batch": 0})
        print(f"  {threads} threads, {setting['asked']}: recall {kept['recall']:.4f}, {kept['qps']:.0f} queries/s one by one"
              + (f", {throughput:.0f} in calls for many" if many else ""), file=sys.stderr)
    return {"peer": "sokkuri", "build_s": single["build_s"], "bytes_per_vector": single["bytes_per_vector"],
            "peak_bytes": single["peak_bytes"], "points": points}


def bench_ann(arguments, data, threads, batch):
    out = arguments.out / f"sokkuri-{threads}{'-batch' if batch else ''}.json"
    command = [arguments.sokkuri, "bench", "ann", data["base"], "--queries", data["queries_cut"], "-k", arguments.k,
               "--metric", arguments.metric, "--threads", threads, "--build-threads", max(arguments.threads),
               "--recall", OURS_RECALLS, "--ef", OURS_WIDTHS, "--exact", "--out", out]
    done = run(command + (["--batch"] if batch else []), threads)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[-2000:])
    return json.loads(out.read_text())


def jobs(arguments, data):
    """(name, call) of every process, in order."""
    names = arguments.peers
    if "sokkuri" in names:
        for threads in arguments.threads:
            yield "sokkuri", lambda threads=threads: measure_ours(arguments, data, threads)
    for name in names:
        if name in EXACT:
            # Their BLAS takes its threads from the environment.
            for threads in arguments.threads:
                yield name, lambda name=name, threads=threads: measure_peer(arguments, data, name, [threads])
        elif name != "sokkuri":
            yield name, lambda name=name: measure_peer(arguments, data, name, arguments.threads)


def prepare(arguments):
    # numpy comes from the peers' environment.
    code = ("import sys, numpy as np; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import data;"
            "folder, metric, rows, queries = Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]);"
            "rows = min(rows or 1 << 40, len(np.load(folder / 'base.npy', mmap_mode='r')));"
            "data.truth(folder, metric, rows); cut = folder / f'queries-{queries}.npy';"
            "np.save(cut, np.load(folder / 'queries.npy')[:queries].astype(np.float32));"
            "print(rows, data.first_rows(folder, rows), cut, sep='\\n')")
    done = run([arguments.python, "-c", code, HERE, arguments.data, arguments.metric, arguments.rows, arguments.queries],
               max(arguments.threads))
    sys.stderr.write(done.stderr)
    if done.returncode != 0:
        sys.exit(f"run.py: {arguments.data} is not ready")
    rows, base, cut = done.stdout.splitlines()[-3:]
    return {"rows": int(rows), "base": Path(base), "queries": arguments.data / "queries.npy", "queries_cut": Path(cut),
            "truth": arguments.data / f"truth-{arguments.metric}-{rows}.npy"}


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=0, help="only the first N rows; 0: all")
    parser.add_argument("--queries", type=int, default=0, help="how many; 0: 1000, with --quick 500")
    parser.add_argument("--metric", choices=["cosine", "l2", "ip"], default="cosine")
    parser.add_argument("-k", type=int, default=10)
    parser.add_argument("--peers", default=",".join(["sokkuri", *APPROXIMATE, *EXACT]))
    parser.add_argument("--threads", default="1,2", help="of searches; the largest also builds")
    parser.add_argument("--quick", action="store_true", help="every other setting, one thread, no batches")
    parser.add_argument("--keep", type=Path, help="keep the peers' indexes here and use them again")
    parser.add_argument("--out", type=Path, default=ROOT / "build/ann")
    parser.add_argument("--sokkuri", type=Path, default=ROOT / "build/release/sokkuri")
    parser.add_argument("--python", type=Path, default=ROOT / "build/ann-peers/bin/python")
    arguments = parser.parse_args()
    arguments.peers = arguments.peers.split(",")
    unknown = set(arguments.peers) - {"sokkuri", *APPROXIMATE, *EXACT}
    if unknown:
        parser.error(f"no peer {', '.join(sorted(unknown))}; there are sokkuri, {', '.join(APPROXIMATE + EXACT)}")
    arguments.threads = [int(word) for word in arguments.threads.split(",")][: 1 if arguments.quick else None]
    arguments.queries = arguments.queries or (500 if arguments.quick else 1000)
    for name in ("data", "out", "sokkuri", "python", "keep"):
        path = getattr(arguments, name)
        # The interpreter of an environment is a link that must stay one.
        setattr(arguments, name, path and Path(os.path.abspath(path)))
    for folder in filter(None, (arguments.out, arguments.keep)):
        folder.mkdir(parents=True, exist_ok=True)
    return arguments


def main():
    arguments = parsed()
    data = prepare(arguments)
    results, failures = [], []
    for name, measure in jobs(arguments, data):
        print(f"{time.strftime('%H:%M:%S')} {name}", file=sys.stderr)
        try:
            results.append(measure())
        except (RuntimeError, subprocess.TimeoutExpired, OSError) as error:
            failures.append(name)
            print(f"  failed: {error}", file=sys.stderr)
        # After each, so that nothing is lost when a later one takes too long.
        (arguments.out / "results.json").write_text(json.dumps(results, indent=1))
        report.write(results, data["rows"], arguments.out)
    subprocess.run([arguments.python, HERE / "plot.py", arguments.out], check=False)
    print((arguments.out / "table.md").read_text())
    sys.exit(f"run.py: failed: {', '.join(failures)}" if failures else 0)


if __name__ == "__main__":
    main()
