"""Facts and agreements -> decisions. One evaluator, over columns; one case is a column of one.

A case is denied by any flag of any clause it is asked (clauses.py), so an unknown fact denies.
What is left to do here is to collect the flags, take the fields, and say how long a denial lasts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from comity.agreement.clauses import (
    AWAITS_CHARGE,
    AWAITS_CONVICTION,
    NEVER,
    STAGE_COUNT,
    UNKNOWN_SHIFT,
)  # fmt: skip
from comity.agreement.columns import FACT_NAMES, STAGE, Columns, of_facts
from comity.agreement.plan import (
    EPOCH,
    WAIT_CHARGE,
    WAIT_CONVICTION,
    WAIT_FACT,
    WAIT_NEVER,
    Cell,
    plan_for,
    us,
)  # fmt: skip
from comity.agreement.register import Agreements, aware
from comity.errors import CallerError
from comity.records import RECIPIENTS, RELEASE_FIELDS, STAGES, Decision, Facts, Question

When = datetime | NDArray[np.datetime64]

# The three lowest flags, and whether some fact is unknown, -> how long the denial lasts.
_HOW = NEVER | AWAITS_CHARGE | AWAITS_CONVICTION
_WAIT = np.array(
    [
        WAIT_NEVER if how & NEVER or not (how or unknown)
        else WAIT_CONVICTION if how & AWAITS_CONVICTION
        else WAIT_CHARGE if how & AWAITS_CHARGE
        else WAIT_FACT
        for unknown in (0, 1)
        for how in range(_HOW + 1)
    ],
    dtype=np.uint8,
)  # fmt: skip

_NAMES_OF_BITS = [
    tuple(name for bit, name in enumerate(RELEASE_FIELDS) if bits >> bit & 1)
    for bits in range(1 << len(RELEASE_FIELDS))
]


def decide(
    agreements: Agreements,
    question: Question,
    facts: Facts,
    *,
    at: datetime,
    known_at: datetime | None = None,
) -> Decision:
    """What the agreements in force say of one case, and which clauses made it.

    question  `search`: may the second repository be searched; `release`: what may leave, to whom
    at        the instant whose terms count;  known_at  by what was recorded then (None: `at`)

    Pure: the same facts, set and instants give the same decision for ever.
    Raises CallerError for a time without an offset.
    """
    return decide_batch(agreements, question, of_facts([facts]), at=at, known_at=known_at)[0]


def decide_batch(
    agreements: Agreements,
    question: Question,
    columns: Columns,
    *,
    at: When,
    known_at: When | None = None,
) -> Decisions:
    """`decide` for every column, each at its own instant where `at` is an array.

    at, known_at  one timezone-aware instant, or datetime64 (n,) in UTC
    Cost          about 0.1 microseconds a clause and case (benchmarks/bench_agreement.py)
    """
    if question not in {"search", "release"}:
        raise CallerError("no such question", expected="search or release", found=f"`{question}`")
    at_us = _instants(at, len(columns))
    known_us = at_us if known_at is None else _instants(known_at, len(columns))
    out = Decisions.blank(agreements, question, columns, at_us)
    if len(columns) == 1:
        plan = plan_for(agreements, columns.jurisdictions[columns.jurisdiction[0]], question)
        out.fill(plan.cell_at(int(at_us[0]), int(known_us[0])), slice(None), columns.codes)
        return out
    for code, jurisdiction in enumerate(columns.jurisdictions):
        rows = np.flatnonzero(columns.jurisdiction == code)
        if not len(rows):
            continue
        plan = plan_for(agreements, jurisdiction, question)
        effect = np.searchsorted(plan.effects, at_us[rows], side="right")
        record = np.searchsorted(plan.records, known_us[rows], side="right")
        spans = effect * (len(plan.records) + 1) + record
        for span in np.unique(spans):
            chosen = rows[spans == span]
            cell = plan.cell(*(int(n) for n in divmod(span, len(plan.records) + 1)))
            out.fill(cell, chosen, columns.codes[:, chosen])
    return out


@dataclass(frozen=True, eq=False)
class Decisions:
    """n decisions as arrays; `[i]` is one as a record, `clause_counts` all of them by clause.

    permit   bool (n,)
    wait     uint8 (n,): what the rest awaits, the stage codes 2 and 3, 4 a fact, 9 nothing
    unknown  uint16 (n,): bits of FACT_NAMES;  hoped  those among them that a change could help
    fields   uint16 (3, n): bits of RELEASE_FIELDS by RECIPIENTS
    cell     int32 (n,): index into `cells`, the terms each case was decided under
    """

    agreements: Agreements
    question: Question
    columns: Columns
    at_us: NDArray[np.int64]
    permit: NDArray[np.bool_]
    wait: NDArray[np.uint8]
    unknown: NDArray[np.uint16]
    hoped: NDArray[np.uint16]
    fields: NDArray[np.uint16]
    cell: NDArray[np.int32]
    cells: list[Cell]

    @classmethod
    def blank(
        cls, agreements: Agreements, question: Question, columns: Columns, at_us: NDArray[np.int64]
    ) -> Decisions:
        """Nothing decided yet: denied, for ever, until `fill` says otherwise."""
        n = len(columns)
        return cls(
            agreements, question, columns, at_us,
            np.zeros(n, np.bool_), np.full(n, WAIT_NEVER, np.uint8), np.zeros(n, np.uint16),
            np.zeros(n, np.uint16), np.zeros((len(RECIPIENTS), n), np.uint16),
            np.zeros(n, np.int32), [],
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.columns)

    def fill(self, cell: Cell, rows: slice | NDArray[np.intp], codes: NDArray[np.uint8]) -> None:
        """Decide the cases `rows`, whose facts are `codes` (10, m), under one cell."""
        stage = codes[STAGE]
        index = codes * np.uint8(STAGE_COUNT) + stage
        n = codes.shape[1]
        permit = np.zeros(n, np.bool_)
        wait = np.full(n, WAIT_NEVER, np.uint8)
        unknown, hoped = np.zeros(n, np.uint16), np.zeros(n, np.uint16)
        fields = np.zeros((len(RECIPIENTS), n), np.uint16)
        for group in cell.groups:
            flags = np.zeros(n, np.uint16)
            for column, table in group.asked:
                flags |= table[index[column]]
            passed = flags == 0
            missing = flags >> UNKNOWN_SHIFT
            waits = _WAIT[(flags & _HOW) + (missing > 0) * np.uint16(_HOW + 1)]
            if self.question == "search":
                permit |= passed
            else:
                fields |= group.fields[:, stage] * passed
                waits = np.where(passed, group.next_stage[stage], waits)
            unknown |= missing
            hoped |= missing * (waits != WAIT_NEVER)
            wait = np.minimum(wait, waits)
        self.permit[rows] = permit if self.question == "search" else fields.any(axis=0)
        self.wait[rows] = wait
        self.unknown[rows] = unknown
        self.hoped[rows] = hoped
        self.fields[:, rows] = fields
        self.cell[rows] = len(self.cells)
        self.cells.append(cell)

    def __getitem__(self, i: int) -> Decision:
        cell = self.cells[self.cell[i]]
        permit = bool(self.permit[i])
        awaits = self._awaits(i, permit=permit)
        return Decision(
            question=self.question,
            at=EPOCH + timedelta(microseconds=int(self.at_us[i])),
            permit=permit,
            timing="now" if permit else "never" if awaits is None else "later",
            awaits=awaits,
            clauses=self.clauses(i),
            # An unknown fact that kept only one regime from permitting denied nothing asked here;
            # the clause it left open is still among the clauses.
            unknown=() if permit else _names(int(self.unknown[i])),
            fields={
                to: _NAMES_OF_BITS[bits]
                for to, bits in zip(RECIPIENTS, self.fields[:, i].tolist(), strict=True)
                if bits
            },
            second_reviewer=cell.second_reviewer,
            agreements=cell.agreements,
            policy=self.agreements.policy,
        )

    def clauses(self, i: int) -> tuple[str, ...]:
        """The clauses that made decision i: those that granted it, or those that denied it."""
        cell = self.cells[self.cell[i]]
        named = set(cell.closed)
        stage = int(self.columns.codes[STAGE, i])
        codes = self.columns.codes[:, i].tolist()
        for group in cell.groups:
            fired = [
                c.clause for c in group.conditions
                if c.table[codes[c.column] * STAGE_COUNT + stage]
            ]  # fmt: skip
            if fired:
                named.update(fired)
            elif self.question == "search" or group.fields[:, stage].any():
                named.update(group.grants)
            else:
                named.update(group.releases)
        return tuple(clause for clause in cell.order if clause in named)

    def clause_counts(self) -> Counter[str]:
        """How many decisions each clause bore on, counted without making a record of each."""
        total: Counter[str] = Counter()
        order = np.argsort(self.cell, kind="stable")
        starts = np.searchsorted(self.cell[order], np.arange(len(self.cells) + 1))
        for cell, begin, end in zip(self.cells, starts[:-1], starts[1:], strict=True):
            total.update(self._cell_counts(cell, self.columns.codes[:, order[begin:end]]))
        return +total

    def _cell_counts(self, cell: Cell, codes: NDArray[np.uint8]) -> dict[str, int]:
        # Assigned, not added: the rule above all agreements is asked by both regimes at once.
        counts = dict.fromkeys(cell.closed, int(codes.shape[1]))
        stage = codes[STAGE]
        for group in cell.groups:
            passed = np.ones(len(stage), np.bool_)
            for c in group.conditions:
                fired = c.table[codes[c.column] * np.uint8(STAGE_COUNT) + stage] != 0
                counts[c.clause] = int(fired.sum())
                passed &= ~fired
            gives = np.any(group.fields[:, stage], axis=0) | (self.question == "search")
            counts |= dict.fromkeys(group.releases, int((passed & ~gives).sum()))
            for clause in group.grants:
                counts[clause] = counts.get(clause, 0) + int((passed & gives).sum())
        return counts

    def _awaits(self, i: int, *, permit: bool) -> str | None:
        wait = int(self.wait[i])
        if wait in {WAIT_CHARGE, WAIT_CONVICTION}:
            # A search that may be made now awaits nothing; a release may have more to follow.
            return None if permit and self.question == "search" else STAGES[wait - 1]
        if wait == WAIT_FACT and not permit:
            return _names(int(self.hoped[i]))[0]
        return None


def _names(bits: int) -> tuple[str, ...]:
    return tuple(name for bit, name in enumerate(FACT_NAMES) if bits >> bit & 1)


def _instants(at: When, count: int) -> NDArray[np.int64]:
    if isinstance(at, datetime):
        return np.full(count, us(aware(at)), dtype=np.int64)
    if at.shape != (count,) or at.dtype.kind != "M" or np.isnat(at).any():
        raise CallerError(
            "instants do not fit the cases",
            expected=f"datetime64 ({count},) without gaps",
            found=f"{at.dtype} {at.shape}",
        )
    return at.astype("datetime64[us]").astype(np.int64)
