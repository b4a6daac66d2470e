"""One benchmark in a process of its own, and its figures as rows of benchmarks/results.csv."""

from __future__ import annotations

import csv
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = "results.csv"
COLUMNS = ("date", "commit", "machine", "data", "n", "seconds", "peak_mib", "metric", "value")
NO_FIGURES = frozenset({"data", "n"})  # of a script's object: columns of their own
ROWS = "rows"  # a script of many figures names here those that are worth a row
SECONDS_MAX = 900  # of a script; an evaluation of the search takes as long as it was asked to
POLL_S = 0.1


@dataclass(frozen=True)
class Script:
    """One file of a checkout's benchmarks: its first line says what it measures."""

    name: str
    path: Path
    root: Path
    says: str


@dataclass(frozen=True)
class Run:
    """What one script came to: `body` is the JSON object it printed, or `error` says why not.

    seconds  of the whole script, start included;  peak_mib  of its memory
    """

    script: str
    seconds: float
    peak_mib: int
    body: Mapping[str, Any]
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "script": self.script,
            "seconds": self.seconds,
            "peak_mib": self.peak_mib,
            "error": self.error,
            "figures": dict(figures(self.body)),
        }


def run(
    script: Script,
    words: Sequence[str],
    *,
    seconds_max: float | None,
    quiet: bool = True,
) -> Run:
    """Run one script in a process of its own; it prints one JSON object.

    quiet  keep what it writes to standard error, for a message where it fails
    """
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(  # noqa: S603 (a file of our own checkout, named by its path)
            [sys.executable, str(script.path), *words],
            stdout=out,
            stderr=err if quiet else None,
            cwd=script.root,
            env={**os.environ, "PYTHONPATH": str(script.root)},
        )
        code, peak_mib = _wait(process, began, seconds_max)
        seconds = round(time.perf_counter() - began, 1)
        printed, complaint = _read(out), _read(err)
    if code:
        last = complaint.strip().splitlines()[-1:] or ["no message"]
        return Run(script.name, seconds, peak_mib, {}, f"exit code {code}: {last[0]}")
    try:
        body = json.loads(printed)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return Run(script.name, seconds, peak_mib, {}, "it printed no JSON object")
    return Run(script.name, seconds, peak_mib, body)


def figures(body: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """Every number of a JSON value under its dotted name; a truth counts as 1 or 0."""
    if isinstance(body, Mapping):
        for key, inner in body.items():
            yield from figures(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(body, list):
        for number, inner in enumerate(body):
            yield from figures(inner, f"{name}.{number}")
    elif isinstance(body, int | float):
        yield name, int(body) if isinstance(body, bool) else body


def append(path: Path, done: Run) -> None:
    """Add one row a figure; `data` and `n` are what the script's object says under those names."""
    body = {name: value for name, value in done.body.items() if name not in NO_FIGURES}
    body = body.get(ROWS, body)
    rows = list(figures(body))
    if not rows:
        return
    fresh = not path.exists()
    machine = f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores"
    what = (done.body.get("data", ""), done.body.get("n", ""), done.seconds, done.peak_mib)
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if fresh:
            writer.writerow(COLUMNS)
        stamp = (datetime.now(UTC).date().isoformat(), _commit(path.parent), machine)
        writer.writerows((*stamp, *what, metric, value) for metric, value in rows)


def _wait(
    process: subprocess.Popen[bytes], began: float, seconds_max: float | None
) -> tuple[int, int]:
    """Exit code and peak memory in MiB; a script that takes too long is ended."""
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_maxrss // 1024
        if seconds_max is not None and time.perf_counter() - began > seconds_max:
            process.kill()
        time.sleep(POLL_S)


def _read(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode("utf-8", "replace"))


def _commit(folder: Path) -> str:
    words = ["git", "-C", str(folder), "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return ""  # no git on this machine: the row says the date
    return done.stdout.strip()
