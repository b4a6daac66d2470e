"""Which published counts determine or bound which others: what an attacker can calculate with.

A cell is (row number, column); the total row comes after the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from comity.statistics.measures import (
    ALL_LEVELS,
    CLAUSES,
    MEASURES,
    level_column,
    persons_column,
)
from comity.statistics.table import Row, Table

Cell = tuple[int, str]

# Measures that no submission can be in together, and the one that holds them both.
DISJOINT = (
    ("not_searched", "searched", "submissions"),
    ("lawful_process_only", "lawful_process_unknown", "matches"),
    ("citizen", "citizen_unknown", "matches"),
)


@dataclass(frozen=True)
class Relation:
    """The sum over `parts` equals the sum over `whole`, or is at most that where not `exact`."""

    parts: tuple[Cell, ...]
    whole: tuple[Cell, ...]
    exact: bool

    @property
    def cells(self) -> tuple[Cell, ...]:
        return (*self.parts, *self.whole)


def all_rows(table: Table) -> tuple[Row, ...]:
    """The table's rows with the total last, as cells number them."""
    return (*table.rows, table.total)


def value(table: Table, cell: Cell) -> int:
    """The count in one cell."""
    return all_rows(table)[cell[0]].counts[cell[1]]


def relations(table: Table) -> list[Relation]:
    """Every equality and inequality between counts that a reader can rely on."""
    total = len(table.rows)
    persons = {persons_column(name) for name, measure in MEASURES.items() if measure.persons}
    found: list[Relation] = []
    for column in table.columns:
        parts = tuple((row, column) for row in range(total))
        if column not in persons:
            found.append(Relation(parts, ((total, column),), True))
        else:
            # One person may come in several rows: between the largest row and the sum.
            found.append(Relation(((total, column),), parts, False))
            found.extend(Relation((part,), ((total, column),), False) for part in parts)
    for row in range(total + 1):
        found.extend(_within_row(row, table.columns))
    return found


def _within_row(row: int, columns: Sequence[str]) -> list[Relation]:
    found = []
    for name, measure in MEASURES.items():
        whole = ((row, name),)
        if measure.levels is not None:
            parts = tuple((row, level_column(name, level)) for level in ALL_LEVELS)
            found.append(Relation(parts, whole, True))
        if measure.within is not None:
            found.append(Relation(whole, ((row, measure.within),), False))
        if measure.persons:
            found.append(Relation(((row, persons_column(name)),), whole, False))
        if name in CLAUSES:
            clauses = tuple((row, c) for c in columns if c.startswith(f"{name}["))
            found.extend(Relation((clause,), whole, False) for clause in clauses)
            # Every denial has a clause, and may have several.
            found.append(Relation(whole, clauses, False))
    for first, second, holder in DISJOINT:
        found.append(Relation(((row, first), (row, second)), ((row, holder),), False))
    return found
