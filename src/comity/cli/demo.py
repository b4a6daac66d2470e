"""`comity demo`: the whole programme on synthetic people, in two minutes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from comity.programme.demo import Demo, demo

WIDTH = 112


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
    """Run the three-state programme on synthetic people, from bookings to a verified report.

    Nothing real goes in: people, prints and courts are computed. Exit code 1 when an invariant
    or the ledger does not hold.

    \b
    Example:
      comity demo --seed 7 --out out/seven
    """
    # Wide enough for the tables when the output goes to a file.
    console = Console(stderr=as_json, width=None if sys.stdout.isatty() else WIDTH)
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
    table = _table("Where each booking ended", "county", "agreement")
    for name in done.states:
        table.add_column(name.replace(" ", "\n"), justify="right")
    for row in done.rows:
        table.add_row(*row)
    console.print(table)
    checks = _table("Checked over this run", "", "what must hold", "looked at", "broken")
    for check in done.checks:
        broken = f"[red]{len(check.violations)}" if check.violations else "[green]none"
        checks.add_row(check.name, check.says, str(check.checked), broken)
    console.print(checks)
    for check in done.checks:
        for violation in check.violations[:5]:
            console.print(f"[red]{check.name}: {violation}")
    console.print(f"Ledger: {done.size} entries, root {done.root[:32]}…, every entry verified.")
    console.print(f"Report: [bold]{done.report}[/bold] ({done.seconds:.0f} s)")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table
