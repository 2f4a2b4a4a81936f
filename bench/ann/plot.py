"""Draws recall against queries a second out of results.json. Runs in the peers' environment, which has matplotlib."""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from report import curve


def main():
    folder = Path(sys.argv[1])
    results = json.loads((folder / "results.json").read_text())
    peers = list(dict.fromkeys(result["peer"] for result in results))
    all_threads = sorted({point["threads"] for result in results for point in result["points"]})
    figure, axes = plt.subplots(1, len(all_threads), figsize=(7 * len(all_threads), 5.5), squeeze=False)
    for axis, threads in zip(axes[0], all_threads):
        for number, peer in enumerate(peers):
            points = curve(results, peer, threads)
            if points:
                losses = [max(1 - recall, 1e-5) for recall, _ in points]
                axis.plot(losses, [qps for _, qps in points], marker="o", markersize=3, label=peer,
                          linewidth=2.5 if peer == "sokkuri" else 1, color=f"C{number % 10}")
        axis.set(xscale="log", yscale="log", xlabel="1 - recall@10", ylabel="queries a second",
                 title=f"{threads} thread{'s' if threads > 1 else ''}")
        axis.invert_xaxis()
        axis.grid(True, which="both", alpha=0.3)
        axis.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(folder / "curves.png", dpi=120)


if __name__ == "__main__":
    main()
