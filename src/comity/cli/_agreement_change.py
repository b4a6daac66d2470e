"""A change of agreements as it is said: lines for a terminal, JSON, a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.agreement.columns import Columns
from comity.agreement.difference import ClauseChange, Group, Pair
from comity.agreement.explain_change import (
    answer,
    change_lines,
    clause_words,
    group_lines,
    pair_line,
    where,
)
from comity.cli import _pages
from comity.records import Question

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


def lines(told: Told, *, everything: bool) -> Iterator[str]:
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


def as_json(told: Told) -> dict[str, Any]:
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


def page(told: Told) -> str:
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
