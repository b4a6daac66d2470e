"""`comity agreement explain`: what an agreement would share, on one page."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from comity.agreement.canonical import canonical, policy_hash
from comity.agreement.explain import REGIME_WORDS, listed, moment, sentence, sheet
from comity.agreement.explain_grid import KEY, squares, stage_words, table_lines
from comity.agreement.grid import Grid, grid
from comity.agreement.read import read_file
from comity.agreement.terms import Agreement
from comity.cli import _pages
from comity.cli._agreement_files import PATH, instant
from comity.errors import CallerError
from comity.records import STAGES

_EXPLAIN_EXAMPLE = """\b
Example:
  comity agreement explain src/comity/programme/presets/three_states/birch.yaml
  comity agreement explain src/comity/programme/presets/three_states/birch.yaml --out birch.html
"""


LIMIT_WORDS = (
    "A local limit opens nothing by itself: of what other agreements let the local agency have, "
    "it leaves what its own release clauses name."
)


@click.command(epilog=_EXPLAIN_EXAMPLE)
@click.argument("path", metavar="FILE", type=PATH)
@click.option("--at", metavar="TIME", help="The instant of the decision table; else the first.")
@click.option("--out", type=PATH, help="Write it as a page, an .html file, instead.")
@click.option("--json", "as_json", is_flag=True, help="The canonical form, as the ledger has it.")
def explain(path: Path, at: str | None, out: Path | None, as_json: bool) -> None:
    """Say in plain words what an agreement shares: a sentence a clause, and a decision table.

    The table says what may leave at each stage and offence level, and what each fact that the
    agreement asks for changes. It is made by deciding cases, not by reading the clauses.
    """
    agreement = read_file(path)
    if as_json:
        click.echo(json.dumps(canonical(agreement), ensure_ascii=False))
        return
    table = _table(agreement, instant(at) if at else None)
    if out is not None:
        _pages.write(_page(agreement, table), out)
        click.echo(f"{out}: {agreement.title}")
        return
    click.echo(sheet(agreement))
    if table is None:
        click.echo("It is never in force as it stands, so it shares nothing.")
        return
    click.echo("\n".join(table_lines(table)))
    if agreement.regime == "local_limit":
        click.echo(LIMIT_WORDS)
    click.echo(f"\n  as on {moment(table.at)}, for a booking in {table.jurisdiction}")


def _table(agreement: Agreement, at: datetime | None) -> Grid | None:
    """The decision table; None for an agreement that is never in force, unless a time was given."""
    try:
        return grid(agreement, at)
    except CallerError:
        if at is not None:
            raise
        return None


def _page(agreement: Agreement, table: Grid | None) -> str:
    told: dict[str, Any] = {"table": None, "at": "", "place": ""}
    if table is not None:
        told = {"table": squares(table), "at": moment(table.at), "place": table.jurisdiction}
    return _pages.page(
        "sheet",
        agreement=agreement,
        parties=listed(agreement.parties),
        regime=REGIME_WORDS[agreement.regime],
        recorded=moment(agreement.recorded),
        key=KEY,
        stages=[stage_words(stage) for stage in STAGES],
        clauses=[(clause.id, sentence(clause), clause.text) for clause in agreement.clauses],
        policy=policy_hash((agreement,)),
        limit=LIMIT_WORDS if agreement.regime == "local_limit" else "",
        **told,
    )
