"""`comity agreement`: check agreement files, explain one, decide one case under some."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from comity.agreement.canonical import canonical
from comity.agreement.decide import decide as decide_case
from comity.agreement.explain import account, sheet
from comity.agreement.read import read_file, read_files
from comity.agreement.register import Agreements
from comity.errors import AgreementError, CallerError
from comity.records import Facts, Question

_FILE = click.Path(path_type=Path)

_CHECK_EXAMPLE = """\b
Example:
  comity agreement check src/comity/programme/presets/three_states
"""
_EXPLAIN_EXAMPLE = """\b
Example:
  comity agreement explain src/comity/programme/presets/three_states/birch.yaml
"""
_DECIDE_EXAMPLE = """\b
Example:
  comity agreement decide src/comity/programme/presets/three_states \\
    --facts docs/spec/facts.json --question release --at 2011-03-01T12:00:00-06:00
"""


@click.group()
def group() -> None:
    """Check agreements, explain them, and decide a case under them."""


@group.command(epilog=_CHECK_EXAMPLE)
@click.argument("paths", nargs=-1, required=True, type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON.")
def check(paths: tuple[Path, ...], as_json: bool) -> None:
    """Say every mistake in some agreement files or folders; exit code 1 where there is one."""
    files = _files(paths)
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


@group.command(epilog=_EXPLAIN_EXAMPLE)
@click.argument("path", metavar="FILE", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="The canonical form, as the ledger has it.")
def explain(path: Path, as_json: bool) -> None:
    """Print an agreement in plain words, a sentence a clause."""
    agreement = read_file(path)
    said = json.dumps(canonical(agreement), ensure_ascii=False) if as_json else sheet(agreement)
    click.echo(said.rstrip("\n"))


@group.command(epilog=_DECIDE_EXAMPLE)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=_FILE)
@click.option("--facts", "facts_path", required=True, type=_FILE, help="records.Facts as JSON.")
@click.option("--question", required=True, type=click.Choice(["search", "release"]))
@click.option("--at", required=True, help="The instant whose terms count, with its offset.")
@click.option("--known-at", help="Only by what was recorded at this instant.")
@click.option("--json", "as_json", is_flag=True, help="The decision as JSON.")
def decide(
    paths: tuple[Path, ...],
    facts_path: Path,
    question: Question,
    at: str,
    known_at: str | None,
    as_json: bool,
) -> None:
    """Decide one case under some agreements, and say which clauses made the answer."""
    agreements = read_files(_files(paths))
    decision = decide_case(
        agreements,
        question,
        _facts(facts_path),
        at=_instant(at),
        known_at=_instant(known_at) if known_at else None,
    )
    said = json.dumps(decision.as_json()) if as_json else account(decision, agreements).rstrip("\n")
    click.echo(said)


def _files(paths: tuple[Path, ...]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise CallerError("no such file", where=str(path), next_step="name an agreement file")
        files += sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise CallerError("no agreement files", where=str(paths[0]), expected="*.yaml")
    return files


def _clash(files: list[Path]) -> str:
    """What only shows when files that are each right are read as one set."""
    try:
        agreements: Agreements = read_files(files)
    except AgreementError as error:
        return str(error)
    return "" if len(agreements) == len(files) else "some file was not read"


def _facts(path: Path) -> Facts:
    try:
        return Facts.from_json(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CallerError(
            "facts that cannot be read",
            where=str(path),
            expected='JSON such as {"jurisdiction": "XN0010000", "stage": "arrest"}',
            found=str(error),
            next_step="see docs/spec/agreement.md for the facts of a case",
        ) from error


def _instant(said: str) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError as error:
        raise CallerError("not a time", expected="2011-03-01T12:00:00-06:00", found=said) from error
    if at.tzinfo is None:
        raise CallerError("a time without an offset", expected="an offset such as -06:00",
                          found=said, next_step="add the offset")  # fmt: skip
    return at
