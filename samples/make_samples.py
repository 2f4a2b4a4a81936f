#!/usr/bin/env python3
"""Makes sokkuri's sample pictures: drawn by programs, nobody else's, always the same.

    make_samples.py OUT_FOLDER [--jobs N]

OUT_FOLDER then holds `<kind>/<kind>-<number>.<format>`, `near-duplicates/` and `samples.json`;
README.md beside this program describes them. A folder that is up to date is left alone. Another is
made beside it and put in its place whole: an interrupted run never leaves half a collection.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path

STAMP = ".samples-version"
LISTING = "samples.json"


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    out = options.out_folder.absolute()
    try:
        with _parent_locked(out):
            return _make_unless_current(out, options.jobs)
    except KeyboardInterrupt:
        print("interrupted: nothing was changed", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"make_samples: {error}", file=sys.stderr)
        return 1


def samples_version() -> str:
    """Changes with all that could change a pixel: our sources and the libraries' versions."""
    digest = hashlib.sha256()
    folder = Path(__file__).resolve().parent
    for source in sorted(folder.rglob("*.py")):
        if not source.name.endswith("_test.py"):
            digest.update(source.relative_to(folder).as_posix().encode())
            digest.update(source.read_bytes())
    for package in ("numpy", "pillow"):
        digest.update(f"{package} {version(package)}".encode())
    return digest.hexdigest()


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Makes sokkuri's sample pictures.")
    parser.add_argument("out_folder", type=Path, metavar="OUT_FOLDER")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), metavar="N",
                        help="processes at work (default: all cores)")  # fmt: skip
    options = parser.parse_args(arguments)
    if not 1 <= options.jobs <= 256:
        parser.error("--jobs must be 1 to 256")
    return options


def _make_unless_current(out: Path, jobs: int) -> int:
    current = samples_version()
    if (out / STAMP).exists() and (out / STAMP).read_text() == current:
        print(f"sample pictures are up to date in {out}", file=sys.stderr)
        return 0
    if out.exists() and any(out.iterdir()) and not (out / STAMP).exists():
        print(f"make_samples: {out} holds other files; choose an empty folder", file=sys.stderr)
        return 1
    return _make(out, jobs, current)


def _make(out: Path, jobs: int, current: str) -> int:
    # Imported late: a run that finds all up to date needs neither numpy nor Pillow.
    import fonts

    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    started = time.monotonic()
    try:
        fonts.check()
        listing = make_pictures(partial, jobs)
        _write_listing(partial / LISTING, listing)
        (partial / STAMP).write_text(current)
        _replace(out, partial)
    except fonts.FontMissing as error:
        print(f"make_samples: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    seconds = time.monotonic() - started
    print(
        f"made {len(listing['pictures'])} sample pictures in {seconds:.1f} s: {out}",
        file=sys.stderr,
    )
    return 0


def make_pictures(folder: Path, jobs: int, names: list[str] | None = None) -> dict:
    """Makes the pictures of all kinds or of those named; returns what goes into samples.json."""
    from kinds import KINDS
    from picture_maker import PICTURES_PER_KIND, make_picture

    chosen = [kind.name for kind in KINDS if names is None or kind.name in names]
    for name in [*chosen, "near-duplicates"]:
        (folder / name).mkdir(parents=True, exist_ok=True)
    tasks = [(str(folder), name, index) for name in chosen for index in range(PICTURES_PER_KIND)]
    with ProcessPoolExecutor(jobs) as workers:
        made = list(_with_progress(workers.map(make_picture, tasks, chunksize=3), len(tasks)))
    return {
        "pictures": [record for pictures, _ in made for record in pictures],
        "near_duplicates": [group for _, group in made if group is not None],
    }


def _with_progress(results: Iterator, count: int) -> Iterator:
    shown = sys.stderr.isatty()
    for done, result in enumerate(results, 1):
        if shown and (done % 10 == 0 or done == count):
            end = "\n" if done == count else ""
            print(
                f"\rdrawing sample pictures: {done} of {count}",
                end=end,
                file=sys.stderr,
                flush=True,
            )
        yield result


def _write_listing(path: Path, listing: dict) -> None:
    """One record a line: easy to read, to grep and to compare."""
    parts = []
    for key, records in listing.items():
        lines = ",\n".join("  " + json.dumps(record) for record in records)
        parts.append(f' "{key}": [\n{lines}\n ]')
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n")


def _replace(out: Path, partial: Path) -> None:
    """Puts `partial` in the place of `out`. Hidden entries, such as an index, move along."""
    if not out.exists():
        partial.rename(out)
        return
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    out.rename(old)
    partial.rename(out)
    for entry in old.iterdir():
        if entry.name.startswith(".") and entry.name != STAMP:
            entry.rename(out / entry.name)
    shutil.rmtree(old)


@contextlib.contextmanager
def _parent_locked(out: Path) -> Iterator[None]:
    """Keeps two runs for one folder apart; the lock vanishes with the process."""
    out.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(out.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    sys.exit(main())
