"""Facts and agreements -> decisions. One evaluator, over columns; one case is a column of one.

A case is denied by any flag of any clause it is asked (clauses.py), so an unknown fact denies.
All that a group of agreements asks is joined into two tables, so deciding a case is two look-ups
of its key (columns.py) for each live regime, and one of the answer (answers.py) to what they say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from comity.agreement.answers import (
    DENIED,
    PERMIT,
    WAIT_CHARGE,
    WAIT_CONVICTION,
    WAIT_FACT,
    Answers,
    Opened,
    fields_of,
    opened,
    permit_of,
    unknown_of,
    wait_of,
)
from comity.agreement.clauses import STAGE_COUNT
from comity.agreement.columns import FACT_NAMES, STAGE, Columns, keys, of_facts
from comity.agreement.groups import Group
from comity.agreement.plan import EPOCH, Cell, Plan, plan_for, us
from comity.agreement.register import Agreements, aware
from comity.errors import CallerError
from comity.records import RECIPIENTS, RELEASE_FIELDS, STAGES, Decision, Facts, Question

When = datetime | NDArray[np.datetime64]
Rows = slice | NDArray[np.intp]

QUESTIONS: tuple[Question, ...] = ("search", "release", "hold")

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

    question  `search`: may the second repository be searched; `release`: what may leave, to whom;
              `hold`: may the local agency honour a request to hold somebody
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
    Cost          some 0.2 microseconds a case, however many agreements (bench_agreement.py)
    """
    if question not in QUESTIONS:
        raise CallerError(
            "no such question", expected=f"one of {', '.join(QUESTIONS)}", found=f"`{question}`"
        )
    at_us = _instants(at, len(columns))
    known_us = at_us if known_at is None else _instants(known_at, len(columns))
    key = keys(columns)
    answers = np.zeros(len(columns), np.uint64)  # denied, for ever, until a cell says otherwise
    cell = np.zeros(len(columns), np.int32)
    cells: list[Cell] = []
    for rows, found in _cells(agreements, question, columns, at_us, known_us):
        answers[rows] = answer(found, key[rows])
        cell[rows] = len(cells)
        cells.append(found)
    return Decisions(agreements, question, columns, at_us, answers, cell, cells)


def _cells(
    agreements: Agreements,
    question: Question,
    columns: Columns,
    at_us: NDArray[np.int64],
    known_us: NDArray[np.int64],
) -> Iterator[tuple[Rows, Cell]]:
    """The cases that share a cell, and the cell: places first, then spans of time."""
    if len(columns) == 1:
        plan = plan_for(agreements, columns.jurisdictions[columns.jurisdiction[0]], question)
        yield slice(None), plan.cell_at(int(at_us[0]), int(known_us[0]))
        return
    plans: dict[int, Plan] = {}
    numbers = np.zeros(len(columns.jurisdictions), np.intp)
    found: dict[int, int] = {}
    for code, jurisdiction in enumerate(columns.jurisdictions):
        plan = plan_for(agreements, jurisdiction, question)
        numbers[code] = found.setdefault(id(plan), len(found))
        plans[int(numbers[code])] = plan
    for number, rows in _runs(numbers[columns.jurisdiction], len(plans)):
        plan = plans[number]
        width = len(plan.records) + 1
        effect = np.searchsorted(plan.effects, at_us[rows], side="right")
        record = np.searchsorted(plan.records, known_us[rows], side="right")
        for span, chosen in _runs(effect * width + record, (len(plan.effects) + 1) * width):
            yield rows[chosen], plan.cell(*divmod(span, width))


