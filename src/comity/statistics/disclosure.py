"""Hiding small counts, and attacking the result before anyone else does.

A count of 1 to threshold - 1 is hidden (primary suppression). Sums would give it back, so further
cells are hidden with the same mark (complementary suppression) until a linear programme, holding
everything that is published, can place no hidden cell within less than the threshold.

Assumed of the attacker: the whole table, every relation in relations.py, and that zeros are
shown; not: knowledge of single people, or another table of the same ledger. Publish one table
with suppression, not two whose differences could be taken. Real relaxation: integers could only
narrow intervals where the relations are not totally unimodular; docs/decisions/0102 has the rest.
Source: Hundepool et al. 2012, Statistical Disclosure Control, chapter 4.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from comity.errors import StatisticsError
from comity.statistics.relations import Cell, Relation, all_rows, relations, value
from comity.statistics.table import Table

# Counts under 10 are hidden: the commoner of the two usual limits (5 and 10) where a cell says
# that somebody was arrested. At 5 fewer cells go; nothing else in the method depends on it.
THRESHOLD = 10
SOLVER_SLACK = 1e-6  # counts; HiGHS solves to 1e-7
# Beyond any count of people, it stands for no upper bound: without one HiGHS may answer
# "infeasible or unbounded" and not say which.
UNBOUNDED = 1e9


@dataclass(frozen=True)
class Interval:
    """Where a hidden count can lie, both ends included; `high` may be infinite."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True)
class Suppression:
    """Which cells are hidden, and how closely each can be recovered from the rest."""

    threshold: int
    hidden: Mapping[Cell, Interval]

    def as_json(self) -> dict[str, int | float | str | None]:
        widths = [interval.width for interval in self.hidden.values()]
        narrowest = min(widths) if widths else None
        return {
            "threshold": self.threshold,
            "rule": "counts from 1 to threshold - 1, and others until no hidden count can be "
            "placed within less than the threshold; hidden counts are null",
            "hidden_counts": len(widths),
            "narrowest_interval": None
            if narrowest is None or np.isinf(narrowest)
            else round(narrowest, 3),
        }


def suppress(table: Table, threshold: int = THRESHOLD) -> Suppression:
    """Choose what to hide so that `check` holds.

    Cost  two linear programmes a hidden cell and round; seconds for some hundred hidden cells.

    Raises
    ------
    StatisticsError  even hiding every non-zero count would not protect one of them
    """
    if threshold < 2:
        raise StatisticsError(
            "a threshold hides something", expected="2 or more", found=f"{threshold}"
        )
    known = relations(table)
    hidden = {
        (row, column)
        for row, shown in enumerate(all_rows(table))
        for column, count in shown.counts.items()
        if 1 <= count < threshold
    }
    suspects = sorted(hidden)
    while True:
        # Hiding more only widens: what was wide enough once need not be attacked again.
        intervals = attack(table, hidden, known, suspects)
        exposed = [cell for cell in suspects if _exposed(intervals[cell], threshold)]
        if not exposed:
            return Suppression(threshold, MappingProxyType(attack(table, hidden, known)))
        more = {_complement(table, cell, hidden, known) for cell in exposed} - {None}
        if not more:
            raise _recoverable(table, exposed[0], intervals[exposed[0]], threshold)
        added = {cell for cell in more if cell is not None}
        hidden |= added
        suspects = sorted({*exposed, *added})


def check(table: Table, hidden: Collection[Cell], threshold: int = THRESHOLD) -> None:
    """Attack a choice of hidden cells.

    Raises
    ------
    StatisticsError  a small count is shown, or a hidden one can be placed too closely
    """
    for row, shown in enumerate(all_rows(table)):
        for column, count in shown.counts.items():
            if 1 <= count < threshold and (row, column) not in hidden:
                raise StatisticsError(
                    "a small count is shown",
                    where=_place(table, (row, column)),
                    expected=f"0, or {threshold} or more",
                    found=f"{count}",
                )
    for cell, interval in attack(table, hidden, relations(table)).items():
        if _exposed(interval, threshold):
            raise _recoverable(table, cell, interval, threshold)


