"""`comity agreement`: check agreement files, explain one, decide one case under some."""

from __future__ import annotations

import click

from comity.cli._agreement_check import check
from comity.cli._agreement_decide import decide
from comity.cli._agreement_explain import explain


@click.group()
def group() -> None:
    """Check agreements, explain them, and decide a case under them."""


for one in (check, explain, decide):
    group.add_command(one)
