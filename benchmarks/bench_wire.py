"""How fast a ten-print card is read, checked and taken as a submission, beside nistitl.

    python benchmarks/bench_wire.py [FILE ...]

Without files: NIST's ten-print cards of types 4 and 14 from the shared test data. Minimum and
median of 51 runs in one process, the file already in memory, no image decoded. nistitl 0.6 reads
the same bytes in the same run; how many of its values are ours is counted (`values_equal`), since a
reader that is fast and wrong is of no use. Where nistitl is not installed its figures are left out.

Floor: every byte is looked at once and kept once. At the speed measured for copying memory that is
`floor_ms`, some 0.1 ms for a card of 0.7 MB. The rest is Python: 15 records of some 15 fields at
1 us a field is 0.2 ms. Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from comity.wire.read import read, write
from comity.wire.submission import submission
from comity.wire.transaction import Field, Transaction
from comity.wire.validate import validate

try:
    import nistitl
except ImportError:  # a development dependency
    nistitl = None

RUNS = 51
CARDS = ("type-4-tpcard.an2", "type-14-tpcard-nqm.an2")
COPIED = 64 << 20  # bytes, beyond any cache


def main() -> None:
    root = Path(os.environ.get("COMITY_SHARED_DATA") or "../shared/data")
    given = [Path(name) for name in sys.argv[1:]]
    paths = given or [root / "transactions" / "nist-reference" / name for name in CARDS]
    source, target = bytes(COPIED), memoryview(bytearray(COPIED))
    copy_gb_s = COPIED / timed(lambda: target.__setitem__(slice(None), source), runs=7)[0] / 1e6
    body = {
        "data": ", ".join(path.name for path in paths),
        "n": len(paths),
        "copy_gb_s": round(copy_gb_s, 2),
        "wire": {path.stem: measure(path.read_bytes(), copy_gb_s) for path in paths},
    }
    print(json.dumps(body, indent=1))


def measure(data: bytes, copy_gb_s: float) -> dict[str, Any]:
    """Milliseconds, MiB and accuracy of one file."""
    transaction = read(data)
    read_ms, read_median_ms = timed(lambda: read(data))
    check_ms, check_median_ms = timed(lambda: validate(read(data)))
    floor_ms = len(data) / copy_gb_s / 1e6
    out: dict[str, Any] = {
        "bytes": len(data),
        "records": len(transaction.records),
        "findings": len(validate(transaction)),
        "round_trip": write(transaction) == data,
        "floor_ms": round(floor_ms, 4),
        "read_ms": read_ms,
        "read_median_ms": read_median_ms,
        "read_and_check_ms": check_ms,
        "read_and_check_median_ms": check_median_ms,
        "read_and_check_times_floor": round(check_ms / floor_ms, 1),
        "submission_ms": timed(lambda: submission(transaction, data))[0],
        "write_ms": timed(lambda: write(transaction))[0],
        "peak_mib": peak_mib(lambda: validate(read(data))),
    }
    if nistitl is not None:
        theirs = parsed(data)
        same, values = equal(transaction, theirs)
        peer_ms = timed(lambda: parsed(data))[0]
        out |= {
            "values": values,
            "values_equal": same,
            "nistitl_read_ms": peer_ms,
            "nistitl_peak_mib": peak_mib(lambda: parsed(data)),
            "times_as_fast_as_nistitl": round(peer_ms / read_ms, 2),
        }
    return out


def parsed(data: bytes) -> Any:
    message = nistitl.Message()
    message.parse(data)
    return message


def equal(transaction: Transaction, message: Any) -> tuple[int, int]:
    """How many fields have nistitl's bytes, of how many."""
    same = total = 0
    for record, other in zip(transaction.records, message, strict=True):
        if record.form == "binary":
            whole = write(Transaction((record,)))
            same += len(record.fields) if whole == other.NIST else 0
            total += len(record.fields)
        else:
            theirs = {one.tag: one for one in other._fields}
            same += sum(_alike(one, theirs.get(one.number)) for one in record.fields)
            total += len(record.fields)
    return same, total


def _alike(one: Field, other: Any) -> bool:
    if other is None:
        return False
    if isinstance(other.value, int):  # LEN and IDC, of which it makes numbers
        return int(one.text) == other.value
    return bool(other.NIST.partition(b":")[2] == one.value)


def timed(work: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """Milliseconds: the least, and the median."""
    spent = []
    for _ in range(runs):
        begun = perf_counter()
        work()
        spent.append(1e3 * (perf_counter() - begun))
    return round(min(spent), 3), round(median(spent), 3)


def peak_mib(work: Callable[[], object]) -> float:
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / (1 << 20), 2)


if __name__ == "__main__":
    main()