def attack(
    table: Table,
    hidden: Collection[Cell],
    known: Collection[Relation],
    suspects: Collection[Cell] | None = None,
) -> dict[Cell, Interval]:
    """The feasible interval of each hidden count, given all that is shown and `known`.

    suspects  the hidden cells to place; all of them unless told
    """
    cells = sorted(hidden)
    position = {cell: i for i, cell in enumerate(cells)}
    systems: dict[bool, tuple[list[Mapping[int, float]], list[float]]] = {
        True: ([], []),
        False: ([], []),
    }
    for relation in known:
        terms: dict[int, float] = {}
        constant = 0.0
        for sign, side in ((1.0, relation.parts), (-1.0, relation.whole)):
            for cell in side:
                if cell in position:
                    terms[position[cell]] = terms.get(position[cell], 0.0) + sign
                else:
                    constant -= sign * value(table, cell)
        if terms:
            systems[relation.exact][0].append(terms)
            systems[relation.exact][1].append(constant)
    equal, equal_to = _matrix(systems[True], len(cells))
    at_most, at_most_to = _matrix(systems[False], len(cells))
    found = {}
    for cell in cells if suspects is None else sorted(suspects):
        ends = []
        for sign in (1.0, -1.0):
            goal = np.zeros(len(cells))
            goal[position[cell]] = sign
            # From 1: zeros are always shown, so a hidden count is not one.
            solved = linprog(
                goal, at_most, at_most_to, equal, equal_to, bounds=(1, UNBOUNDED), method="highs"
            )
            ends.append(_end(solved.status, solved.fun, sign))
        found[cell] = Interval(*ends)
    return found


def _matrix(
    system: tuple[list[Mapping[int, float]], list[float]], width: int
) -> tuple[Any, list[float] | None]:
    """Sparse, which linprog takes though its type stubs leave it out."""
    rows, constants = system
    if not rows:
        return None, None
    entries = [(v, r, c) for r, terms in enumerate(rows) for c, v in terms.items()]
    values, at, column = zip(*entries, strict=True)
    return csr_array((values, (at, column)), shape=(len(rows), width)), constants


def _end(status: int, goal: float | None, sign: float) -> float:
    """One end of an interval from the solver's answer; status 0 is solved."""
    if status != 0 or goal is None:
        raise StatisticsError(
            "the table contradicts itself, or the solver failed",
            where="disclosure attack",
            found=f"solver status {status}",
        )
    end = sign * goal
    return end if end < UNBOUNDED / 2 else float("inf")


def _exposed(interval: Interval, threshold: int) -> bool:
    return interval.width < threshold - SOLVER_SLACK


def _complement(
    table: Table, cell: Cell, hidden: Collection[Cell], known: Collection[Relation]
) -> Cell | None:
    """The visible count whose hiding should protect `cell` at least loss.

    First a relation in which `cell` stands alone hidden, which gives it away outright; then any
    relation it is in; then anything: the smallest non-zero count each time.
    """
    beside = [r for r in known if cell in r.cells]
    alone = [r for r in beside if r.exact and sum(c in hidden for c in r.cells) == 1]
    for near in (alone, beside, known):
        visible = {c for r in near for c in r.cells if c not in hidden and value(table, c)}
        if visible:
            return min(visible, key=lambda c: (value(table, c), c))
    return None


def _recoverable(table: Table, cell: Cell, interval: Interval, threshold: int) -> StatisticsError:
    return StatisticsError(
        "a hidden count can be recovered from what is shown",
        where=_place(table, cell),
        expected=f"an interval of {threshold} or wider",
        found=f"{interval.low:g} to {interval.high:g}",
        next_step="merge jurisdictions or months, or publish fewer columns",
    )


def _place(table: Table, cell: Cell) -> str:
    return f"{' '.join(all_rows(table)[cell[0]].key) or 'total'}, `{cell[1]}`"
