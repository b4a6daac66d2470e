"""`comity wire`: look into transaction files, say what is wrong with them, explain a tag."""

from __future__ import annotations

import click

from comity.cli._wire_check import check
from comity.cli._wire_diff import diff
from comity.cli._wire_extract import extract
from comity.cli._wire_look import explain, show


@click.group()
def group() -> None:
    """Read, check and explain ANSI/NIST-ITL (EBTS) files.

    \b
    Example:
      comity wire check booking.eft
      comity wire explain DOB
    """


for part in (show, check, explain, diff, extract):
    group.add_command(part)
