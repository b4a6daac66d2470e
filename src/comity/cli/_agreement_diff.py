"""`comity agreement diff`: what changes between two agreements, or two sets of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np

from comity.agreement import difference
from comity.agreement.columns import Columns
from comity.agreement.explain import moment
from comity.agreement.explain_change import answer, where
from comity.agreement.read import read_changes, read_files
from comity.agreement.reform import reform as reformed
from comity.agreement.register import Agreements
from comity.agreement.space import every_case, places
from comity.cli import _agreement_change, _pages
from comity.cli._agreement_change import Compared, Told
from comity.cli._agreement_files import PATH, files_of, instant, text_of
from comity.cli._recorded import recorded
from comity.errors import CallerError
from comity.programme.shares import SHARES, cases, read_shares
from comity.records import Question

_DIFF_EXAMPLE = """\b
Example:
  comity agreement diff src/comity/programme/presets/three_states/alder.yaml \\
    src/comity/programme/presets/three_states/birch.yaml --terms-only
  comity agreement diff src/comity/programme/presets/three_states --reform docs/spec/reform.yaml
  comity agreement diff src/comity/programme/presets/three_states/elm.yaml \\
    src/comity/programme/presets/three_states --at 2011-03-01T12:00:00Z --out change.html
"""


@click.command("diff", epilog=_DIFF_EXAMPLE)
@click.argument("before", type=PATH)
@click.argument("after", type=PATH, required=False)
@click.option("--reform", type=PATH, help="Instead of AFTER: changes to BEFORE, a YAML file.")
@click.option("--at", metavar="TIME", help="Compare at this instant; else whenever terms change.")
@click.option(
    "--history",
    type=PATH,
    metavar="DIR",
    help="Count over the decisions in this ledger, each at its own instant.",
)
@click.option(
    "--population",
    type=click.IntRange(1, 10_000_000),
    metavar="N",
    help="Count over N synthetic cases drawn by stated shares.",
)
@click.option("--shares", type=PATH, default=SHARES, help="The shares, as CSV; else our own.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the synthetic cases.")
@click.option("--openings", type=PATH, help="The ledger's openings, where not beside it.")
@click.option(
    "--terms-only",
    is_flag=True,
    help="Compare two files as if both held at one place from one day.",
)
@click.option("--all", "everything", is_flag=True, help="Every group of cases, not the largest.")
@click.option("--out", type=PATH, help="Write it as a page, an .html file.")
@click.option("--json", "as_json", is_flag=True, help="Clauses and groups as JSON.")
def diff(
    before: Path, after: Path | None, reform: Path | None, at: str | None,
    history: Path | None, population: int | None,
    shares: Path, seed: int, openings: Path | None,
    terms_only: bool, everything: bool, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Say what changes from the agreements BEFORE to those AFTER, or under a reform of BEFORE.

    BEFORE and AFTER are files or folders.

    First the clauses, side by side; then which cases are answered differently. Cases are every
    combination of facts that the clauses can tell apart, at every place they name; with
    --history those of a recorded ledger; with --population synthetic ones. Exit code 0 where
    nothing changes, else 1.
    """
    old = read_files(files_of((before,)))
    new = _after(old, after, reform)
    pairs = difference.pairs(old, new)
    clauses = [(p, difference.clause_changes(p, only_terms=terms_only)) for p in pairs]
    policies = old.policy, new.policy
    if terms_only:
        old, new = difference.terms_only(old, new)
    if history is not None:
        compared = list(_over_history(old, new, history, openings))
    else:
        both = (*old, *new)
        columns = (
            every_case(both)
            if population is None
            else cases(read_shares(shares), places(both), population, seed)
        )
        compared = list(_over(columns, old, new, instant(at) if at else None))
    told = Told(clauses, compared, policies)
    if as_json:
        click.echo(json.dumps(_agreement_change.as_json(told), ensure_ascii=False))
    elif out is not None:
        _pages.write(_agreement_change.page(told), out)
        click.echo(f"{out}: {sum(one.changed for one in compared)} cases change")
    else:
        click.echo("\n".join(_agreement_change.lines(told, everything=everything)))
    same = policies[0] == policies[1] and not any(one.groups for one in compared)
    raise SystemExit(0 if same else 1)


def _after(old: Agreements, after: Path | None, reform: Path | None) -> Agreements:
    if after is not None and reform is None:
        return read_files(files_of((after,)))
    if reform is not None and after is None:
        text = text_of(reform, "a reform", "YAML with a list of changes")
        return reformed(old, read_changes(text, str(reform)))
    raise CallerError(
        "there is nothing to compare with, or too much",
        expected="AFTER, or --reform FILE",
        found="neither" if after is None else "both",
    )


def _over(
    columns: Columns, old: Agreements, new: Agreements, at: datetime | None
) -> Iterator[Compared]:
    """Each question at each instant from which something differs."""
    known = difference.known(old, new)
    moments = [at] if at is not None else difference.instants(old, new)
    for question in _questions(old, new):
        told: list[Compared] = []
        for when in moments:
            groups = difference.case_changes(old, new, columns, question, at=when, known_at=known)
            told.append(Compared(question, f"from {moment(when)}", columns, groups))
        yield from _spans(told)


def _questions(old: Agreements, new: Agreements) -> tuple[Question, ...]:
    """Holds are asked about where any agreement speaks of them."""
    holds = any(agreement.hold is not None for agreement in (*old, *new))
    return ("search", "release", "hold") if holds else ("search", "release")


def _spans(told: Sequence[Compared]) -> Iterator[Compared]:
    """Those with changes; of instants that follow each other and change alike, the first."""
    last: list[tuple[Any, ...]] = []
    for one in told:
        alike = [(g.count, answer(g.before), answer(g.after), where(one.columns, g))
                 for g in one.groups]  # fmt: skip
        if one.groups and alike != last:
            yield one
        last = alike


def _over_history(
    old: Agreements, new: Agreements, history: Path, openings: Path | None
) -> Iterator[Compared]:
    asked: tuple[Question, ...] = ("search", "release")
    for question in asked:
        cases = recorded(history, openings, question)
        if len(cases.columns):
            groups = difference.case_changes(old, new, cases.columns, question, at=cases.at)
            first, last = (_stamp(at) for at in (cases.at.min(), cases.at.max()))
            when = f"{first} to {last}, recorded"
            yield Compared(question, when, cases.columns, groups, cases.leaves)


def _stamp(at: np.datetime64) -> str:
    return f"{at.astype('datetime64[s]').astype(datetime).replace(tzinfo=UTC):%Y-%m-%d}"
