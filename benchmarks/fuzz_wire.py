"""A million damaged transactions through all of wire: what comes out, and what it costs.

    python -m benchmarks.fuzz_wire [--count 1000000] [--from 0] [--processes 2]
        [--seconds 2000] [--keep FOLDER]

First the bombs of wire_bombs.py, then the mutants of wire_mutants.py. For each: only WireError or
findings come out; what was read is written back to the byte; findings lie within the file; and a
file of up to 1 MiB takes at most 1 s of CPU and 256 MiB of memory beyond what the process had. Each
is told as a tree or as JSON in turn, and one in ten is mended as well. The n-th mutant is always
the same bytes, so that a run may be cut into ranges and a failure made again; with --seconds it
ends after those, and says how many mutants it came to. Failing bytes go to
FOLDER. Exit code 1 where anything failed.

Envelope: a mutant is 40 KB on average; at one copy and one pass of some 10 GB/s that is below
10 us, the rest is Python. Prints one JSON object and adds its figures to benchmarks/results.csv.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import sys
import traceback
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from benchmarks.wire_bombs import BOMBS
from benchmarks.wire_mutants import Mutants
from comity.cli._bench_run import RESULTS, Run, append
from comity.errors import WireError
from comity.records import Finding
from comity.wire import explain
from comity.wire.read import read, write
from comity.wire.repair import repair
from comity.wire.submission import submission
from comity.wire.validate import SEVERITIES, validate

COUNT = 1_000_000
BLOCK = 500  # mutants a task
SECONDS_MAX, MIB_MAX, INPUT_MAX = 1.0, 256, 1 << 20
SLACK = 64 << 10  # what a bomb of 1 MiB has besides
HANG_S = 60.0  # of CPU: then the mutant is given up and counted as failed
TRACED_EVERY = 1000  # mutants whose memory is counted allocation by allocation
REPAIRED_EVERY = 10  # mutants that are mended as well
MIB = 1 << 20


class HangError(Exception):
    """A mutant took longer than anyone waits."""


@dataclass
class Tally:
    """What a range of mutants came to; `+` joins two."""

    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    bytes: int = 0
    cpu_s: float = 0.0
    slowest_s: float = 0.0
    slowest: int = -1
    traced_mib: float = 0.0
    grown_mib: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        slow = max(self, other, key=lambda one: one.slowest_s)
        return Tally(
            self.outcomes + other.outcomes, self.kinds + other.kinds, self.codes + other.codes,
            self.failures + other.failures, self.bytes + other.bytes, self.cpu_s + other.cpu_s,
            slow.slowest_s, slow.slowest, max(self.traced_mib, other.traced_mib),
            max(self.grown_mib, other.grown_mib),
        )  # fmt: skip


def judge(data: bytes, number: int = 0) -> tuple[str, tuple[Finding, ...]]:
    """Take one file through everything; how it ended, and its findings.

    Raises AssertionError where a law is broken; whatever else it raises is a fault as well.
    """
    try:
        transaction = read(data)
    except WireError:
        return "refused", ()
    assert write(transaction) == data, "what was read is not written back"
    found = validate(transaction)
    assert all(f.severity in SEVERITIES for f in found), "a severity that is none"
    assert all(0 <= f.offset <= len(data) for f in found), "a finding outside the file"
    submission(transaction, data)
    if number % 2:
        explain.tree(transaction)
    else:
        explain.as_json(transaction)
    return ("found" if found else "sound"), found


def run(mutants: Mutants, numbers: range, keep: Path | None) -> Tally:
    """Judge each mutant of the range under the limits of time and memory."""
    tally = Tally()
    base_mib = _peak_mib()
    for number in numbers:
        kind, data = mutants.mutant(number)
        tally.kinds[kind] += 1
        tally.bytes += len(data)
        traced = number % TRACED_EVERY == TRACED_EVERY // 2 + 1
        _limited(tally, number, data, base_mib, keep, traced=traced)
    return tally


def bombs(keep: Path | None) -> Tally:
    """Judge each bomb as a tree and as JSON; their numbers are below 0."""
    tally = Tally()
    base_mib = _peak_mib()
    for number, (name, data) in enumerate(BOMBS.items(), start=-len(BOMBS)):
        tally.kinds[name] += 1
        tally.bytes += len(data)
        for twice in (number, number - 1):
            _limited(tally, twice, data, base_mib, keep, traced=False)
    return tally


def _limited(
    tally: Tally, number: int, data: bytes, base_mib: float, keep: Path | None, *, traced: bool
) -> None:
    before_mib = _peak_mib()
    began = process_time()
    try:
        outcome, found = _traced(data, number, tally) if traced else judge(data, number)
    except Exception:  # noqa: BLE001 (what may come out is the question)
        outcome, found = "failed", ()
        _fail(tally, number, data, keep, traceback.format_exc())
    taken = process_time() - began
    if number % REPAIRED_EVERY == 1 and outcome == "found":
        try:
            _mend(data)
        except Exception:  # noqa: BLE001
            _fail(tally, number, data, keep, traceback.format_exc())
    tally.outcomes[outcome] += 1
    tally.codes.update({f.code for f in found})
    if traced:
        return  # counting allocations costs several times the work
    tally.cpu_s += taken
    if len(data) > INPUT_MAX + SLACK:
        return
    if taken > tally.slowest_s:
        tally.slowest_s, tally.slowest = taken, number
    grown = _peak_mib() - before_mib
    if grown:
        tally.grown_mib = max(tally.grown_mib, _peak_mib() - base_mib)
    if taken > SECONDS_MAX:
        _fail(tally, number, data, keep, f"{taken:.2f} s of CPU")
    if grown > MIB_MAX:
        _fail(tally, number, data, keep, f"{grown:.0f} MiB of memory")


def _mend(data: bytes) -> None:
    """`repair` checks the file several times over: not part of what is timed."""
    mended = repair(data).data
    assert write(read(mended)) == mended, "what was mended cannot be read"


def _traced(data: bytes, number: int, tally: Tally) -> tuple[str, tuple[Finding, ...]]:
    tracemalloc.start()
    try:
        return judge(data, number)
    finally:
        peak = tracemalloc.get_traced_memory()[1] / MIB
        tracemalloc.stop()
        tally.traced_mib = max(tally.traced_mib, peak)


def _fail(tally: Tally, number: int, data: bytes, keep: Path | None, why: str) -> None:
    tally.failures.append(f"mutant {number}: {why.strip().splitlines()[-1]}")
    if keep is not None:
        (keep / f"{number}.bin").write_bytes(data)
        (keep / f"{number}.txt").write_text(why, encoding="utf-8")


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- many at once -------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _mutants(folder: Path | None) -> Mutants:
    return Mutants(folder)


def _block(task: tuple[range, Path | None, Path | None]) -> Tally:
    """One block in a process of its own; a mutant that hangs is ended by the clock."""
    numbers, folder, keep = task
    signal.signal(signal.SIGPROF, _hang)
    signal.setitimer(signal.ITIMER_PROF, HANG_S, HANG_S)
    tally = run(_mutants(folder), numbers, keep)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return tally


def _hang(_signal: int, _frame: object) -> None:
    raise HangError(f"over {HANG_S:g} s of CPU")


def blocks(first: int, count: int) -> Iterator[range]:
    for start in range(first, first + count, BLOCK):
        yield range(start, min(start + BLOCK, first + count))


def main() -> None:
    options = argparse.ArgumentParser(description="Damaged transactions: what comes out.")
    options.add_argument("--count", type=int, default=COUNT)
    options.add_argument("--from", type=int, default=0, dest="first", help="the first mutant")
    options.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    options.add_argument("--seconds", type=float, default=float("inf"), help="end after these")
    options.add_argument("--keep", type=Path, default=None, help="where failing bytes go")
    given = options.parse_args()
    if given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
    root = Path(os.environ.get("COMITY_SHARED_DATA") or "../shared/data") / "transactions"
    folder = root if root.is_dir() else None
    began = perf_counter()
    tasks = [(numbers, folder, given.keep) for numbers in blocks(given.first, given.count)]
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(elapsed_when_finished=True))
    total, blown = Tally(), bombs(given.keep)
    with (
        Progress(*columns, console=Console(stderr=True)) as shown,
        get_context("fork").Pool(given.processes) as pool,
    ):
        bar = shown.add_task("", total=given.count)
        for tally in pool.imap(_block, tasks):
            total += tally
            shown.advance(bar, sum(tally.outcomes.values()))
            if perf_counter() - began > given.seconds:
                pool.terminate()
                break
    seconds = perf_counter() - began
    body = report(total, blown, Mutants(folder), given.first, seconds)
    print(json.dumps(body, indent=1))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    figures = {name: value for name, value in body.items() if name != "failures"}
    append(Path(__file__).parent / RESULTS, Run("fuzz_wire", round(seconds, 1), peak, figures))
    sys.exit(1 if total.failures or blown.failures else 0)


def report(
    total: Tally, blown: Tally, mutants: Mutants, first: int, seconds: float
) -> dict[str, Any]:
    """The JSON object: figures, then what failed."""
    count = sum(total.outcomes.values())
    return {
        "data": f"{len(mutants.small)} small and {len(mutants.big)} big transactions, damaged",
        "n": count,
        "fuzz_wire": {
            "first": first,
            "outcomes": dict(sorted(total.outcomes.items())),
            "kinds": dict(sorted(total.kinds.items())),
            "codes_found": len(total.codes),
            "failed": len(total.failures),
            "small_files_cut_at_every_byte": first == 0 and count >= mutants.cuts,
            "mean_bytes": round(total.bytes / max(count, 1)),
            "mean_ms": round(1e3 * total.cpu_s / max(count, 1), 3),
            "slowest_s": round(total.slowest_s, 3),
            "slowest": total.slowest,
            "traced_peak_mib": round(total.traced_mib, 1),
            "grown_mib": round(total.grown_mib, 1),
            "seconds": round(seconds, 1),
            "bombs": len(BOMBS),
            "bombs_failed": len(blown.failures),
            "slowest_bomb_s": round(blown.slowest_s, 3),
            "bombs_grown_mib": round(blown.grown_mib, 1),
        },
        "failures": (blown.failures + total.failures)[:50],
    }


if __name__ == "__main__":
    main()
