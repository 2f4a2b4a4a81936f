"""Curves of recall against queries a second into a CSV file and into a table of ratios at equal recall."""

import csv
import math

TARGETS = [0.9, 0.95, 0.98, 0.99, 0.995, 0.999]
COLUMNS = ["peer", "threads", "batch", "setting", "recall", "qps", "p50_ms", "p99_ms", "build_s", "bytes_per_vector",
           "peak_bytes"]


def write(results, rows, folder):
    with open(folder / "results.csv", "w", newline="") as file:
        lines = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        lines.writeheader()
        for result in results:
            for point in result["points"]:
                lines.writerow({**result, **point})
    (folder / "table.md").write_text(tables(results, rows))


def curve(results, peer, threads):
    """[(recall, queries/s)] by recall, without points that another one beats in both."""
    points = [(point["recall"], point["qps"]) for result in results if result["peer"] == peer
              for point in result["points"] if point["threads"] == threads and not point["batch"]]
    best = []
    for recall, qps in sorted(points, key=lambda point: (-point[1], -point[0])):
        if not best or recall > best[-1][0]:
            best.append((recall, qps))
    return best


def qps_at(points, target):
    """Interpolated; beyond the careless end, what is measured there; None beyond the careful one."""

    def loss(recall):
        return math.log(max(1 - recall, 1e-5))

    before = None
    for recall, qps in points:
        if recall >= target:
            if before is None:
                return qps
            share = (loss(before[0]) - loss(target)) / (loss(before[0]) - loss(recall))
            return math.exp(math.log(before[1]) + share * (math.log(qps) - math.log(before[1])))
        before = (recall, qps)
    return None


def number(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}"


def table(header, lines):
    return "\n".join(["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
                     + ["| " + " | ".join(line) + " |" for line in lines]) + "\n"


def tables(results, rows):
    peers = list(dict.fromkeys(result["peer"] for result in results))
    all_threads = sorted({point["threads"] for result in results for point in result["points"]})
    text = f"# {rows:,} rows\n"
    for threads in all_threads:
        curves = {peer: curve(results, peer, threads) for peer in peers}
        ours = {target: qps_at(curves.get("sokkuri", []), target) for target in TARGETS}
        lines = []
        for peer in peers:
            if not curves[peer]:
                continue
            cells = []
            for target in TARGETS:
                qps = qps_at(curves[peer], target)
                ratio = ours[target] / qps if qps and ours[target] and peer != "sokkuri" else None
                cells.append(number(qps) + (f" ({ratio:.1f}×)" if ratio else ""))
            lines.append([peer, *cells])
        text += f"\n## Queries a second at recall, {threads} thread{'s' if threads > 1 else ''} "
        text += "(how many times as many sokkuri answers)\n\n" + table(["", *map(str, TARGETS)], lines)
    return text + costs(results, peers) + exact(results, peers, all_threads)


def costs(results, peers):
    lines = []
    for peer in peers:
        mine = [result for result in results if result["peer"] == peer]
        lines.append([peer, number(min(result["build_s"] for result in mine), 1),
                      number(min(result["bytes_per_vector"] for result in mine)),
                      number(max(result["peak_bytes"] for result in mine) / 1e9, 2)])
    header = ["", "build, s", "bytes a vector (ours: rows are mapped)", "peak resident, GB (with mapped rows)"]
    return "\n## Costs\n\n" + table(header, lines)


def exact(results, peers, all_threads):
    """Milliseconds a query, and how many times sokkuri's."""
    found = {(result["peer"], point["threads"], point["batch"]): 1e3 / point["qps"] for result in results
             for point in result["points"] if point["batch"]}
    if not found:
        return ""
    kinds = [(threads, batch) for threads in all_threads for batch in (1, 256)]
    lines = []
    for peer in peers:
        cells = []
        for kind in kinds:
            mine, ours = found.get((peer, *kind)), found.get(("sokkuri", *kind))
            times = f" ({mine / ours:.1f}×)" if mine and ours and peer != "sokkuri" else ""
            cells.append(number(mine, 2) + times)
        if any(cell != "–" for cell in cells):
            lines.append([peer, *cells])
    header = ["", *(f"{threads} thread{'s' if threads > 1 else ''}, {batch} a call" for threads, batch in kinds)]
    return "\n## Exact search, ms a query\n\n" + table(header, lines)
