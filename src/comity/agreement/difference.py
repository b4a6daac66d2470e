"""What changes between two sets of agreements: clause by clause, and case by case.

Cases are decided under both sets by the one evaluator; those that come out differently are
gathered by what was answered before and what is answered after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.agreement.columns import FACT_NAMES, Columns
from comity.agreement.decide import Decisions, When, decide_batch
from comity.agreement.register import Agreements
from comity.agreement.terms import Agreement, Clause, Event, Scope, Term
from comity.errors import CallerError
from comity.records import RECIPIENTS, RELEASE_FIELDS, Decision, Question

HEAD = ("title", "regime", "parties", "recorded")


@dataclass(frozen=True)
class Pair:
    """An agreement before and after; None where it is new, or gone."""

    before: Agreement | None
    after: Agreement | None

    @property
    def name(self) -> str:
        """Its id, or both where they differ."""
        ids = [one.id for one in (self.before, self.after) if one is not None]
        return " -> ".join(dict.fromkeys(ids))


@dataclass(frozen=True)
class ClauseChange:
    """One clause, or one value at the head of a file, that is not the same on both sides."""

    name: str
    before: Clause | Any | None
    after: Clause | Any | None


@dataclass(frozen=True)
class Group:
    """Cases that are answered alike before and alike, but differently, after.

    count    how many;  rows  where they are among the columns, int64 (count,)
    before, after  the decisions of the first of them
    """

    question: Question
    rows: NDArray[np.int64]
    before: Decision
    after: Decision

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def shares_more(self) -> bool:
        """Whether anything may leave, or be searched, that might not before."""
        return bool(_shared(self.after) - _shared(self.before))

    @property
    def shares_less(self) -> bool:
        return bool(_shared(self.before) - _shared(self.after))


def pairs(before: Agreements, after: Agreements) -> tuple[Pair, ...]:
    """Agreements side by side: by id; a lone one on each side is the same one rewritten."""
    if len(before) == len(after) == 1:
        return (Pair(before.all[0], after.all[0]),)
    old, new = ({a.id: a for a in some} for some in (before, after))
    return tuple(Pair(old.get(i), new.get(i)) for i in sorted(old.keys() | new.keys()))


def clause_changes(pair: Pair, *, only_terms: bool = False) -> tuple[ClauseChange, ...]:
    """What differs between two agreements, in reading order; clauses are matched by their id.

    only_terms  leave out places, dates and events
    """
    if pair.before is None or pair.after is None:
        return ()
    found = [
        ClauseChange(name, getattr(pair.before, name), getattr(pair.after, name))
        for name in HEAD
        if getattr(pair.before, name) != getattr(pair.after, name)
    ]
    old, new = ({c.id: c for c in one.clauses} for one in (pair.before, pair.after))
    found += [
        ClauseChange(name, old.get(name), new.get(name))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]
    if only_terms:
        found = [c for c in found if c.name != "recorded" and not _circumstance(c)]
    return tuple(found)


def _circumstance(change: ClauseChange) -> bool:
    return all(one is None or isinstance(one, (Scope, Term, Event))
               for one in (change.before, change.after))  # fmt: skip


def case_changes(
    before: Agreements,
    after: Agreements,
    columns: Columns,
    question: Question,
    *,
    at: When,
    known_at: When | None = None,
) -> tuple[Group, ...]:
    """The cases that come out differently, in groups: what shares more first, then less, then
    what only waits for something else; of each the largest first.

    A case is different where it is permitted or not, what may leave to whom, what a denial
    awaits, or whether a second person must look. A clause that changed its name alone is none.
    """
    old, new = (
        decide_batch(some, question, columns, at=at, known_at=known_at) for some in (before, after)
    )
    was, now = _signature(old), _signature(new)
    changed = np.flatnonzero(was != now)
    if not len(changed):
        return ()
    _, first = np.unique(was[changed], return_inverse=True)
    kinds, second = np.unique(now[changed], return_inverse=True)
    kind = first * len(kinds) + second
    groups = []
    for number in np.unique(kind):
        rows = changed[kind == number]
        groups.append(Group(question, rows, old[int(rows[0])], new[int(rows[0])]))
    return tuple(sorted(groups, key=_weight))


def _weight(group: Group) -> tuple[bool, bool, int, int]:
    return not group.shares_more, not group.shares_less, -group.count, int(group.rows[0])


def telling(columns: Columns, rows: NDArray[np.int64]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The facts that mark some cases out: those with fewer values among them than among all."""
    for index, name in enumerate(FACT_NAMES):
        row = columns.codes[index]
        chosen, every = np.unique(row[rows]), np.unique(row)
        if len(chosen) < len(every):
            yield name, tuple(int(code) for code in chosen)


def instants(before: Agreements, after: Agreements) -> tuple[datetime, ...]:
    """When either set's terms change, in order: between two of them nothing does."""
    return tuple(
        sorted(
            {
                at
                for agreement in (*before, *after)
                for at in (agreement.term.effective, *(e.effective for e in agreement.events))
            }
        )
    )


def known(before: Agreements, after: Agreements) -> datetime:
    """An instant at which everything on either side is recorded."""
    some = [*before, *after]
    recorded: list[datetime] = [agreement.recorded for agreement in some]
    recorded += [event.recorded for agreement in some for event in agreement.events]
    return max(recorded)


def terms_only(before: Agreements, after: Agreements) -> tuple[Agreements, Agreements]:
    """Two single agreements as if both held at one place, from one day, and nothing befell them.

    So the terms of two counties, or of two years, can be compared. Place, dates, notices and
    events are those of BEFORE, without its events. Raises CallerError for sets of several.
    """
    if not len(before) == len(after) == 1:
        raise CallerError(
            "only the terms of two single agreements can be compared",
            expected="one file on each side",
            found=f"{len(before)} and {len(after)}",
        )
    there = replace(before.all[0], events=())
    here = after.all[0]
    laid = replace(
        here,
        recorded=there.recorded,
        scope=replace(here.scope, jurisdictions=there.jurisdictions),
        term=there.term,
        notice=replace(there.notice, end_by=None),
        events=(),
    )
    return Agreements((there,)), Agreements((laid,))


def _signature(decisions: Decisions) -> NDArray[np.int64]:
    """What of each decision counts as its answer, packed into one number, int64 (n,)."""
    second = np.array([cell.second_reviewer for cell in decisions.cells] or [False])
    permit: NDArray[np.int64] = decisions.permit.astype(np.int64)
    # What a permitted search awaits, and who reviews a denial, is nobody's concern.
    wait = np.where(decisions.permit & (decisions.question != "release"), 0, decisions.wait)
    packed: NDArray[np.int64] = permit | (permit * second[decisions.cell]) << 1
    packed |= wait.astype(np.int64) << 2
    for number, fields in enumerate(decisions.fields):
        packed |= fields.astype(np.int64) << (8 + len(RELEASE_FIELDS) * number)
    return packed


def _shared(decision: Decision) -> set[tuple[str, str]]:
    if decision.question != "release":
        return {(decision.question, "")} if decision.permit else set()
    return {(to, name) for to in RECIPIENTS for name in decision.fields.get(to, ())}
