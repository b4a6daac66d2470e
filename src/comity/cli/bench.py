"""`comity bench`: how fast and how accurate what exists is, on this machine."""

from __future__ import annotations

import ast
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
from types import MappingProxyType
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from comity.errors import CallerError

FOLDER = "benchmarks"
RESULTS = "results.csv"
COLUMNS = ("date", "commit", "machine", "data", "n", "seconds", "peak_mib", "metric", "value")
# What `--quick` runs, in this order, with the sizes at which it is quick: 160 s together on two
# cores, and once some minutes more to fill out/templates for the search.
QUICK: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "bench_wire": (),
        "bench_ledger": (),
        "bench_agreement": ("--cases", "200000"),
        "bench_synthesis": (),
        "bench_journey": (),
        "bench_search": (),
    }
)
OWN_ROWS = frozenset({"bench_search"})  # writes its rows itself: they differ in n
SECONDS_MAX = 900
POLL_S = 0.1


@dataclass(frozen=True)
class Script:
    """One file of benchmarks/: its first line says what it measures."""

    path: Path
    says: str

    @property
    def name(self) -> str:
        return self.path.stem


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


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--quick", is_flag=True, help="Run those that take seconds, as `make bench` does.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a script.")
def command(names: tuple[str, ...], quick: bool, as_json: bool) -> None:
    r"""List the benchmarks, or run some and add their figures to benchmarks/results.csv.

    They are part of a checkout, not of an installed package. What follows a name and -- goes to
    the script. Exit code 1 where one fails.

    \b
    Example:
      comity bench
      comity bench bench_ledger
    """
    folder = _folder()
    scripts = {script.name: script for script in _scripts(folder)}
    asked = _asked(names, quick, scripts)
    console = Console(soft_wrap=True)
    if not asked:
        _list(console, scripts, as_json)
        return
    failed = False
    for name, words in asked:
        if not as_json:
            console.rule(f"{name}: {scripts[name].says}", align="left", style="dim")
        done = run(scripts[name], words)
        failed |= bool(done.error)
        if name not in OWN_ROWS:
            append(folder / RESULTS, done)
        if as_json:
            click.echo(json.dumps(done.as_json()))
        else:
            _print(console, done)
    sys.exit(1 if failed else 0)


def run(script: Script, words: Sequence[str]) -> Run:
    """Run one script in a process of its own; it prints one JSON object."""
    root = script.path.parent.parent
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(  # noqa: S603 (a file of our own checkout, named by its path)
            [sys.executable, str(script.path), *words],
            stdout=out,
            stderr=err,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        code, peak_mib = _wait(process, began)
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
    body = {name: value for name, value in done.body.items() if name not in ("data", "n")}
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


def _folder() -> Path:
    """The benchmarks of the checkout we stand in, else of the one this code is part of."""
    for root in (Path.cwd(), Path(__file__).resolve().parents[3]):
        if any((root / FOLDER).glob("bench_*.py")):
            return root / FOLDER
    raise CallerError(
        "there are no benchmarks here",
        where=str(Path.cwd()),
        expected=f"a checkout of Comity, with its {FOLDER}/ folder",
        next_step="clone the project and run this in it",
    )


def _scripts(folder: Path) -> Iterator[Script]:
    """`bench_*` measure speed, `judge_*` likeness; the rest of the folder is no benchmark."""
    for path in sorted([*folder.glob("bench_*.py"), *folder.glob("judge_*.py")]):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        yield Script(path, said.partition("\n")[0])


def _asked(
    names: Sequence[str], quick: bool, scripts: Mapping[str, Script]
) -> list[tuple[str, tuple[str, ...]]]:
    """Each script to run with its words; with one name, the rest of the line is its words."""
    if quick:
        return [(name, words) for name, words in QUICK.items() if name in scripts]
    chosen: list[tuple[str, tuple[str, ...]]] = []
    for position, name in enumerate(names):
        if name.startswith("-") and chosen:
            return [*chosen[:-1], (chosen[-1][0], tuple(names[position:]))]
        if name not in scripts:
            raise CallerError(
                "no such benchmark", expected=", ".join(scripts), found=f"`{name[:80]}`"
            )
        chosen.append((name, QUICK.get(name, ())))
    return chosen


def _wait(process: subprocess.Popen[bytes], began: float) -> tuple[int, int]:
    """Exit code and peak memory in MiB; a script that takes too long is ended."""
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_maxrss // 1024
        if time.perf_counter() - began > SECONDS_MAX:
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


def _list(console: Console, scripts: Mapping[str, Script], as_json: bool) -> None:
    if as_json:
        listed = [
            {"name": name, "says": script.says, "quick": name in QUICK}
            for name, script in scripts.items()
        ]
        click.echo(json.dumps(listed, indent=1))
        return
    table = Table("benchmark", "--quick", "what it measures")
    for script in scripts.values():
        table.add_row(script.name, "yes" if script.name in QUICK else "", script.says)
    console.print(table)


def _print(console: Console, done: Run) -> None:
    if done.error:
        console.print(f"[red]{done.error}", highlight=False)
    for name, value in figures(done.body):
        console.print(f"  {name:56} {value:>14,.6g}", highlight=False)
    console.print(f"  {done.seconds:.1f} s, {done.peak_mib} MiB at most", style="dim")
