"""What the agreements of one regime ask together and give together.

An agreement is compiled once a question (`part_of`), and a group is joined from such parts.
Clauses are numbered: position p of a part is the p-th clause of its agreement, and in a group
positions count through all agreements that cover a place, behind the rules of DEFAULTS.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.agreement.answers import FIELD_BITS, PERMIT, Answers, permitted, released
from comity.agreement.clauses import (
    FACT_CODES,
    NOT_CRIMINAL,
    STAGE_COUNT,
    Condition,
    conditions,
    criminal_submission,
    joint,
    laid_over,
    refusal,
)  # fmt: skip
from comity.agreement.columns import STAGE, STAGE_SHIFT
from comity.agreement.terms import Agreement, Clause, Release
from comity.records import RECIPIENTS, STAGES, Question

NO_AGREEMENT = "default#no-agreement"
NO_HOLD_CLAUSE = "default#no-hold-clause"
DEFAULTS = (NO_AGREEMENT, NO_HOLD_CLAUSE, NOT_CRIMINAL)

LOCAL = RECIPIENTS.index("local_agency")
_TABLE = FACT_CODES * STAGE_COUNT
_LOWER = (STAGE_COUNT << STAGE_SHIFT) - 1


@dataclass(frozen=True, eq=False)
class Asked:
    """Conditions side by side, to say which of them deny a case.

    clause  intp (k,), positions;  column  intp (k,), rows of Columns.codes
    tables  uint16 (k, 20), flags at [fact code * 4 + stage code]
    """

    clause: NDArray[np.intp]
    column: NDArray[np.intp]
    tables: NDArray[np.uint16]
    starts: NDArray[np.intp]  # of each table in all of them

    def __post_init__(self) -> None:
        _settle(self.clause, self.column, self.tables, self.starts)

    def denied_by(self, codes: NDArray[np.intp]) -> list[int]:
        """Positions of the clauses that deny a case with these codes (10,) * 4 + its stage."""
        flags = self.tables.reshape(-1)[self.starts + codes[self.column]]
        found: list[int] = self.clause[flags != 0].tolist()
        return found

    def counts(self, codes: NDArray[np.uint8]) -> NDArray[np.int64]:
        """How many of some cases, codes (10, n), each condition denies, (k,)."""
        rows = np.arange(len(codes), dtype=np.intp)[:, None] * _TABLE
        where = (rows + codes * np.uint8(STAGE_COUNT) + codes[STAGE]).reshape(-1)
        cases = np.bincount(where, minlength=len(codes) * _TABLE).reshape(-1, _TABLE)
        denied: NDArray[np.int64] = ((self.tables != 0) * cases[self.column]).sum(axis=1)
        return denied


def _side_by_side(
    clause: Sequence[int], column: NDArray[np.intp], tables: NDArray[np.uint16]
) -> Asked:
    starts = np.arange(len(clause), dtype=np.intp) * _TABLE
    return Asked(np.array(clause, dtype=np.intp), column, tables, starts)


@dataclass(frozen=True, eq=False)
class Part:
    """One agreement made ready for one question.

    asked   its conditions;  flags  the same laid over each other, uint16 (10, 20)
    fields  uint16 (3, 4): bits of RELEASE_FIELDS by recipient and stage code
    """

    agreement: Agreement
    positions: dict[str, int]  # of clause ids
    asked: Asked
    flags: NDArray[np.uint16]
    fields: NDArray[np.uint16]


def part_of(agreement: Agreement, question: Question) -> Part:
    """An agreement compiled: a pure function of its terms."""
    positions = {clause.id: index for index, clause in enumerate(agreement.clauses)}
    asked = conditions(agreement, question)
    if question == "hold" and agreement.hold and not agreement.hold.honoured:
        asked.append(refusal(agreement.clause_id(agreement.hold)))
    columns, tables = _arrays(asked)
    # Ids of clauses hold no `#`, those of agreements neither.
    numbered = [positions[condition.clause.rpartition("#")[2]] for condition in asked]
    return Part(
        agreement, positions, _side_by_side(numbered, columns, tables), laid_over(asked),
        _fields(agreement),
    )  # fmt: skip


@dataclass(frozen=True)
class Placed:
    """A part, and the position of its first clause among those of all that cover a place."""

    part: Part
    offset: int

    @property
    def agreement(self) -> Agreement:
        return self.part.agreement

    def at(self, clauses: Iterable[Clause]) -> list[int]:
        """Positions of some of its clauses."""
        return [self.offset + self.part.positions[clause.id] for clause in clauses]


@dataclass(frozen=True, eq=False)
class Limits:
    """What local agencies' own limits ask before a local agency gets what the group gives it.

    gives  positions named where they pass
    """

    upper: NDArray[np.uint16]
    lower: NDArray[np.uint16]
    asked: Asked
    gives: tuple[int, ...]

    def __post_init__(self) -> None:
        _settle(self.upper, self.lower)


@dataclass(frozen=True, eq=False)
class Group:
    """Agreements that must all permit.

    upper, lower  flags by the upper 13 and the lower 12 bits of a key: none is a pass
    passing   answers by stage code of a case that passes, uint64 (8,): behind the fourth those
              of a case that limits deny something
    asked     to say which clauses raised the flags
    grants    positions named when the group permits;  releases  when it has nothing to give
    """

    upper: NDArray[np.uint16]
    lower: NDArray[np.uint16]
    passing: Answers
    asked: Asked
    grants: tuple[int, ...]
    releases: tuple[int, ...]
    limits: Limits | None = None

    def __post_init__(self) -> None:
        _settle(self.upper, self.lower, self.passing)

    def flags(self, key: NDArray[np.intp]) -> tuple[NDArray[np.uint16], NDArray[np.uint16] | None]:
        """The flags of each case, and those that limits raise where there are none."""
        upper, lower = key >> STAGE_SHIFT, key & _LOWER
        flags = self.upper[upper] | self.lower[lower]
        if self.limits is None:
            return flags, None
        return flags, (self.limits.upper[upper] | self.limits.lower[lower]) * (flags == 0)

    def branch(
        self,
        key: NDArray[np.intp],
        flags: NDArray[np.uint16],
        limited: NDArray[np.uint16] | None,
    ) -> NDArray[np.intp]:
        """Indices into `passing`; 0 where the case does not pass, as with an unknown stage."""
        stage = key >> STAGE_SHIFT & (STAGE_COUNT - 1)
        if limited is not None:
            stage += STAGE_COUNT * (limited != 0)
        branch: NDArray[np.intp] = stage * (flags == 0)
        return branch

    def bearing(self, codes: NDArray[np.intp], stage: int) -> list[int]:
        """Positions of the clauses that bear on a case with these codes (10,) * 4 + its stage."""
        denied_by = self.asked.denied_by(codes)
        if denied_by:
            return denied_by
        limited_by = [] if self.limits is None else self.limits.asked.denied_by(codes)
        answer = int(self.passing[stage + STAGE_COUNT * bool(limited_by)])
        limits = [] if self.limits is None else limited_by or self.limits.gives
        return [*(self.grants if answer & PERMIT else self.releases), *limits]


def search_group(members: Sequence[Placed]) -> Group:
    """A live regime, asked for the search."""
    grants = [p for m in members for p in m.at((m.agreement.term, m.agreement.trigger))]
    return _group(members, np.tile(permitted(), 2), grants, [])


def hold_group(asked: Sequence[Placed], willing: Sequence[Placed]) -> Group:
    """Everybody who is asked about a hold, and those among them who would permit it."""
    grants: list[int] = []
    for member in willing:
        a = member.agreement
        grants += member.at((a.term, a.trigger, a.levels, *([a.hold] if a.hold else [])))
    return _group(asked, np.tile(permitted(), 2), grants, [])


def release_group(
    members: Sequence[Placed], governed: tuple[str, ...], limits: Sequence[Placed]
) -> Group:
    """A live regime that gives the recipients it governs what all its agreements give.

    limits  those in force: the local agency gets what they too give it, where they pass
    """
    rows = np.array([to in governed for to in RECIPIENTS])[:, None]
    fields = np.bitwise_and.reduce([m.part.fields for m in members]) * rows
    grants: list[int] = []
    releases: list[int] = []
    for member in members:
        a = member.agreement
        review = [a.review] if a.review.second_reviewer else []
        grants += member.at((a.term, a.trigger, a.levels, *review))
        releases += member.at(_giving(a, governed))
    bound, named = None, []
    if limits and fields[LOCAL].any():
        fields[LOCAL] &= np.bitwise_and.reduce([m.part.fields[LOCAL] for m in limits])
        named = [p for m in limits for p in m.at(_giving(m.agreement, RECIPIENTS[LOCAL:]))]
        if fields[LOCAL].any():
            flags, asked = _asked(limits, [])
            bound = Limits(*joint(flags), asked, tuple(named))
            named = []  # only where they pass
    others = fields.copy()
    others[LOCAL] = 0
    passing = np.concatenate([released(fields), released(others)])
    return _group(members, passing, [*grants, *releases, *named], [*releases, *named], bound)


def _giving(agreement: Agreement, governed: tuple[str, ...]) -> list[Clause]:
    """The clauses that say what recipients get."""
    answer = [agreement.answer] if agreement.answer and "local_agency" in governed else []
    return [*(r for r in agreement.release if r.to in governed), *answer]


def _group(
    members: Sequence[Placed],
    passing: Answers,
    grants: list[int],
    releases: list[int],
    limits: Limits | None = None,
) -> Group:
    flags, asked = _asked(members, [criminal_submission()])
    return Group(
        *joint(flags), passing, asked, tuple(grants), tuple(releases), limits,
    )  # fmt: skip


def _asked(
    members: Sequence[Placed], defaults: list[Condition]
) -> tuple[NDArray[np.uint16], Asked]:
    """All that some agreements ask, laid over each other and side by side."""
    columns, tables = _arrays(defaults)
    parts = [member.part for member in members]
    flags = np.bitwise_or.reduce([laid_over(defaults), *(part.flags for part in parts)])
    clause = [DEFAULTS.index(condition.clause) for condition in defaults]
    for member in members:
        clause += (member.part.asked.clause + member.offset).tolist()
    return flags, _side_by_side(
        clause,
        np.concatenate([columns, *(part.asked.column for part in parts)]),
        np.concatenate([tables, *(part.asked.tables for part in parts)]),
    )


def _settle(*arrays: NDArray[Any]) -> None:
    """Nobody writes there any more: what is compiled is shared between sets and threads."""
    for array in arrays:
        array.setflags(write=False)


def _arrays(asked: Sequence[Condition]) -> tuple[NDArray[np.intp], NDArray[np.uint16]]:
    columns = np.array([condition.column for condition in asked], dtype=np.intp)
    tables = np.array([condition.table for condition in asked], dtype=np.uint16)
    return columns, tables.reshape(len(asked), _TABLE)


def _fields(agreement: Agreement) -> NDArray[np.uint16]:
    fields = np.zeros((len(RECIPIENTS), STAGE_COUNT), dtype=np.uint16)
    for release in agreement.release:
        if release.to == "local_agency" and not agreement.answers_locally:
            continue
        row = fields[RECIPIENTS.index(release.to)]
        row[_first_stage(release) :] |= sum(FIELD_BITS[name] for name in set(release.fields))
    return fields


def _first_stage(release: Release) -> int:
    """The lowest stage code at which a release clause gives; without `after`, any, 0 too."""
    return 0 if release.after is None else STAGES.index(release.after) + 1
