"""`comity wire check`: what is wrong with files, one row a cause."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from dataclasses import asdict
from typing import Any

import click

from comity.cli._wire_files import EXIT_CODES, sources
from comity.errors import WireError
from comity.records import Finding
from comity.wire.findings import unreadable
from comity.wire.read import read
from comity.wire.validate import SEVERITIES, validate, worst


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
def check(files: tuple[str, ...], as_json: bool) -> None:
    """Say what is wrong with FILES, one row a cause.

    FILES are files, folders, patterns, or - for standard input. Exit code: 0 nothing worse than
    a note, 3 warnings, 4 an error in at least one file: it would be refused.

    \b
    Example:
      comity wire check booking.eft
    """
    gravest = ""
    found = sources(files, "checking")
    for name, data in found:
        findings = _check(data)
        gravest = max(gravest, worst(findings), key=["", *SEVERITIES].index)
        if as_json:
            bodies = [asdict(one) for one in findings]
            click.echo(json.dumps({"file": name, "worst": worst(findings), "findings": bodies}))
        else:
            _print(name, findings)
    sys.exit(EXIT_CODES["error" if found.unread else gravest])


def _check(data: bytes) -> tuple[Finding, ...]:
    try:
        return validate(read(data))
    except WireError as error:
        return (unreadable(error),)


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