def _runs(labels: NDArray[np.intp], count: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Each of the labels 0..count-1 that occurs, and where."""
    # numpy sorts 16 bits by radix, in a fifth of the time.
    short = labels.astype(np.uint16) if count <= 1 << 16 else labels
    order = np.argsort(short, kind="stable")
    ordered = short[order]
    for run in np.split(order, np.flatnonzero(ordered[1:] != ordered[:-1]) + 1):
        if len(run):
            yield int(labels[run[0]]), run


def answer(cell: Cell, key: NDArray[np.intp]) -> Answers:
    """The answers of one cell to cases with these keys."""
    answers = np.zeros(len(key), np.uint64)
    for group in cell.groups:
        flags, limited = group.flags(key)
        answers |= DENIED[flags]
        if limited is not None:
            answers |= DENIED[limited]
        answers |= group.passing[group.branch(key, flags, limited)]
    return answers


@dataclass(frozen=True, eq=False)
class Decisions:
    """n decisions as arrays; `[i]` is one as a record, `clause_counts` all of them by clause.

    answers  uint64 (n,), as answers.py packs them; the properties unpack all n
    cell     int32 (n,): index into `cells`, the terms each case was decided under
    """

    agreements: Agreements
    question: Question
    columns: Columns
    at_us: NDArray[np.int64]
    answers: Answers
    cell: NDArray[np.int32]
    cells: list[Cell]

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def permit(self) -> NDArray[np.bool_]:
        """bool (n,)"""
        return permit_of(self.answers)

    @property
    def wait(self) -> NDArray[np.uint8]:
        """uint8 (n,): what the rest awaits, the stage codes 2 and 3, 4 a fact, 9 nothing"""
        return wait_of(self.answers)

    @property
    def unknown(self) -> NDArray[np.uint16]:
        """uint16 (n,): bits of FACT_NAMES"""
        return unknown_of(self.answers)

    @property
    def fields(self) -> NDArray[np.uint16]:
        """uint16 (3, n): bits of RELEASE_FIELDS by RECIPIENTS"""
        return fields_of(self.answers)

    def __getitem__(self, i: int) -> Decision:
        cell = self.cells[self.cell[i]]
        said = opened(int(self.answers[i]))
        awaits = self._awaits(said)
        return Decision(
            question=self.question,
            at=EPOCH + timedelta(microseconds=int(self.at_us[i])),
            permit=said.permit,
            timing="now" if said.permit else "never" if awaits is None else "later",
            awaits=awaits,
            clauses=self.clauses(i),
            # An unknown fact that kept only one regime from permitting denied nothing asked here;
            # the clause it left open is still among the clauses.
            unknown=() if said.permit else _names(said.unknown),
            fields={
                to: _NAMES_OF_BITS[bits]
                for to, bits in zip(RECIPIENTS, said.fields, strict=True)
                if bits
            },
            second_reviewer=cell.second_reviewer,
            agreements=cell.agreements,
            policy=self.agreements.policy,
        )

    def clauses(self, i: int) -> tuple[str, ...]:
        """The clauses that made decision i: those that granted it, or those that denied it."""
        cell = self.cells[self.cell[i]]
        codes = self.columns.codes[:, i]
        stage = int(codes[STAGE])
        where = codes.astype(np.intp) * STAGE_COUNT + stage
        named = set(cell.closed)
        for group in cell.groups:
            named.update(group.bearing(where, stage))
        return tuple(cell.order[position] for position in sorted(named))

    def clause_counts(self) -> Counter[str]:
        """How many decisions each clause bore on, counted without making a record of each."""
        total: Counter[str] = Counter()
        key = keys(self.columns)
        for number, rows in _runs(self.cell.astype(np.intp), len(self.cells)):
            cell = self.cells[number]
            counts = np.zeros(len(cell.order), np.int64)
            counts[list(cell.closed)] = len(rows)
            for group in cell.groups:
                _count(group, self.columns.codes[:, rows], key[rows], counts)
            for position in np.flatnonzero(counts).tolist():
                total[cell.order[position]] += int(counts[position])
        return total

    def _awaits(self, said: Opened) -> str | None:
        if said.wait in {WAIT_CHARGE, WAIT_CONVICTION}:
            # What may be done now awaits nothing; a release may have more to follow.
            more = said.permit and self.question != "release"
            return None if more else STAGES[said.wait - 1]
        if said.wait == WAIT_FACT and not said.permit:
            return _names(said.hoped)[0]
        return None


def _count(
    group: Group, codes: NDArray[np.uint8], key: NDArray[np.intp], counts: NDArray[np.int64]
) -> None:
    """Count into `counts`, by position, the cases that the clauses of one group bore on."""
    flags, limited = group.flags(key)
    passed = flags == 0
    # Assigned, not added: the rule above all agreements is asked by both regimes at once.
    counts[group.asked.clause] = group.asked.counts(codes)
    cases = np.bincount(group.branch(key, flags, limited), minlength=len(group.passing))
    gives = group.passing & np.uint64(PERMIT) > 0
    counts[list(group.grants)] += cases[gives].sum()
    counts[list(group.releases)] += passed.sum() - cases[gives].sum()
    if group.limits is not None and limited is not None:
        counts[group.limits.asked.clause] += group.limits.asked.counts(codes[:, passed])
        counts[list(group.limits.gives)] += (passed & (limited == 0)).sum()


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
