"""`comity agreement decide`: decide one case under some agreements."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import click

from comity.agreement.decide import decide as decide_case
from comity.agreement.explain import account
from comity.agreement.read import read_files
from comity.cli._agreement_files import PATH, facts_of, files_of, instant
from comity.records import Question

_DECIDE_EXAMPLE = """\b
Example:
  comity agreement decide src/comity/programme/presets/three_states \\
    --facts docs/spec/facts.json --question release --at 2011-03-01T12:00:00-06:00
"""


@click.command(epilog=_DECIDE_EXAMPLE)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=PATH)
@click.option("--facts", "facts_path", required=True, type=PATH, help="records.Facts as JSON.")
@click.option("--question", required=True, type=click.Choice(get_args(Question)))
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
    agreements = read_files(files_of(paths))
    decision = decide_case(
        agreements,
        question,
        facts_of(facts_path),
        at=instant(at),
        known_at=instant(known_at) if known_at else None,
    )
    said = json.dumps(decision.as_json()) if as_json else account(decision, agreements).rstrip("\n")
    click.echo(said)
