"""A case that two sets of agreements decide differently, if there is one at all.

Between two instants at which something takes effect or is recorded nothing changes, and facts
have few values: so all places, spans of both calendars and facts can be gone through, and a
reform that changes nothing anywhere is told from one that changes nothing on some day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.agreement.answers import WAIT_FACT, WAIT_NEVER, fields_of, permit_of, wait_of
from comity.agreement.clauses import FACT_CODES, STAGE_COUNT, UNKNOWN_SHIFT
from comity.agreement.columns import CODE_COUNTS, STAGE, Columns, facts_of, keys
from comity.agreement.decide import QUESTIONS, answer, decide
from comity.agreement.groups import Asked, Group
from comity.agreement.plan import EPOCH, MICROSECOND, Cell, Plan, plan_for
from comity.agreement.register import Agreements
from comity.agreement.space import places
from comity.records import Decision, Facts, Question


@dataclass(frozen=True)
class Witness:
    """One case, and what each set says of it."""

    question: Question
    facts: Facts
    at: datetime
    known_at: datetime
    before: Decision
    after: Decision


def witness(before: Agreements, after: Agreements) -> Witness | None:
    """A case that comes out differently; None where there is none, anywhere, at any time.

    Differently: permitted or not, what may leave to whom, which stage or whether some fact is
    awaited, whether a second person must look at what is permitted. Which clause said so, and
    which fact is unknown, does not count.

    Cost  for each place and pair of spans that changed agreements cover, a comparison of tables
    """
    for question in QUESTIONS:
        seen: set[tuple[int, int]] = set()
        for place in places((*before, *after)):
            plans = (plan_for(before, place, question), plan_for(after, place, question))
            pair = (id(plans[0]), id(plans[1]))
            if plans[0] is plans[1] or pair in seen:
                continue
            seen.add(pair)
            for at, known, old, new in _spans(*plans):
                codes = _different(old, new, question)
                if codes is not None:
                    case = facts_of(Columns(codes[:, None], (place,), np.zeros(1, np.int32)), 0)
                    return Witness(
                        question, case, at, known,
                        decide(before, question, case, at=at, known_at=known),
                        decide(after, question, case, at=at, known_at=known),
                    )  # fmt: skip
    return None


def _spans(old: Plan, new: Plan) -> Iterator[tuple[datetime, datetime, Cell, Cell]]:
    """The cells of both sets at the beginning of every span of both calendars, each pair once."""
    effects = sorted({*old.effects, *new.effects})
    records = sorted({*old.records, *new.records})
    seen: set[tuple[int, int]] = set()
    for at, known in product(effects, records):
        cells = (old.cell_at(at, known), new.cell_at(at, known))
        pair = (id(cells[0]), id(cells[1]))
        if pair not in seen:
            seen.add(pair)
            yield EPOCH + at * MICROSECOND, EPOCH + known * MICROSECOND, *cells


def _different(old: Cell, new: Cell, question: Question) -> NDArray[np.uint8] | None:
    """Codes (10,) of a case on which two cells differ: one that both do not permit, if any."""
    if _alike(old, new):
        return None
    columns = _telling_cases([*old.groups, *new.groups])
    key = keys(columns)
    before, after = (_says(cell, key, question) for cell in (old, new))
    differ = before != after
    rows = np.flatnonzero(differ.any(axis=0))
    if not len(rows):
        return None
    telling = np.flatnonzero(differ[0])
    return columns.codes[:, (telling if len(telling) else rows)[0]].copy()


def _alike(old: Cell, new: Cell) -> bool:
    """Whether two cells have the same tables, which is soon seen, and is most often so."""

    def tables(cell: Cell) -> list[NDArray[Any]]:
        found: list[NDArray[Any]] = []
        for group in cell.groups:
            found += [group.upper, group.lower, group.passing]
            found += [group.limits.upper, group.limits.lower] if group.limits else []
        return found

    ours, theirs = tables(old), tables(new)
    return (
        old.second_reviewer == new.second_reviewer
        and len(ours) == len(theirs)
        and all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
    )


def _telling_cases(groups: Sequence[Group]) -> Columns:
    """A case for everything that these groups can say together of any case.

    What a group says depends on the stage and on which ways of denying its clauses find (for
    ever, until a stage, for want of a fact), joined over the facts. So facts are taken one after
    another, and of cases that so far meet the same ways one is kept: few, where all are 364,500.
    """
    asked = [
        part for group in groups for part in (group.asked, group.limits and group.limits.asked)
    ]
    ways = _ways([part for part in asked if part])
    cases: list[tuple[int, ...]] = []
    for stage in range(STAGE_COUNT):
        met: dict[int, tuple[int, ...]] = {0: ()}
        for row, count in enumerate(CODE_COUNTS.tolist()):
            codes = [stage] if row == STAGE else range(count)
            met = {
                so_far | ways[row, code, stage]: (*case, code)
                for so_far, case in met.items()
                for code in codes
            }
        cases += met.values()
    table = np.ascontiguousarray(np.array(cases, dtype=np.uint8).T)
    return Columns(table, ("",), np.zeros(len(cases), np.int32))


def _ways(asked: Iterable[Asked]) -> dict[tuple[int, int, int], int]:
    """(fact, code, stage) -> the ways of denying that each in turn finds, 4 bits each."""
    shape = (len(CODE_COUNTS), FACT_CODES, STAGE_COUNT)
    found: dict[tuple[int, int, int], int] = dict.fromkeys(np.ndindex(shape), 0)
    for number, part in enumerate(asked):
        flags = np.zeros((len(CODE_COUNTS), FACT_CODES * STAGE_COUNT), np.uint16)
        np.bitwise_or.at(flags, part.column, part.tables)
        known = flags & ((1 << UNKNOWN_SHIFT) - 1)
        ways = known | (flags >> UNKNOWN_SHIFT != 0).astype(np.uint16) << UNKNOWN_SHIFT
        for place, way in np.ndenumerate(ways.reshape(shape)):
            found[place] |= int(way) << 4 * number
    return found


def _says(cell: Cell, key: NDArray[np.intp], question: Question) -> NDArray[np.uint16]:
    """What of each answer counts: permit, wait, a second reviewer, fields; uint16 (6, n)."""
    answers = answer(cell, key)
    permit, wait = permit_of(answers), wait_of(answers)
    idle = permit & ((wait == WAIT_FACT) | np.bool_(question != "release"))
    return np.stack([
        permit, np.where(idle, WAIT_NEVER, wait), permit & np.bool_(cell.second_reviewer),
        *fields_of(answers),
    ]).astype(np.uint16)  # fmt: skip
