"""A search in a process of its own: how long until the first answer, and what stays in memory.

    python -m benchmarks.frifte.fresh FOLDER SEED FINGERS CAPTURE SEARCHES

Prints one JSON object. `asked` starts it. The pages of the gallery may be in the system's cache
already, as they are for any house that searched yesterday.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

BEGAN = time.perf_counter()
ROOT = Path(__file__).resolve().parents[2]


def asked(folder: Path, seed: int, fingers: str, capture: str, count: int) -> dict[str, Any]:
    """Run this file in a new process; its object, with the seconds from start to first answer."""
    words = [str(folder), str(seed), fingers, capture, str(count)]
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.frifte.fresh", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
    )
    body: dict[str, Any] = json.loads(done.stdout)
    body["process_to_first_answer_seconds"] = round(body.pop("answered_at") - began, 3)
    return body


def main(folder: Path, seed: int, fingers: str, capture: str, count: int) -> dict[str, Any]:
    from benchmarks.frifte import machine, people, searches
    from comity.search.gallery import Gallery

    imported = time.perf_counter()
    population = people.Population(seed, people.FINGERS_OF[fingers], capture)
    probes = population.non_mated(range(count))
    before, made = machine.memory(), time.perf_counter()
    gallery = Gallery.open(folder / "gallery")
    opened = time.perf_counter()
    first = searches.once(probes[0], gallery, searches.KEEP, 1)
    answered = time.time()
    after_one = machine.memory()
    for probe in probes[1:]:
        searches.once(probe, gallery, searches.KEEP, 1)
    after = machine.memory()
    prints = len(gallery) * len(population.fingers)
    return {
        "import_seconds": round(imported - BEGAN, 3),
        "open_seconds": round(opened - made, 4),
        "first_search_seconds": round(first.seconds, 3),
        "answered_at": answered,
        "searches": count,
        "own_mib_after_the_first": round((after_one["own"] - before["own"]) / 2**20, 1),
        "own_mib": round((after["own"] - before["own"]) / 2**20, 1),
        "mapped_mib": round((after["mapped"] - before["mapped"]) / 2**20, 1),
        "bytes_a_finger_own": round((after["own"] - before["own"]) / prints, 1),
        "bytes_a_finger_mapped": round((after["mapped"] - before["mapped"]) / prints, 1),
    }


if __name__ == "__main__":
    place, number, hand, taken, times = sys.argv[1:]
    print(json.dumps(main(Path(place), int(number), hand, taken, int(times))))
