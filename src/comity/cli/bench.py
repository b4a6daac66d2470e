"""`comity bench`: how fast and how accurate what exists is, on this machine."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from comity.cli import _bench_run
from comity.cli._bench_run import RESULTS, Run, Script, append, figures
from comity.cli._bench_search import SearchOptions, search_options
from comity.errors import CallerError

FOLDER = "benchmarks"
PATTERNS = ("bench_*.py", "judge_*.py")
SEARCH, SEARCH_PATH = "search", "frifte/__main__.py"
# What `--quick` runs, in this order, with the sizes at which it is quick: some
# six minutes together on two cores, half of them the last two.
QUICK: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "bench_wire": (),
        "bench_ledger": (),
        "bench_agreement": ("--cases", "200000"),
        "bench_synthesis": (),
        "bench_journey": (),
        "bench_compare": (),
        SEARCH: (),
    }
)


class Scripts(click.Group):
    """`search` is a command; any other name is a script that `run` is told to run."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "scripts", scripts_command, args


@click.group(cls=Scripts, invoke_without_command=True, subcommand_metavar="[NAME]...")
@click.option("--quick", is_flag=True, help="Run those that take seconds, as `make bench` does.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a script.")
@click.pass_context
def group(ctx: click.Context, quick: bool, as_json: bool) -> None:
    """List the benchmarks, or run some and add their figures to benchmarks/results.csv.

    They are part of a checkout, not of an installed package. What follows a name and -- goes to
    the script. Exit code 1 where one fails.

    \b
    Example:
      comity bench
      comity bench bench_ledger
      comity bench search --people 1000
    """
    if ctx.invoked_subcommand is not None:
        ctx.obj = as_json
    elif quick:
        folder = _folder()
        known = {script.name for script in _scripts(folder)}
        _run_all(folder, [(name, words) for name, words in QUICK.items() if name in known], as_json)
    else:
        _list(Console(soft_wrap=True), list(_scripts(_folder())), as_json)


@click.command(hidden=True)
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a script.")
@click.pass_obj
def scripts_command(json_before: bool, /, names: tuple[str, ...], as_json: bool) -> None:
    """Run these scripts of benchmarks/."""
    folder = _folder()
    known = {script.name: script for script in _scripts(folder)}
    _run_all(folder, _asked(names, known), as_json or json_before)


@group.command(SEARCH)
@search_options
@click.option("--json", "as_json", is_flag=True, help="Everything that was measured, as JSON.")
@click.pass_obj
def search_command(json_before: bool, /, as_json: bool, **given: Any) -> None:
    """Error rates and speed of one-to-many search, as NIST's FRIF TE E1N reports them.

    Enrols synthetic people, searches with people who are enrolled and with others, and gives FNIR
    at FPIR 0.001, 0.003 and 0.01 with 95 % intervals, seconds, bytes, and whether the FPIR that
    candidates carry is the one measured. The gallery is kept: a second run only searches, and one
    that was stopped goes on. Part of a checkout, not of an installed package.

    \b
    Example:
      comity bench search
      comity bench search --fingers 10 --people 1000000 --json
      comity bench search --fingers 2 --real ../shared/data/prints/fvc2002 --peers \\
        --report out/search.html
    """
    folder = _folder()
    words = SearchOptions(**given).as_words()
    known = {script.name: script for script in _scripts(folder)}
    if SEARCH not in known:
        raise CallerError(
            "this checkout cannot evaluate the search",
            where=str(folder),
            expected="the folder `frifte` in it",
            next_step="take a newer checkout",
        )
    done = _bench_run.run(known[SEARCH], words, seconds_max=None, quiet=False)
    append(folder / RESULTS, done)
    if as_json or json_before:
        click.echo(json.dumps(done.body if not done.error else done.as_json(), indent=1))
    else:
        _print_search(Console(soft_wrap=True), done)
    sys.exit(1 if done.error else 0)


def _run_all(folder: Path, asked: Sequence[tuple[str, tuple[str, ...]]], as_json: bool) -> None:
    """Run scripts one after another; ends with exit code 1 where one failed."""
    scripts = {script.name: script for script in _scripts(folder)}
    console = Console(soft_wrap=True)
    failed = False
    for name, words in asked:
        if not as_json:
            console.rule(f"{name}: {scripts[name].says}", align="left", style="dim")
        done = _bench_run.run(scripts[name], words, seconds_max=_bench_run.SECONDS_MAX)
        failed |= bool(done.error)
        append(folder / RESULTS, done)
        if as_json:
            click.echo(json.dumps(done.as_json()))
        else:
            _print(console, done)
    sys.exit(1 if failed else 0)


def _folder() -> Path:
    """The benchmarks of the checkout we stand in, else of the one this code is part of."""
    for root in (Path.cwd(), Path(__file__).resolve().parents[3]):
        if any((root / FOLDER).glob("bench_*.py")):
            return root / FOLDER
    raise CallerError(
        "there are no benchmarks here",
        where=str(Path.cwd()),
        expected=f"a checkout of Comity, with its {FOLDER}/ folder",
        next_step="clone the project and run this in it",
    )


def _scripts(folder: Path) -> Iterator[Script]:
    """`bench_*` measure speed, `judge_*` likeness, frifte/ the search; the rest is no benchmark."""
    found = {path.stem: path for pattern in PATTERNS for path in folder.glob(pattern)}
    if (folder / SEARCH_PATH).exists():
        found[SEARCH] = folder / SEARCH_PATH
    for name, path in sorted(found.items()):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        yield Script(name, path, folder.parent, said.partition("\n")[0])


def _asked(
    names: Sequence[str], scripts: Mapping[str, Script]
) -> list[tuple[str, tuple[str, ...]]]:
    """Each script to run with its words; with one name, the rest of the line is its words."""
    chosen: list[tuple[str, tuple[str, ...]]] = []
    for position, name in enumerate(names):
        if name.startswith("-") and chosen:
            return [*chosen[:-1], (chosen[-1][0], tuple(names[position:]))]
        if name not in scripts:
            raise CallerError(
                "no such benchmark", expected=", ".join(scripts), found=f"`{name[:80]}`"
            )
        chosen.append((name, QUICK.get(name, ())))
    return chosen


def _list(console: Console, scripts: Sequence[Script], as_json: bool) -> None:
    if as_json:
        listed = [
            {"name": script.name, "says": script.says, "quick": script.name in QUICK}
            for script in scripts
        ]
        click.echo(json.dumps(listed, indent=1))
        return
    table = Table("benchmark", "--quick", "what it measures")
    for script in scripts:
        table.add_row(script.name, "yes" if script.name in QUICK else "", script.says)
    console.print(table)


def _print(console: Console, done: Run) -> None:
    if done.error:
        console.print(f"[red]{done.error}", highlight=False)
    for name, value in figures(done.body):
        console.print(f"  {name:56} {value:>14,.6g}", highlight=False)
    console.print(f"  {done.seconds:.1f} s, {done.peak_mib} MiB at most", style="dim")


def _print_search(console: Console, done: Run) -> None:
    """The figures that a reader wants first; `--json` and `--report` have the rest."""
    if done.error:
        console.print(f"[red]{done.error}", highlight=False)
        return
    for line in done.body["summary"]:
        console.print(line, highlight=False, markup=False)
    console.print(f"{done.seconds:.0f} s, {done.peak_mib} MiB at most", style="dim")
