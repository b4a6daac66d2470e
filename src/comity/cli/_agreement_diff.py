"""`comity agreement diff`: what changes between two agreements, or two sets of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from comity.agreement import difference
from comity.agreement.columns import Columns
from comity.agreement.difference import ClauseChange, Group, Pair
from comity.agreement.explain import moment
from comity.agreement.explain_change import (
    answer,
    change_lines,
    clause_words,
    group_lines,
    pair_line,
    where,
)
from comity.agreement.read import read_files
from comity.agreement.register import Agreements
from comity.agreement.space import every_case, places
from comity.cli import _pages
from comity.cli._agreement_files import PATH, files_of, instant
from comity.cli._recorded import recorded
from comity.programme.shares import SHARES, cases, read_shares
from comity.records import Question

_DIFF_EXAMPLE = """\b
Example:
  comity agreement diff src/comity/programme/presets/three_states/alder.yaml \\
    src/comity/programme/presets/three_states/birch.yaml --terms-only
  comity agreement diff src/comity/programme/presets/three_states/elm.yaml \\
    src/comity/programme/presets/three_states --at 2011-03-01T12:00:00Z --out change.html
"""
GROUPS_SHOWN, ENTRIES_SHOWN = 12, 20


@dataclass(frozen=True)
class Compared:
    """One question over some cases: how many there are, and the groups that change.

    leaves  the ledger entries that the cases are decisions of, in a recorded history
    """

    question: Question
    when: str
    columns: Columns
    groups: tuple[Group, ...]
    leaves: NDArray[np.int64] | None = None

    def entries(self, group: Group) -> list[int]:
        """The ledger entries of a group's decisions; none where no ledger was given."""
        return [] if self.leaves is None else self.leaves[group.rows].tolist()

    @property
    def changed(self) -> int:
        return sum(group.count for group in self.groups)


@dataclass(frozen=True)
class Told:
    """All that is said of a change: clauses by agreement, cases by question, both hashes."""

    clauses: Sequence[tuple[Pair, tuple[ClauseChange, ...]]]
    compared: Sequence[Compared]
    policies: tuple[str, str]


@click.command("diff", epilog=_DIFF_EXAMPLE)
@click.argument("before", type=PATH)
@click.argument("after", type=PATH)
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
    help="Let AFTER cover the places of BEFORE: compare terms, not places.",
)
@click.option("--all", "everything", is_flag=True, help="Every group of cases, not the largest.")
@click.option("--out", type=PATH, help="Write it as a page, an .html file.")
@click.option("--json", "as_json", is_flag=True, help="Clauses and groups as JSON.")
def diff(
    before: Path, after: Path, at: str | None, history: Path | None, population: int | None,
    shares: Path, seed: int, openings: Path | None,
    terms_only: bool, everything: bool, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Say what changes from the agreements BEFORE to those AFTER (files or folders).

    First the clauses, side by side; then which cases are answered differently. Cases are every
    combination of facts that the clauses can tell apart, at every place they name; with
    --history those of a recorded ledger; with --population synthetic ones. Exit code 0 where
    nothing changes, else 1.
    """
    old, new = (read_files(files_of((path,))) for path in (before, after))
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
        click.echo(json.dumps(_json(told), ensure_ascii=False))
    elif out is not None:
        _pages.write(_page(told), out)
        click.echo(f"{out}: {sum(one.changed for one in compared)} cases change")
    else:
        click.echo("\n".join(_lines(told, everything=everything)))
    same = policies[0] == policies[1] and not any(one.groups for one in compared)
    raise SystemExit(0 if same else 1)


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


def _lines(told: Told, *, everything: bool) -> Iterator[str]:
    for pair, changes in told.clauses:
        if changes or pair.before is None or pair.after is None:
            yield pair_line(pair)
        for change in changes:
            was, now = clause_words(change)
            yield from (f"  {change.name}", f"    - {was}", f"    + {now}")
    for one in told.compared:
        yield from ("", f"{one.question}, {one.when}: {one.changed:,} of {len(one.columns):,} "
                        "cases change")  # fmt: skip
        shown = one.groups if everything else one.groups[:GROUPS_SHOWN]
        for group in shown:
            yield from (f"  {line}" for line in group_lines(one.columns, group, len(one.columns)))
            if one.leaves is not None:
                yield f"    entries {_entries(one, group)}"
        if len(shown) < len(one.groups):
            yield f"  and {len(one.groups) - len(shown)} smaller groups: see them with --all"
    if not any(one.groups for one in told.compared):
        yield "No case is answered differently."


def _entries(one: Compared, group: Group) -> str:
    entries = one.entries(group)
    more = f" and {len(entries) - ENTRIES_SHOWN} more" if len(entries) > ENTRIES_SHOWN else ""
    return ", ".join(map(str, entries[:ENTRIES_SHOWN])) + more


def _json(told: Told) -> dict[str, Any]:
    return {
        "policy": dict(zip(("before", "after"), told.policies, strict=True)),
        "agreements": [
            {
                "agreement": pair.name,
                "new": pair.before is None,
                "gone": pair.after is None,
                "clauses": [
                    dict(
                        zip(("clause", "before", "after"), (c.name, *clause_words(c)), strict=True)
                    )
                    for c in changes
                ],
            }
            for pair, changes in told.clauses
        ],
        "cases": [
            {
                "question": one.question,
                "when": one.when,
                "cases": len(one.columns),
                "changed": one.changed,
                "groups": [_group(one, group) for group in one.groups],
            }
            for one in told.compared
        ],
    }


def _group(one: Compared, group: Group) -> dict[str, Any]:
    return {
        "count": group.count,
        "where": where(one.columns, group),
        "shares_more": group.shares_more,
        "shares_less": group.shares_less,
        "entries": one.entries(group),
        "before": group.before.as_json(),
        "after": group.after.as_json(),
    }


def _page(told: Told) -> str:
    return _pages.page(
        "difference",
        pairs=[
            {
                "name": pair_line(pair),
                "clauses": [(c.name, *clause_words(c)) for c in changes],
            }
            for pair, changes in told.clauses
            if pair.before != pair.after
        ],
        compared=[
            {
                "one": one,
                "of": len(one.columns),
                "groups": [
                    {
                        "group": group,
                        "where": where(one.columns, group),
                        "answers": (answer(group.before), answer(group.after)),
                        "changes": change_lines(group),
                        "entries": _entries(one, group),
                    }
                    for group in one.groups
                ],
            }
            for one in told.compared
        ],
        policies=told.policies,
    )
