"""How fast a transaction is read, checked and taken as a submission; prints one JSON object.

    python benchmarks/bench_wire.py [FILE ...]

Without files: NIST's ten-print cards of types 4 and 14 from the shared test data. Medians of 51
runs in one process, the file already in memory, no image decoded. Envelope: a card is 0.7 MB and
15 records of some 15 fields; at 1 us a field and one copy of the bytes that is below 1 ms.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from comity.wire.read import read, write
from comity.wire.submission import submission
from comity.wire.validate import validate

RUNS = 51
CARDS = ("type-4-tpcard.an2", "type-14-tpcard-nqm.an2")


def main() -> None:
    root = Path(os.environ.get("COMITY_SHARED_DATA") or "../shared/data")
    given = [Path(name) for name in sys.argv[1:]]
    paths = given or [root / "transactions" / "nist-reference" / name for name in CARDS]
    body = {
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "runs": RUNS,
        "files": [measure(path) for path in paths],
    }
    print(json.dumps(body, indent=1))


def measure(path: Path) -> dict[str, object]:
    data = path.read_bytes()
    transaction = read(data)
    return {
        "file": path.name,
        "bytes": len(data),
        "records": len(transaction.records),
        "findings": len(validate(transaction)),
        "round_trip": write(transaction) == data,
        "read_ms": timed(lambda: read(data)),
        "read_and_check_ms": timed(lambda: validate(read(data))),
        "submission_ms": timed(lambda: submission(transaction, data)),
        "peak_mib": peak_mib(lambda: validate(read(data))),
    }


def timed(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(RUNS):
        begun = perf_counter()
        work()
        spent.append(1e3 * (perf_counter() - begun))
    return round(median(spent), 3)


def peak_mib(work: Callable[[], object]) -> float:
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / (1 << 20), 2)


if __name__ == "__main__":
    main()
