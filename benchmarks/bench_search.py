"""Accuracy and speed of the search, side by side.

    python -m benchmarks.bench_search ../shared/data/prints/fvc2002 [--people 100000] [--no-row]

Envelope: one row of a gallery is 688 bytes, so a scan of 100,000 people reads 69 MB; memory that
gives 10 GB/s does that in 7 ms. Comparisons: `bench_compare`.

Prints one JSON object, and adds a row a figure to benchmarks/results.csv. Templates are kept in
out/templates; delete it to time extraction.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.bench_compare import bozorth, verification
from benchmarks.fvc import EXTRACTORS, load
from comity.minutiae.synthesise import impression_template, master_template
from comity.search import codes, mcc
from comity.search.codes import kernels
from comity.search.gallery import Gallery
from comity.search.identify import rank

RESULTS = Path(__file__).parent / "results.csv"
COLUMNS = ("date", "commit", "machine", "data", "n", "seconds", "peak_mib", "metric", "value")
PEOPLE = 1000  # synthetic, with ten fingers
ROW_WORDS = codes.FINGERS * codes.WORDS + 1  # all words of ten fingers, and the mask
SIZES = {"verify": 240, "scan": 0, "identify_synthetic": PEOPLE}  # n of a row; 0: as asked for


def timed(work: Callable[[], object], times: int = 5) -> float:
    """Median seconds, after one run that is not counted."""
    work()
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return median(took)


def scan(people: int) -> dict[str, Any]:
    """The first pass over random codes, beside the time to read as many bytes once."""
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 2**63, (people, ROW_WORDS), dtype=np.uint64)
    rows[:, -1] = 1023
    probe = rng.integers(0, 2**63, (codes.FINGERS, codes.WORDS), dtype=np.uint64)
    out = np.empty(people, np.int32)
    result: dict[str, Any] = {"people": people, "bytes": rows.nbytes}
    result["floor_seconds"] = timed(lambda: np.bitwise_xor.reduce(rows.ravel()))
    for name, mask in (("ten_fingers", 1023), ("two_fingers", 0b1000010)):
        result[f"{name}_seconds"] = timed(
            lambda mask=mask: kernels.scan_codes(rows, probe, np.uint64(mask), codes.WORDS, out)
        )
    return result


def identification(people: int = PEOPLE) -> dict[str, Any]:
    """Enrolment and search of synthetic hands; says nothing of errors on real prints."""
    rng = np.random.default_rng(1)
    masters = [[master_template(1, p, f) for f in range(1, 11)] for p in range(people)]
    hands = [
        (f"p{p}", [impression_template(m, rng) for m in masters[p]], "") for p in range(people)
    ]
    with TemporaryDirectory() as folder:
        gallery = Gallery.create(Path(folder) / "g")
        start = time.perf_counter()
        gallery.extend(hands)
        enrolled = time.perf_counter() - start
        size = sum(path.stat().st_size for path in (Path(folder) / "g").iterdir())
        rank(hands[0][1], gallery)
        mated = [[impression_template(m, rng) for m in masters[p]] for p in range(0, people, 50)]
        strangers = [
            [impression_template(master_template(2, p, f), rng) for f in range(1, 11)]
            for p in range(20)
        ]
        start = time.perf_counter()
        first = [rank(probe, gallery)[0].identity for probe in mated]
        mated_seconds = (time.perf_counter() - start) / len(mated)
        start = time.perf_counter()
        lowest = min(rank(probe, gallery)[0].fpir for probe in strangers)
        other_seconds = (time.perf_counter() - start) / len(strangers)
    return {
        "people": people,
        "enrolled_people_a_second": round(people / enrolled, 1),
        "bytes_a_finger": round(size / people / 10),
        "mated_first": sum(name == f"p{50 * k}" for k, name in enumerate(first)) / len(first),
        "mated_seconds": round(mated_seconds, 4),
        "non_mated_seconds": round(other_seconds, 4),
        "non_mated_lowest_fpir": lowest,
    }


def figures(body: Mapping[str, Any], prefix: str = "") -> list[tuple[str, float]]:
    """Every number of the report with its path."""
    found: list[tuple[str, float]] = []
    for name, value in body.items():
        path = f"{prefix}.{name}" if prefix else name
        if isinstance(value, Mapping):
            found += figures(value, path)
        elif isinstance(value, int | float):
            found.append((path, value))
    return found


def record(body: Mapping[str, Any], data: str, seconds: float) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    date, machine = (
        datetime.now(UTC).date().isoformat(),
        f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores",
    )
    fresh = not RESULTS.exists()
    with RESULTS.open("a", newline="") as file:
        writer = csv.writer(file)
        if fresh:
            writer.writerow(COLUMNS)
        for metric, value in figures(body):
            n = SIZES[metric.split(".")[0]] or body["scan"]["people"]
            row = (date, commit, machine, data, n, round(seconds, 1), peak_mib, metric, value)
            writer.writerow(row)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path("../shared/data/prints/fvc2002")
    )
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--no-row", action="store_true", help="do not add to results.csv")
    options = parser.parse_args()
    start = time.perf_counter()
    body: dict[str, Any] = {"verify": {}}
    for extractor in EXTRACTORS:
        prints = {key: mcc.cylinders(t) for key, t in load(options.folder, extractor).items()}
        body["verify"][f"mcc_{extractor}"] = verification(
            prints, lambda a, b: mcc.match(a, b).score
        )
    body["verify"]["bozorth3_mindtct"] = bozorth(options.folder)
    body["scan"] = scan(options.people)
    body["identify_synthetic"] = identification()
    print(json.dumps(body, indent=1))
    if not options.no_row:
        record(body, "FVC2002 DB1, DB3, DB4 set B; synthetic", time.perf_counter() - start)


if __name__ == "__main__":
    main()
