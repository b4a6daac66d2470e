"""`comity agreement explain`: an agreement in plain words."""

from __future__ import annotations

import json
from pathlib import Path

import click

from comity.agreement.canonical import canonical
from comity.agreement.explain import sheet
from comity.agreement.read import read_file
from comity.cli._agreement_files import PATH

_EXPLAIN_EXAMPLE = """\b
Example:
  comity agreement explain src/comity/programme/presets/three_states/birch.yaml
"""


@click.command(epilog=_EXPLAIN_EXAMPLE)
@click.argument("path", metavar="FILE", type=PATH)
@click.option("--json", "as_json", is_flag=True, help="The canonical form, as the ledger has it.")
def explain(path: Path, as_json: bool) -> None:
    """Print an agreement in plain words, a sentence a clause."""
    agreement = read_file(path)
    said = json.dumps(canonical(agreement), ensure_ascii=False) if as_json else sheet(agreement)
    click.echo(said.rstrip("\n"))
