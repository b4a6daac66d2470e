"""`comity agreement`: check agreements, explain and compare them, decide cases under them."""

from __future__ import annotations

import click

from comity.cli._agreement_check import check
from comity.cli._agreement_decide import decide
from comity.cli._agreement_diff import diff
from comity.cli._agreement_explain import explain
from comity.cli._agreement_timeline import timeline_command


@click.group()
def group() -> None:
    """Check agreements, explain and compare them, decide cases under them, see who took part."""


for one in (check, explain, decide, diff, timeline_command):
    group.add_command(one)
