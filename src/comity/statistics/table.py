"""The table: counts, rates and response times for each jurisdiction, and for all together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from comity.errors import StatisticsError
from comity.ledger.entry import OpenedEntry
from comity.statistics.cases import Case, gather, policies
from comity.statistics.intervals import Rate, nearest_rank, rate
from comity.statistics.measures import (
    ALL_LEVELS,
    CLAUSES,
    MEASURES,
    RATES,
    SECONDS,
    clause_column,
    level_column,
    level_of,
    persons_column,
)

BY_JURISDICTION = ("jurisdiction",)
BY_MONTH = ("jurisdiction", "month")
Holds = Callable[[Case], bool]


@dataclass(frozen=True)
class Row:
    """One jurisdiction, or one of its months; `key` is empty for the total.

    counts   column -> number of submissions (or persons)
    seconds  `first_response_seconds_median`, ... -> seconds, None where there was none
    """

    key: tuple[str, ...]
    counts: Mapping[str, int]
    rates: Mapping[str, Rate]
    seconds: Mapping[str, float | None]


@dataclass(frozen=True)
class Table:
    """Rows in order of their key, and the total over every case."""

    level_version: str
    by: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row
    policies: tuple[str, ...]


def compute(
    rows: Iterable[OpenedEntry], level_version: str, by: Sequence[str] = BY_JURISDICTION
) -> Table:
    """Count everything that the ledger's opened entries say.

    rows           all entries below one tree size, in any order; personal values are not needed
    level_version  which offence-level definition splits the stages: 2008, 2010 or 2014
    by             ("jurisdiction",) or ("jurisdiction", "month")

    Raises
    ------
    StatisticsError  openings that do not suffice, or a version that no entry knows
    """
    if tuple(by) not in (BY_JURISDICTION, BY_MONTH):
        raise StatisticsError(
            "the table is by jurisdiction, or by jurisdiction and month", found=f"`{by}`"
        )
    opened = list(rows)
    cases = gather(opened)
    _check_version(cases, level_version)
    columns = _columns(cases, level_version)
    groups: dict[tuple[str, ...], list[Case]] = {}
    for case in cases:
        key = (case.jurisdiction, case.month)[: len(by)]
        groups.setdefault(key, []).append(case)
    return Table(
        level_version,
        tuple(by),
        tuple(columns),
        tuple(_row(key, groups[key], columns) for key in sorted(groups)),
        _row((), cases, columns),
        policies(opened),
    )


def _columns(cases: Sequence[Case], version: str) -> dict[str, tuple[Holds, bool]]:
    """Every column in published order -> (whether a case counts, whether persons are counted)."""
    columns: dict[str, tuple[Holds, bool]] = {}
    for name, measure in MEASURES.items():
        columns[name] = (measure.holds, False)
        if measure.persons:
            columns[persons_column(name)] = (measure.holds, True)
        if measure.levels is not None:
            for level in ALL_LEVELS:
                at_level = _at_level(measure.holds, measure.levels, level, version)
                columns[level_column(name, level)] = (at_level, False)
        if name in CLAUSES:
            clauses_of = CLAUSES[name]
            for clause in sorted({c for case in cases for c in clauses_of(case)}):
                bears = _bears(measure.holds, clauses_of, clause)
                if any(bears(case) for case in cases):
                    columns[clause_column(name, clause)] = (bears, False)
    return columns


def _at_level(
    holds: Holds,
    levels: Callable[[Case], Mapping[str, str | None] | None],
    level: str,
    version: str,
) -> Holds:
    return lambda case: holds(case) and level_of(levels(case), version) == level


def _bears(holds: Holds, clauses_of: Callable[[Case], tuple[str, ...]], clause: str) -> Holds:
    return lambda case: holds(case) and clause in clauses_of(case)


def _row(
    key: tuple[str, ...], cases: Sequence[Case], columns: Mapping[str, tuple[Holds, bool]]
) -> Row:
    counts = {}
    for name, (holds, persons) in columns.items():
        chosen = [case for case in cases if holds(case)]
        # A case without a pseudonym is counted as a person of its own.
        counts[name] = len({c.person or (c.token,) for c in chosen}) if persons else len(chosen)
    rates = {}
    for name, (above, below) in RATES.items():
        whole = [case for case in cases if columns[below][0](case)]
        rates[name] = rate(sum(columns[above][0](case) for case in whole), len(whole))
    seconds = {}
    for name, seconds_of in SECONDS.items():
        taken = [s for s in map(seconds_of, cases) if s is not None]
        seconds[f"{name}_seconds_median"] = nearest_rank(taken, 50)
        seconds[f"{name}_seconds_90"] = nearest_rank(taken, 90)
    return Row(key, MappingProxyType(counts), MappingProxyType(rates), MappingProxyType(seconds))


def _check_version(cases: Iterable[Case], version: str) -> None:
    """A version that no record knows would make every level `unknown` without a word."""
    known: set[str] = set()
    for case in cases:
        for levels in (case.match, case.custody, case.removal):
            known |= set(levels or ())
    if known and version not in known:
        raise StatisticsError(
            "no entry has an offence level under this version",
            expected=", ".join(sorted(known)),
            found=f"`{version}`",
        )
