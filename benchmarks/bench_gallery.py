"""What a gallery costs: enrolment, opening, bytes, reading minutiae. Prints one JSON object.

    python -m benchmarks.bench_gallery --people 1000000 [--fingers 2,7] [--folder FOLDER]

Envelope: a person of ten fingers is about 3.6 KB on disk, so that 1,000,000 people are 3.6 GB:
at 1 GB/s of disk their enrolment takes 3.6 s at the least. Opening maps files and reads 48 bytes
a row: 48 MB, 10 ms at 5 GB/s. One print's minutiae are a page of 4 KB somewhere in 3 GB: 0.1 us
to copy and check where the page is in memory.

A batch of synthetic people is enrolled again and again under other identities, with codes that
are computed once: the codes' own time is apart, in `encode_us_a_finger`.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from comity.minutiae import pack, population
from comity.minutiae.batch import Batch
from comity.search import codes
from comity.search.gallery import Gallery

BATCH = 10_000  # people a call
READ = 5_000  # rows, strewn over the gallery


def seconds(call: Callable[[], Any], times: int = 5) -> float:
    """The least of several runs, by the clock."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return min(found)


def of_fingers(batch: Batch, fingers: tuple[int, ...]) -> Batch:
    """The batch with only these fingers."""
    kept = np.isin(batch.finger, fingers)
    counts = np.diff(batch.first)
    rows = np.repeat(kept, counts)
    return Batch(
        batch.minutiae[rows],
        batch.reliability[rows],
        np.concatenate([[0], np.cumsum(counts[kept])]).astype(np.int64),
        batch.finger[kept],
        batch.person[kept],
        batch.width_px,
        batch.height_px,
        batch.extractor,
    )


def enrol(gallery: Gallery, batch: Batch, words: np.ndarray, people: int) -> dict[str, float]:
    """Microseconds a finger of the processor and of the clock, codes apart."""
    size = min(BATCH, people)
    cpu, wall = [], []
    for first in range(0, people, size):
        names = [f"p{n}" for n in range(first, first + size)]
        began, busy = time.perf_counter(), time.process_time()
        gallery.extend_batch(names, batch, codes=words)
        cpu.append(time.process_time() - busy)
        wall.append(time.perf_counter() - began)
    return {
        "processor_us_a_finger": round(1e6 * float(np.median(cpu)) / len(batch), 2),
        "clock_us_a_finger": round(1e6 * float(np.mean(wall)) / len(batch), 2),
        "people_a_second_a_core_codes_apart": round(size / float(np.median(cpu))),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--fingers", default="1,2,3,4,5,6,7,8,9,10")
    parser.add_argument("--folder", help="where to build; removed afterwards")
    options = parser.parse_args()
    fingers = tuple(map(int, options.fingers.split(",")))
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    try:
        print(json.dumps(measured(folder / "g", options.people, fingers)))
    finally:
        shutil.rmtree(folder)


def measured(folder: Path, people: int, fingers: tuple[int, ...]) -> dict[str, Any]:
    size = min(BATCH, people)
    batch = of_fingers(population.hands(0, range(size), 0), fingers)
    words = codes.encode_batch(batch)
    warm = Gallery.create(folder.with_name("warm"), fingers)
    warm.extend_batch([f"w{n}" for n in range(size)], batch, codes=words)
    gallery = Gallery.create(folder, fingers)
    body: dict[str, Any] = {"machine": platform.machine(), "people": people, "fingers": fingers}
    body["enrol"] = enrol(gallery, batch, words, people)
    body["encode_us_a_finger"] = round(
        1e6 * seconds(lambda: codes.encode_batch(batch), 1) / len(batch), 2
    )
    body["pack_us_a_finger"] = round(1e6 * seconds(lambda: pack.pack_batch(batch)) / len(batch), 2)
    body["open_seconds"] = round(seconds(lambda: Gallery.open(folder)), 4)
    opened = Gallery.open(folder)
    body["first_look_up_seconds"] = round(seconds(lambda: opened.find("p7"), 1), 4)
    body["look_up_us"] = round(1e6 * seconds(lambda: opened.find("p8")), 1)
    body["totals_seconds"] = round(seconds(opened.totals), 4)
    totals = opened.totals()
    prints = sum(totals.prints.values())
    body["minutiae_mean"] = round(totals.minutiae / prints, 1)
    body["bytes_a_finger"] = {k: round(v / prints, 1) for k, v in totals.bytes_by_kind.items() if v}
    body["bytes_a_finger"]["all"] = round(sum(totals.bytes_by_kind.values()) / prints, 1)
    rows = np.random.default_rng(1).choice(len(opened), min(READ, people), replace=False)
    first = seconds(lambda: opened.minutiae(rows, fingers[0]), 1)
    body["minutiae_us_a_row_first"] = round(1e6 * first / len(rows), 2)
    body["minutiae_us_a_row"] = round(
        1e6 * seconds(lambda: opened.minutiae(rows, fingers[0])) / len(rows), 2
    )
    body["delete_ms"] = round(1e3 * seconds(lambda: opened.delete("p9"), 1), 2)
    body["verify_seconds"] = round(seconds(opened.verify, 1), 2)
    body["compact_seconds"] = round(seconds(opened.compact, 1), 2)
    return body


if __name__ == "__main__":
    main()
