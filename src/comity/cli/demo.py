"""`comity demo`: the whole programme on synthetic people, in two minutes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from comity.programme.demo import Demo, demo


@click.command()
@click.option(
    "--out",
    default="out/demo",
    show_default=True,
    help="Where everything is written; emptied first.",
)
@click.option("--seed", default=2011, show_default=True, help="Same seed, same people, same bytes.")
@click.option(
    "--people",
    "count",
    default=2000,
    show_default=True,
    help="How many synthetic people there are.",
)
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON, and no progress.")
def command(out: str, seed: int, count: int, as_json: bool) -> None:
    r"""Run the three-state programme on synthetic people, from bookings to a verified report.

    Nothing real goes in: people, prints and courts are computed. Exit code 1 when an invariant
    or the ledger does not hold.

    \b
    Example:
      comity demo --seed 7 --out out/seven
    """
    console = Console(stderr=as_json)
    columns = (
        TextColumn("{task.description:34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=console, disable=as_json) as progress:
        tasks = {}

        def report(stage: str, total: int, step: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            progress.advance(tasks[stage], step)

        done = demo(Path(out), seed=seed, count=count, report=report)
    if as_json:
        click.echo(json.dumps(done.as_json(), indent=1))
    else:
        _print(console, done)
    sys.exit(0 if done.sound else 1)


def _print(console: Console, done: Demo) -> None:
    table = Table("county", "agreement", title="Where each booking ended", title_justify="left")
    for name in done.states:
        table.add_column(name, justify="right")
    for row in done.rows:
        table.add_row(*row)
    console.print(table)
    checks = Table(
        "",
        "what must hold",
        "looked at",
        "broken",
        title="Checked over this run",
        title_justify="left",
    )
    for check in done.checks:
        colour = "red" if check.violations else "green"
        checks.add_row(
            check.name,
            check.says,
            str(check.checked),
            f"[{colour}]{len(check.violations) or 'none'}",
        )
    console.print(checks)
    for check in done.checks:
        for violation in check.violations[:5]:
            console.print(f"[red]{check.name}: {violation}")
    console.print(
        f"Ledger: {done.size} entries, root {done.root}, signature and every entry verified."
    )
    console.print(f"Report: [bold]{done.report}[/bold]   ({done.seconds:.0f} s)")
