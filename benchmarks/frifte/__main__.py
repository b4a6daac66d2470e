"""One-to-many search as FRIF TE E1N reports it: FNIR at FPIR, seconds, bytes; peers beside it.

comity bench search --help
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.frifte import report
from benchmarks.frifte.evaluate import evaluate
from comity.cli._bench_search import SearchOptions, search_options


@click.command()
@search_options
def main(**given: Any) -> None:
    """Evaluate the search and print one JSON object."""
    options = SearchOptions(**given)
    done = evaluate(options, progress_bar)
    if options.report:
        options.report.parent.mkdir(parents=True, exist_ok=True)
        options.report.write_text(report.page(done), encoding="utf-8")
    print(json.dumps(done.body, indent=1))


@contextmanager
def progress_bar(name: str, steps: int) -> Iterator[Callable[[int], None]]:
    columns = (
        TextColumn("{task.description:28}"), BarColumn(), MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(name, total=steps)
        yield lambda count: shown.advance(task, count)


if __name__ == "__main__":
    main(prog_name="comity bench search")
