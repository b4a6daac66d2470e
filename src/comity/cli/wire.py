"""`comity wire`: look into transaction files, say what is wrong with them, explain a tag."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from comity.errors import CallerError, WireError
from comity.records import Finding
from comity.wire import explain
from comity.wire.findings import unreadable
from comity.wire.read import BYTES_MAX, read
from comity.wire.validate import SEVERITIES, validate, worst

SUFFIXES = frozenset({".an2", ".an2k", ".eft", ".ebts", ".nst"})
# 1 and 2 are taken: the command failed, the call was wrong.
EXIT_CODES = {"": 0, "note": 0, "warning": 3, "error": 4}


@click.group()
def group() -> None:
    """Read, check and explain ANSI/NIST-ITL (EBTS) files.

    \b
    Example:
      comity wire check booking.eft
      comity wire explain DOB
    """


@group.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
def show(files: tuple[str, ...], as_json: bool) -> None:
    """Show the records and fields of FILES: offset, tag, mnemonic, value.

    FILES are files, folders, or - for standard input. Images are told by size and format; of
    records without fingerprints, faces among them, no value is shown.

    \b
    Example:
      comity wire show booking.eft
    """
    unread = False
    for name, data in _sources(files):
        try:
            transaction = read(data)
        except WireError as error:
            unread = True
            click.echo(f"{name}: {error}", err=True)
            continue
        if as_json:
            click.echo(json.dumps({"file": name, **explain.as_json(transaction)}))
        else:
            click.echo("\n".join([name, *explain.tree(transaction)]))
    sys.exit(EXIT_CODES["error" if unread else ""])


@group.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
def check(files: tuple[str, ...], as_json: bool) -> None:
    """Say what is wrong with FILES, one row a cause.

    FILES are files, folders, or - for standard input. Exit code: 0 nothing worse than a note,
    3 warnings, 4 an error in at least one file: it would be refused.

    \b
    Example:
      comity wire check booking.eft
    """
    gravest = ""
    for name, data in _sources(files):
        findings = _check(data)
        gravest = max(gravest, worst(findings), key=["", *SEVERITIES].index)
        if as_json:
            found = [asdict(one) for one in findings]
            click.echo(json.dumps({"file": name, "worst": worst(findings), "findings": found}))
        else:
            _print(name, findings)
    sys.exit(EXIT_CODES[gravest])


@group.command("explain")
@click.argument("tag")
@click.option("--json", "as_json", is_flag=True, help="The lines as one JSON list.")
def explain_tag(tag: str, as_json: bool) -> None:
    """Say what a TAG is (2.022), a mnemonic (DOB) or the code of a finding (date-order).

    \b
    Example:
      comity wire explain 2.022
    """
    lines = explain.tag(tag)
    click.echo(json.dumps(lines) if as_json else "\n".join(lines))


def _check(data: bytes) -> tuple[Finding, ...]:
    try:
        return validate(read(data))
    except WireError as error:
        return (unreadable(error),)


def _sources(files: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each; of folders, the files with a transaction's suffix."""
    for name in files:
        if name == "-":
            yield name, sys.stdin.buffer.read(BYTES_MAX + 1)
            continue
        path = Path(name)
        if not path.exists():
            raise CallerError(
                "there is no such file or folder",
                where=name,
                next_step="check the name; `-` reads standard input",
            )
        for one in _within(path):
            yield str(one), _bytes(one)


def _within(path: Path) -> Sequence[Path]:
    if not path.is_dir():
        return [path]
    return sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())


def _bytes(path: Path) -> bytes:
    """One byte more than is read at most, so that a larger file is refused as such."""
    try:
        with path.open("rb") as stream:
            return stream.read(BYTES_MAX + 1)
    except OSError as error:
        raise CallerError("the file cannot be read", where=str(path), found=str(error)) from error


def _print(name: str, findings: tuple[Finding, ...]) -> None:
    """Two lines a cause: findings alike but for place and value share them."""
    if not findings:
        click.echo(f"{name}: no findings")
        return
    click.echo(name)
    rows = [_row(alike) for alike in _grouped(findings)]
    widths = [max(len(row[column]) for row, _ in rows) for column in range(len(rows[0][0]))]
    for row, detail in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(f"  {line.rstrip()}\n      {detail}")


def _grouped(findings: tuple[Finding, ...]) -> list[list[Finding]]:
    groups: dict[tuple[Any, ...], list[Finding]] = defaultdict(list)
    for one in findings:
        groups[one.severity, one.code, one.record, one.tag, one.expected].append(one)
    return sorted(groups.values(), key=lambda g: (-SEVERITIES.index(g[0].severity), g[0].offset))


def _row(alike: list[Finding]) -> tuple[list[str], str]:
    first = alike[0]
    where = f"{first.tag} {first.mnemonic}".strip() or first.record
    times = f"{len(alike)} times, first at" if len(alike) > 1 else "at"
    found = first.found if len(alike) == 1 else f"{first.found}, and others"
    detail = f"expected {first.expected}; found {found} ({first.source})"
    return [first.severity, first.code, where, f"{times} byte {first.offset}"], detail
