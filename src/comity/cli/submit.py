"""`comity submit`: take transactions through the whole journey."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from comity import journey
from comity.agreement.read import read_directory
from comity.errors import CallerError, ComityError
from comity.exchange.case import Case
from comity.exchange.clock import MachineClock
from comity.exchange.house import House
from comity.exchange.outbox import deliver
from comity.exchange.partner import FolderPartner
from comity.minutiae.extract import Extractor
from comity.records import FINGER_NAMES, Finding

WIDTH = 108
COLUMNS = ("file", "TOT", "first response", "identity", "second repository", "clause")
SUFFIXES = (".an2", ".an2k", ".eft", ".ebts", ".nst")
BYTES_MAX = 64 << 20  # ten rolled prints at 500 ppi, uncompressed, are 6 MiB


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--house",
    "folder",
    default="out/house",
    show_default=True,
    help="The house's folder; made where there is none.",
)
@click.option(
    "--agreements",
    help="A folder of agreements to adopt first; without any, the second repository is not asked.",
)
@click.option(
    "--extractor",
    type=click.Choice(["mindtct", "leader"]),
    default="mindtct",
    show_default=True,
    help="For a house made now: MINDTCT is fast, LEADER accurate.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
def command(
    files: tuple[str, ...], folder: str, agreements: str | None, extractor: Extractor, as_json: bool
) -> None:
    """Take ANSI/NIST-ITL (EBTS) files through the journey: files, folders, or - for stdin.

    Each is kept as it came, checked, searched in the criminal repository and answered; the second
    repository is searched only where an agreement in force permits. Answers are written to
    HOUSE/outbox. Exit code 1 when any file was refused.

    \b
    Example:
      comity submit ../shared/data/transactions/ojbc/0400024.eft
    """
    house = _open(Path(folder), extractor)
    clock = MachineClock()
    if agreements:
        house.adopt(read_directory(Path(agreements)), clock.now())
    rows = []
    inputs = list(_inputs(files))
    for name, data in track(inputs, "submitting", console=Console(stderr=True), transient=True):
        rows.append(_submit(name, data, house, clock))
        if as_json:
            click.echo(json.dumps(rows[-1]))
    deliver(house, clock, FolderPartner(house.folder / "outbox"))
    if not as_json:
        _print(rows)
    house.close()
    sys.exit(1 if any(row["response"] != "SRE" for row in rows) else 0)


def _open(folder: Path, extractor: Extractor) -> House:
    if (folder / "house.json").exists():
        return House.open(folder)
    return House.create(folder, origin="comity.example/house", extractor=extractor)


def _inputs(files: Iterable[str]) -> Iterator[tuple[str, bytes | ComityError]]:
    for given in files:
        if given == "-":
            data = sys.stdin.buffer.read(BYTES_MAX + 1)
            yield "standard input", data if len(data) <= BYTES_MAX else _too_large("standard input")
            continue
        path = Path(given)
        found = (
            sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
            if path.is_dir()
            else [path]
        )
        if not found:
            yield (
                given,
                CallerError(
                    "no transactions in this folder", where=given, expected=", ".join(SUFFIXES)
                ),
            )
        for one in found:
            yield str(one), _read(one)


def _read(path: Path) -> bytes | ComityError:
    try:
        if path.stat().st_size > BYTES_MAX:
            return _too_large(str(path))
        return path.read_bytes()
    except OSError as error:
        return CallerError(
            "the file cannot be read",
            where=str(path),
            expected="a readable file",
            found=error.strerror or str(error),
            next_step="check the name and its permissions",
        )


def _too_large(name: str) -> CallerError:
    return CallerError(
        "the file is too large for a transaction",
        where=name,
        expected=f"at most {BYTES_MAX >> 20} MiB",
        found="more",
        next_step="split it: one transaction a file",
    )


def _submit(
    name: str, data: bytes | ComityError, house: House, clock: MachineClock
) -> dict[str, Any]:
    if isinstance(data, ComityError):
        return {"file": name, "response": "unread", "error": data.as_json()}
    case, findings = journey.answer(data, Path(name).name, house, clock)
    return _summary(name, case, findings)


def _summary(name: str, case: Case, findings: Iterable[Finding]) -> dict[str, Any]:
    first = case.event("first response")
    search = case.event("criminal search")
    decided = case.events("decide search ")
    second = case.event("second search")
    best = search.body["candidates"][0] if search and search.body["candidates"] else None
    return {
        "file": name,
        "case": case.token,
        "tcn": case.submission.tcn if case.submission else None,
        "tot": case.submission.tot if case.submission else None,
        "response": first.body["response"] if first else None,
        "identity": search.body["identity"] if search else None,
        "identified": search.body["identified"] if search else None,
        "fpir": best["fpir"] if best else None,
        "fpir_high": best["fpir_high"] if best else None,
        "sequence": best["sequence"] if best else [],
        "second_repository": None if not decided else "searched" if second else "not searched",
        "clauses": decided[-1].body["decision"]["clauses"] if decided else [],
        "findings": [
            {
                "code": f.code,
                "severity": f.severity,
                "field": f"{f.tag} {f.mnemonic}".strip(),
                "offset": f.offset,
                "expected": f.expected,
                "found": f.found,
            }
            for f in findings
        ],
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def _print(rows: list[dict[str, Any]]) -> None:
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    table = Table(box=box.SIMPLE_HEAD)
    for name in COLUMNS:
        table.add_column(name, no_wrap=name == "identity", overflow="fold")
    for row in rows:
        table.add_row(*_line(row))
    console.print(table)
    for row in rows:
        for said in _said(row):
            console.print(f"{Path(row['file']).name}: {said}", soft_wrap=True, highlight=False)


def _line(row: dict[str, Any]) -> list[str]:
    name = Path(row["file"]).name
    if "error" in row:
        return [name, "", "[red]unread", "", "", ""]
    known = "known" if row["identified"] else "new" if row["identity"] else ""
    fpir = "" if row["fpir_high"] is None else f", fpir ≤ {row['fpir_high']:.0e}"
    clauses = ", ".join(row["clauses"])
    return [
        name,
        row["tot"] or "?",
        row["response"],
        f"{row['identity'] or ''} {known}{fpir}".strip(),
        row["second_repository"] or "",
        clauses,
    ]


def _said(row: dict[str, Any]) -> Iterator[str]:
    """What was wrong with a file, a line each; notes stay in the JSON."""
    if "error" in row:
        error = row["error"]
        parts = (error["message"], error["expected"], error["found"], error["next_step"])
        labels = ("", "expected ", "found ", "next: ")
        yield "; ".join(f"{label}{text}" for label, text in zip(labels, parts, strict=True) if text)
    for stated, enrolled in row.get("sequence", []):
        yield (
            f"out of sequence: the {FINGER_NAMES[stated]} of this file is the "
            f"{FINGER_NAMES[enrolled]} of the identity found"
        )
    for f in row.get("findings", []):
        if f["severity"] != "note":
            place = f"{f['code']}, field {f['field']} at byte {f['offset']}"
            yield f"{f['severity']} {place}: expected {f['expected']}; found {f['found']}"
