"""`comity verify`: check a published ledger as an outsider, with nothing but its files."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from comity.cli import _audit
from comity.cli._audit import Check, Key, Place
from comity.errors import CallerError
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.note import Verifier

SHOWN_MAX = 20  # findings of one check that the table lists; --json lists all
BESIDE = (
    "The key lay beside the ledger: this shows that the files agree with each other, not who "
    "wrote them. Get the key by another way, and give it with --key."
)


@dataclass
class Verified:
    """What was verified, and under which key."""

    key: Key
    folder: Path | None = None
    head: Checkpoint | None = None
    kinds: Mapping[str, int] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not any(check.found for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        head = {} if self.head is None else self.head.as_json()
        ledger = None if self.head is None else {"folder": str(self.folder), **head}
        return {
            "sound": self.sound,
            "ledger": ledger if ledger is None else {**ledger, "kinds": dict(self.kinds)},
            "key": {"text": self.key.text, "from": self.key.source, "beside": self.key.beside},
            "checks": [check.as_json() for check in self.checks],
        }


@click.command()
@click.argument("folder", required=False, metavar="[DIR]")
@click.option("--key", metavar="FILE|TEXT", help="The log's verifier key; else DIR/ledger.vkey.")
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    metavar="FILE|TEXT",
    help="The key of a witness that must have cosigned; may be repeated.",
)
@click.option("--since", metavar="FILE", help="A checkpoint kept earlier, which must be continued.")
@click.option(
    "--statistics",
    multiple=True,
    metavar="FILE",
    help="Published statistics (JSON) to compute again; may be repeated.",
)
@click.option("--decisions", is_flag=True, help="Make every decision again from the ledger.")
@click.option(
    "--openings",
    metavar="FILE",
    help="Openings handed over by the operator; else DIR/auditors/openings.json.",
)
@click.option("--proof", "proof_file", metavar="FILE", help="A tlog-proof to verify; with --entry.")
@click.option("--entry", "entry_file", metavar="FILE", help="The entry that --proof is about.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, and no progress.")
def command(
    folder: str | None,
    key: str | None,
    witnesses: tuple[str, ...],
    since: str | None,
    statistics: tuple[str, ...],
    decisions: bool,
    openings: str | None,
    proof_file: str | None,
    entry_file: str | None,
    as_json: bool,
) -> None:
    """Check a published ledger: a folder such as out/demo/ledger, or the whole of out/demo.

    Every entry is hashed again, the root rebuilt, every tile compared and the signature read.
    Statistics and decisions need the openings that an operator hands to auditors. A proof needs
    no folder, only the key. Exit code 1 when anything is wrong.

    \b
    Example:
      comity verify out/demo --decisions --statistics out/demo/statistics/by-month.json
      comity verify --key operator.vkey --proof 7.tlog-proof --entry 7.json
    """
    if (proof_file is None) != (entry_file is None):
        raise CallerError("a proof is about an entry", expected="--proof FILE and --entry FILE")
    handed = None if openings is None else Path(openings)
    where = None if folder is None else _audit.place(Path(folder), handed)
    if where is None:
        _needs_folder(proof_file, since, statistics, decisions)
    found = Verified(_audit.key_of(key, where.ledger if where else None))
    log = Verifier.parse(found.key.text)
    with _Progress(quiet=as_json) as progress:
        if where is not None:
            progress.begin("entries, tiles, root, signature")
            keys = [found.key.text, *_audit.witnesses_of(witnesses)]
            found.folder = where.ledger
            found.head, found.kinds, whole = _audit.ledger_check(where.ledger, keys, len(witnesses))
            found.checks.append(whole)
            if since is not None:
                progress.begin("growth")
                found.checks.append(_audit.growth_check(where.ledger, Path(since), log))
            if statistics or decisions:
                _opened(found, where, log, statistics, decisions, progress)
        if proof_file is not None and entry_file is not None:
            found.checks.append(_audit.proof_check(Path(proof_file), Path(entry_file), log))
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=1, ensure_ascii=False))
    else:
        _print(found)
    sys.exit(0 if found.sound else 1)


def _needs_folder(proof_file: str | None, *others: object) -> None:
    if proof_file is None or any(others):
        raise CallerError(
            "there is nothing to verify",
            expected="the folder of a published ledger, or --proof FILE and --entry FILE alone",
        )


def _opened(
    found: Verified,
    where: Place,
    log: Verifier,
    statistics: tuple[str, ...],
    decisions: bool,
    progress: _Progress,
) -> None:
    """The checks that need openings."""
    if where.openings is None or found.head is None:
        raise CallerError(
            "statistics and decisions are checked with openings, and none were found",
            where=str(where.ledger),
            expected="--openings FILE",
            next_step="ask the operator: openings are handed to auditors, not published",
        )
    progress.begin("openings")
    openings = _audit.openings_of(where.openings)
    for name in statistics:
        progress.begin(f"statistics {name}")
        found.checks.append(_audit.statistics_check(Path(name), where.ledger, openings, log))
    if decisions:
        progress.begin("decisions")
        size = found.head.size
        check = _audit.decisions_check(where.ledger, size, openings, progress.advance)
        found.checks.append(check)


class _Progress:
    """A line on standard error for each part of the work, gone when it is done."""

    def __init__(self, *, quiet: bool) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description:34}"), BarColumn(), TimeElapsedColumn())
        # Without a terminal even a bar that goes again would leave an empty line.
        disable = quiet or not console.is_terminal
        self._bar = Progress(*columns, console=console, disable=disable, transient=True)
        self._task = self._bar.add_task("", total=None, visible=False)

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def begin(self, what: str) -> None:
        """The next part, of unknown length."""
        self._bar.reset(self._task, total=None, description=what, visible=True)

    def advance(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)


def _print(found: Verified) -> None:
    console = Console(soft_wrap=True)
    table = Table("", "what must hold", "looked at", "wrong", title_justify="left")
    for check in found.checks:
        colour = "red" if check.found else "green"
        count = str(len(check.found) or "nothing")
        table.add_row(check.name, escape(check.says), str(check.checked), f"[{colour}]{count}")
    console.print(table)
    for check in found.checks:
        for error in check.found[:SHOWN_MAX]:
            console.print(f"[red]{check.name}:[/red] {escape(str(error))}", highlight=False)
        if len(check.found) > SHOWN_MAX:
            console.print(f"{check.name}: and {len(check.found) - SHOWN_MAX} more; --json has all")
    if found.head is not None:
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(found.kinds.items()))
        head = found.head
        said = f"Ledger {head.origin}: {head.size} entries ({kinds}), root {head.root.hex()}."
        console.print(escape(said), highlight=False)
    console.print(f"Key {escape(found.key.text)} from {escape(found.key.source)}.", highlight=False)
    if found.key.beside:
        console.print(BESIDE, highlight=False)
