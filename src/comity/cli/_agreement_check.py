"""`comity agreement check`: everything to be said about some agreement files, each with a place."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from comity.agreement.check import check as check_sources
from comity.agreement.findings import SEVERITIES, Finding, worst
from comity.agreement.read import source_file
from comity.agreement.terms import Agreement
from comity.cli._agreement_files import PATH, files_of, text_of
from comity.cli._wire_files import EXIT_CODES

_CHECK_EXAMPLE = """\b
Example:
  comity agreement check docs/spec/agreements --strict
"""

MANY = 20  # agreements from which on a progress bar is worth its line


@click.command(epilog=_CHECK_EXAMPLE)
@click.argument("paths", nargs=-1, required=True, type=PATH)
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON.")
@click.option("--strict", is_flag=True, help="Count warnings as errors.")
@click.option("--notes", is_flag=True, help="Show notes too; else they are only counted.")
@click.option("--oris", type=PATH, help="File of every ORI there is, one a line: others are told.")
def check(
    paths: tuple[Path, ...], as_json: bool, strict: bool, notes: bool, oris: Path | None
) -> None:
    """Say what is wrong with agreement files, alone and read together as one set.

    PATHS are files, or folders whose *.yaml are read. Exit code: 0 nothing worse than a note,
    3 warnings, 4 an error in at least one file: none of them would be loaded.
    """
    files = list(dict.fromkeys(files_of(paths)))
    sources = [source_file(path, str(path)) for path in files]
    findings = check_sources(sources, _known(oris), _through)
    if strict:
        findings = tuple(
            replace(f, severity="error") if f.severity == "warning" else f for f in findings
        )
    if as_json:
        body = {"files": len(files), "worst": worst(findings),
                "findings": [f.as_json() for f in findings]}  # fmt: skip
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        _print([f for f in findings if notes or f.severity != "note"])
        counts = Counter(f.severity for f in findings)
        said = ", ".join(f"{counts[word]} {word}(s)" for word in reversed(SEVERITIES))
        more = "; see the notes with --notes" if counts["note"] and not notes else ""
        click.echo(f"{len(files)} file(s): {said}{more}")
    sys.exit(EXIT_CODES[worst(findings)])


def _print(findings: Sequence[Finding]) -> None:
    """Two lines a finding under the name of its file: where and which; what, and what to do."""
    for file, of_file in groupby(findings, key=lambda f: f.file):
        click.echo(file)
        rows = [
            ((f"{f.line}:{f.column}" if f.line else "-", f.severity, f.code, f.path), f)
            for f in of_file
        ]
        widths = [max(len(row[column]) for row, _ in rows) for column in range(4)]
        for row, one in rows:
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            click.echo(f"  {line.rstrip()}\n      {one.said}; next: {one.next_step}")


def _through(agreements: Sequence[Agreement]) -> Iterable[Agreement]:
    """The agreements, with a bar on standard error where there are many and someone looks on."""
    few = len(agreements) < MANY or not sys.stderr.isatty()
    return track(agreements, "checking", console=Console(stderr=True), transient=True, disable=few)


def _known(oris: Path | None) -> frozenset[str]:
    if oris is None:
        return frozenset()
    return frozenset(text_of(oris, "a list of ORIs", "text with one ORI a line").split())
