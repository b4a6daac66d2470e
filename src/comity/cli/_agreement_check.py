"""`comity agreement check`: say every mistake in some agreement files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from comity.agreement.read import read_file, read_files
from comity.agreement.register import Agreements
from comity.cli._agreement_files import PATH, files_of
from comity.errors import AgreementError

_CHECK_EXAMPLE = """\b
Example:
  comity agreement check src/comity/programme/presets/three_states
"""


@click.command(epilog=_CHECK_EXAMPLE)
@click.argument("paths", nargs=-1, required=True, type=PATH)
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON.")
def check(paths: tuple[Path, ...], as_json: bool) -> None:
    """Say every mistake in some agreement files or folders; exit code 1 where there is one."""
    files = files_of(paths)
    findings: list[dict[str, Any]] = []
    for path in files:
        try:
            read_file(path)
        except AgreementError as error:
            findings += [{"file": str(path)} | found.as_json() for found in error.findings]
            if not as_json:
                for found in error.findings:
                    click.echo(f"{path}: {found}")
    clash = "" if findings else _clash(files)
    if as_json:
        click.echo(json.dumps({"files": len(files), "findings": findings, "clash": clash}))
    else:
        click.echo(clash or f"{len(files)} file(s), {len(findings)} finding(s)")
    if findings or clash:
        raise SystemExit(1)


def _clash(files: list[Path]) -> str:
    """What only shows when files that are each right are read as one set."""
    try:
        agreements: Agreements = read_files(files)
    except AgreementError as error:
        return str(error)
    return "" if len(agreements) == len(files) else "some file was not read"
