"""`comity wire`: look into transaction files, judge, explain, compare and take them apart."""

from __future__ import annotations

import click

from comity.cli._wire_check import check
from comity.cli._wire_convert import convert
from comity.cli._wire_diff import diff
from comity.cli._wire_extract import extract
from comity.cli._wire_look import explain, show
from comity.cli._wire_redact import redact
from comity.cli._wire_repair import repair


@click.group()
def group() -> None:
    """Look into ANSI/NIST-ITL (EBTS) files: show, check, explain, compare, take out.

    \b
    Example:
      comity wire check booking.eft
      comity wire show booking.eft --html booking.html
      comity wire explain DOB
    """


for part in (show, check, explain, diff, extract, redact, repair, convert):
    group.add_command(part)
