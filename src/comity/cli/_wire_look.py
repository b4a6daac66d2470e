"""`comity wire show` and `comity wire explain`: what a file holds, and what a field is."""

from __future__ import annotations

import json
import sys

import click

from comity.cli._wire_files import EXIT_CODES, sources
from comity.errors import WireError
from comity.wire import explain as explanation
from comity.wire.read import read


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
def show(files: tuple[str, ...], as_json: bool) -> None:
    """Show the records and fields of FILES: offset, tag, mnemonic, value.

    FILES are files, folders, patterns, or - for standard input. Images are told by size and
    format; of records without fingerprints, faces among them, no value is shown.

    \b
    Example:
      comity wire show booking.eft
    """
    found = sources(files, "showing")
    unread = False
    for name, data in found:
        try:
            transaction = read(data)
        except WireError as error:
            unread = True
            click.echo(f"{name}: {error}", err=True)
            continue
        if as_json:
            click.echo(json.dumps({"file": name, **explanation.as_json(transaction)}))
        else:
            click.echo("\n".join([name, *explanation.tree(transaction)]))
    sys.exit(EXIT_CODES["error" if unread or found.unread else ""])


@click.command()
@click.argument("tag")
@click.option("--json", "as_json", is_flag=True, help="The lines as one JSON list.")
def explain(tag: str, as_json: bool) -> None:
    """Say what a TAG is (2.022), a mnemonic (DOB) or the code of a finding (date-order).

    \b
    Example:
      comity wire explain 2.022
    """
    lines = explanation.tag(tag)
    click.echo(json.dumps(lines) if as_json else "\n".join(lines))
